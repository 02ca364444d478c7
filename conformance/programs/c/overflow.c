// A stack overflow that nobody catches, or whose handler has no stack to run on: the default action.
#include "show.h"
#include <signal.h>

static void caught(int signal) { printf("signal %d\n", signal); }

static int depth(int n) {
  volatile char frame[1000];
  frame[0] = (char)n;
  return depth(n + 1) + frame[0];
}

int main(int count, char **argument) {
  (void)argument;
  if (count > 1) signal(SIGSEGV, caught);
  puts("before");
  fflush(stdout);
  return depth(0);
}
