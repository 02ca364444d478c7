/* What a program finds of its environment, in each way in which there is something to be found. With an argument it
 * waits for a line of input before. */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;
extern char initialiser_saw[100];

static char **environment_at_start;
__attribute__((constructor)) static void construct(void) { environment_at_start = environ; }

/* The auxiliary vector as start code finds it: behind the environment. */
static unsigned long walked(unsigned long type) {
  char **end = environ;
  while (*end) end++;
  for (Elf64_auxv_t *entry = (Elf64_auxv_t *)(end + 1); entry->a_type != AT_NULL; entry++) {
    if (entry->a_type == type) return entry->a_un.a_val;
  }
  return 0;
}

static size_t contents(const char *path, char *into, size_t size) {
  size_t length = 0;
  int file = open(path, O_RDONLY);
  for (ssize_t n; (n = read(file, into + length, size - length)) > 0; length += (size_t)n) {}
  close(file);
  return length;
}

static int proc_is_same(void) {
  static char text[1 << 20];
  size_t length = contents("/proc/self/environ", text, sizeof text), at = 0;
  for (char **entry = environ; *entry; entry++) {
    size_t size = strlen(*entry) + 1;
    if (at + size > length || memcmp(text + at, *entry, size) != 0) return 0;
    at += size;
  }
  return at == length;
}

int main(int argc, char **argv, char **envp) {
  char line[1000];
  if (argc > 1 && !fgets(line, sizeof line, stdin)) return 1;
  for (char **entry = environ; *entry; entry++) printf("%s\n", *entry);
  const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
  printf("= random ");
  for (int i = 0; i < 16; i++) printf("%02x", random[i]);
  char command[100] = "";
  size_t length = contents("/proc/self/cmdline", command, sizeof command);
  printf("\n= initialiser %s\n", initialiser_saw);
  printf("= greeting %s\n", getenv("GREETING"));
  printf("= proc %d, main %d, constructor %d, walked %d, page %lu, entry %d, name %d, command %d\n", proc_is_same(),
         envp == environ, environment_at_start == environ,
         walked(AT_RANDOM) == (unsigned long)random && walked(AT_ENTRY) == getauxval(AT_ENTRY), getauxval(AT_PAGESZ),
         getauxval(AT_ENTRY) != 0, strcmp((char *)getauxval(AT_EXECFN), argv[0]) == 0,
         length == strlen(argv[0]) + 1 + (argc > 1 ? strlen(argv[1]) + 1 : 0) && strcmp(command, argv[0]) == 0);
  return 0;
}
