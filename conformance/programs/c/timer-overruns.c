// A timer whose signal is held back: one signal is pending, and tells how often the timer ran out besides.
#include "show.h"
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static timer_t timer_of(int signal, int value) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal, .sigev_value.sival_int = value};
  timer_t timer;
  SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
  return timer;
}

// 0 ends it: what is pending stays so.
static void set(timer_t timer, long interval_ms) {
  struct itimerspec time = {{0, interval_ms * 1000000}, {0, interval_ms * 1000000}};
  SHOW(timer_settime(timer, 0, &time, NULL));
}

static void show(int signal, int code, int value, int overrun, timer_t timer) {
  printf("%s, code %d, value %d, ", signal == SIGUSR1 ? "SIGUSR1" : signal == SIGRTMIN ? "SIGRTMIN" : "?", code, value);
  printf("ran out often besides: %d, timer_getoverrun tells the same: %d\n", overrun >= 5,
         timer_getoverrun(timer) == overrun);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  sigset_t held, one[2];
  sigemptyset(&held);
  for (int i = 0; i < 2; i++) {
    sigemptyset(&one[i]);
    sigaddset(&one[i], i == 0 ? SIGUSR1 : SIGRTMIN);
    sigaddset(&held, i == 0 ? SIGUSR1 : SIGRTMIN);
  }
  NEED(sigprocmask(SIG_BLOCK, &held, NULL) == 0);

  timer_t timers[] = {timer_of(SIGUSR1, 0), timer_of(SIGUSR1, 1), timer_of(SIGRTMIN, 2)};
  set(timers[0], 20);
  sleep_ms(10); // the first runs out first
  set(timers[1], 20);
  set(timers[2], 20);
  sleep_ms(200);
  printf("nothing was told yet: %d\n", timer_getoverrun(timers[0]));
  siginfo_t info[3];
  for (int i = 0; i < 3; i++) NEED(sigtimedwait(&one[i / 2], &info[i], &(struct timespec){0, 0}) > 0);
  for (int i = 0; i < 3; i++)
    show(info[i].si_signo, info[i].si_code, info[i].si_value.sival_int, info[i].si_overrun, timers[i]);

  // By a file, in any order.
  int file = signalfd(-1, &held, 0);
  sleep_ms(200);
  struct signalfd_siginfo told[3];
  NEED(read(file, told, sizeof told) == sizeof told);
  for (int value = 0; value < 3; value++) {
    const struct signalfd_siginfo *its = told;
    while (its < told + 2 && its->ssi_int != value) its++;
    show((int)its->ssi_signo, its->ssi_code, its->ssi_int, (int)its->ssi_overrun, timers[value]);
  }

  // A timer that is set anew has not run out.
  set(timers[2], 0);
  printf("set anew: %d\n", timer_getoverrun(timers[2]));
  for (int i = 0; i < 3; i++) SHOW(timer_delete(timers[i]));
  return 0;
}
