/* The initialiser of a library, which runs before the program: it notes the greeting that it sees, and does what
 * $INITIALISER says. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char initialiser_saw[100];

__attribute__((constructor)) static void initialise(void) {
  char byte;
  const char *what = getenv("INITIALISER");
  strncpy(initialiser_saw, getenv("GREETING") ? getenv("GREETING") : "", sizeof initialiser_saw - 1);
  if (!what) return;
  if (strcmp(what, "exit") == 0) {
    write(2, "no licence\n", 11);
    _exit(7);
  }
  if (strcmp(what, "read") == 0) read(0, &byte, 1);
  if (strcmp(what, "exec") == 0) {
    setenv("INITIALISER", "done", 1);
    char *const arguments[] = {getenv("PROGRAM"), NULL};
    execv(arguments[0], arguments);
  }
}
