// Arguments and environment, byte by byte.
#include "show.h"

extern char **environ;

static void quoted(const char *text) {
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c < 32 || c > 126 || c == '\\') printf("\\x%02x", c); else putchar(c);
  }
  putchar('\n');
}

int main(int count, char **argument) {
  printf("%d arguments\n", count - 1);
  for (int i = 1; i < count; i++) quoted(argument[i]);
  printf("ends with NULL %d\n", argument[count] == NULL);
  for (char **variable = environ; *variable; variable++) quoted(*variable);
  printf("getenv %s\n", getenv("MOTE_CASE") ? getenv("MOTE_CASE") : "(unset)");
  setenv("ADDED", "1", 1);
  unsetenv("MOTE_CASE");
  printf("%s %s\n", getenv("ADDED"), getenv("MOTE_CASE") ? "kept" : "gone");
  return count;
}
