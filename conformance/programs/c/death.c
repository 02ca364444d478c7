// Ends by the signal given as the argument; `abort` and `exit N` too.
#include "show.h"
#include <signal.h>
#include <unistd.h>

static void farewell(void) { puts("atexit"); }

int main(int count, char **argument) {
  NEED(count > 1);
  atexit(farewell);
  printf("before, ");  // buffered: lost by a signal, written by exit
  if (strcmp(argument[1], "abort") == 0) abort();
  if (strcmp(argument[1], "abort-caught") == 0) {
    signal(SIGABRT, SIG_IGN);
    abort();
  }
  if (strcmp(argument[1], "exit") == 0) exit(atoi(argument[2]));
  if (strcmp(argument[1], "_exit") == 0) _exit(atoi(argument[2]));
  if (strcmp(argument[1], "null") == 0) return *(volatile int *)0;
  if (strcmp(argument[1], "divide") == 0) {
    volatile int zero = 0;
    printf("%d", 1 / zero);
  }
  if (strcmp(argument[1], "illegal") == 0) __builtin_trap();
  if (strcmp(argument[1], "smash") == 0) {
    fflush(stdout);
    volatile char small[8];
    for (volatile int i = 0; i < 64; i++) small[i] = 'x';
    return small[0];
  }
  if (strcmp(argument[1], "double-free") == 0) {
    fflush(stdout);
    void *volatile block = malloc(64);
    free(block);
    free(block);
  }
  raise(atoi(argument[1]));
  puts("still here");
  return 0;
}
