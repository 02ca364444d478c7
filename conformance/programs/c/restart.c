// A signal during a blocking call: EINTR, or the call made again under SA_RESTART.
#include "show.h"
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int ends[2];
static volatile int count;
static void caught(int signal) {
  (void)signal;
  count++;
  if (count == 2) {
    if (write(ends[1], "x", 1) != 1) _exit(98);
  }
}
static void arm(int flags, int again) {
  struct sigaction action = {.sa_handler = caught, .sa_flags = flags};
  sigaction(SIGALRM, &action, NULL);
  count = 0;
  struct itimerval timer = {{0, again}, {0, 30000}};
  setitimer(ITIMER_REAL, &timer, NULL);
}
static void disarm(void) {
  setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
  printf("  signals %d\n", count < 2 ? count : 2);   // on a busy machine the timer may have run out once more
}

int main(void) {
  char byte;
  NEED(pipe(ends) == 0);
  puts("read without SA_RESTART:");
  arm(0, 0);
  SHOW(read(ends[0], &byte, 1));
  disarm();
  puts("read with SA_RESTART:");
  arm(SA_RESTART, 30000);
  SHOW(read(ends[0], &byte, 1));
  disarm();
  for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
    printf("never made again, flags %d:\n", flags != 0);
    struct pollfd wait = {ends[0], POLLIN, 0};
    arm(flags, 0);
    SHOW(poll(&wait, 1, -1));
    disarm();
    struct timespec second = {10, 0}, left = {0, 0};
    arm(flags, 0);
    SHOW(nanosleep(&second, &left));
    disarm();
    printf("  most of it left %d\n", left.tv_sec == 9);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    arm(flags, 0);
    SHOW(select(ends[0] + 1, &set, NULL, NULL, NULL));
    disarm();
    arm(flags, 0);
    SHOW(pause());
    disarm();
  }
  puts("an ignored signal does not interrupt:");
  signal(SIGALRM, SIG_IGN);
  struct itimerval timer = {{0, 0}, {0, 10000}};
  setitimer(ITIMER_REAL, &timer, NULL);
  struct timespec brief = {0, 50000000};
  SHOW(nanosleep(&brief, NULL));
  return 0;
}
