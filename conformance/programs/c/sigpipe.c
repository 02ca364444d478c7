// Writing where nobody reads: EPIPE when SIGPIPE is ignored or handled, 141 by default.
#include "show.h"
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void caught(int signal) { printf("signal %d\n", signal); }

int main(void) {
  int ends[2];
  NEED(pipe(ends) == 0);
  close(ends[0]);
  signal(SIGPIPE, SIG_IGN);
  SHOW(write(ends[1], "x", 1));
  signal(SIGPIPE, caught);
  SHOW(write(ends[1], "x", 1));
  SHOW(write(ends[1], "", 0));
  signal(SIGPIPE, SIG_DFL);
  SHOW(write(ends[1], "x", 1));
  return 0;
}
