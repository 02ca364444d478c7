// alarm and setitimer: a handler's call, periods, what getitimer says, wrong values.
#include "show.h"
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int count, code;
static void caught(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)context;
  count++;
  code = info->si_code;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGALRM, &action, NULL);
  sigaction(SIGVTALRM, &action, NULL);
  SHOW(alarm(100));
  SHOW(alarm(50));
  SHOW(alarm(0));
  SHOW(alarm(0));
  SHOW(alarm(1));
  SHOW(pause());
  printf("signals %d code %d\n", count, code);
  struct itimerval timer = {{0, 20000}, {0, 20000}}, old;
  count = 0;
  SHOW(setitimer(ITIMER_REAL, &timer, NULL));
  while (count < 5) pause();
  SHOW(setitimer(ITIMER_REAL, &(struct itimerval){0}, &old));
  printf("five periods, interval %ld.%06ld\n", (long)old.it_interval.tv_sec, (long)old.it_interval.tv_usec);
  SHOW(getitimer(ITIMER_REAL, &old));
  printf("disarmed %ld %ld\n", (long)old.it_value.tv_sec, (long)old.it_value.tv_usec);
  // Busy: the processor is taken from the program to deliver it.
  count = 0;
  timer = (struct itimerval){{0, 0}, {0, 30000}};
  setitimer(ITIMER_REAL, &timer, NULL);
  unsigned long spun = 0;
  while (count == 0) spun++;
  printf("interrupted a busy loop %d\n", spun > 0);
  timer.it_value.tv_usec = 1000000;
  SHOW(setitimer(ITIMER_REAL, &timer, NULL));
  timer.it_value.tv_usec = -1;
  SHOW(setitimer(ITIMER_REAL, &timer, NULL));
  timer.it_value.tv_usec = 10;
  SHOW(setitimer(77, &timer, NULL));
  // With no handler the alarm ends the program.
  signal(SIGALRM, SIG_DFL);
  ualarm(10000, 0);
  for (;;) pause();
}
