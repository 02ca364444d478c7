// Timers and signals as descriptors.
#include "show.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int set(int fd, int flags, long nanos, long interval) {
  struct itimerspec setting = {{interval / 1000000000, interval % 1000000000}, {nanos / 1000000000, nanos % 1000000000}};
  return timerfd_settime(fd, flags, &setting, NULL);
}

static void take(const char *when, int fd) {
  uint64_t ticks = 0;
  ssize_t count = read(fd, &ticks, 8);
  printf("%s: %zd ticks %s\n", when, count, ticks == 0 ? "0" : ticks == 1 ? "1" : "more");
}

int main(void) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  NEED(fd >= 0);
  SHOW(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
  SHOW(timerfd_create(CLOCK_MONOTONIC, 1));
  struct itimerspec now;
  SHOW(timerfd_gettime(fd, &now));
  printf("off: %ld %ld\n", (long)now.it_value.tv_sec, now.it_value.tv_nsec);
  SHOW(set(fd, 0, 20000000, 0));
  take("after 20 ms", fd);
  SHOW(set(fd, TFD_TIMER_ABSTIME, 1, 0));
  take("long ago", fd);
  SHOW(set(fd, 0, 1000000, 1000000));
  struct timespec sleep = {0, 20000000};
  nanosleep(&sleep, NULL);
  take("many", fd);
  uint64_t next = 0;
  SHOW(read(fd, &next, 8));
  SHOW(set(fd, 0, 0, 1000));
  struct pollfd poller = {fd, POLLIN, 0};
  SHOW(poll(&poller, 1, 20));
  SHOW(timerfd_gettime(fd, &now));
  printf("disarmed: %ld %ld interval %ld\n", (long)now.it_value.tv_sec, now.it_value.tv_nsec, now.it_interval.tv_nsec);
  SHOW(set(fd, 0, 3600L * 1000000000, 0));
  SHOW(timerfd_gettime(fd, &now));
  printf("an hour: %d\n", now.it_value.tv_sec == 3599);
  SHOW(set(fd, 8, 1, 0));
  SHOW(set(0, 0, 1, 0));
  struct itimerspec wrong = {{0, 0}, {0, 1000000000}};
  SHOW(timerfd_settime(fd, 0, &wrong, NULL));
  char small[4];
  SHOW(read(fd, small, 4));
  SHOW(write(fd, small, 4));
  int epoll = epoll_create1(0);
  struct epoll_event event = {EPOLLIN | EPOLLET, {.u64 = 7}};
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
  SHOW(set(fd, 0, 5000000, 5000000));
  SHOW(epoll_wait(epoll, &event, 1, 1000));
  SHOW(epoll_wait(epoll, &event, 1, 30));
  take("after edge", fd);
  SHOW(epoll_wait(epoll, &event, 1, 1000));
  int real = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
  take("nothing yet", real);
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  struct itimerspec soon = {{0, 0}, {time.tv_sec + 3600, 0}};
  SHOW(timerfd_settime(real, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &soon, NULL));
  take("in an hour", real);
  soon.it_value.tv_sec = time.tv_sec - 1;
  SHOW(timerfd_settime(real, TFD_TIMER_ABSTIME, &soon, NULL));
  take("a second ago", real);

  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigaddset(&mask, SIGRTMIN);
  sigaddset(&mask, SIGKILL);
  sigprocmask(SIG_BLOCK, &mask, NULL);
  int signals = signalfd(-1, &mask, SFD_NONBLOCK);
  NEED(signals >= 0);
  struct signalfd_siginfo info[4];
  SHOW(read(signals, info, sizeof info));
  poller.fd = signals;
  SHOW(poll(&poller, 1, 0));
  union sigval value = {.sival_int = 42};
  sigqueue(getpid(), SIGRTMIN, value);
  value.sival_int = 43;
  sigqueue(getpid(), SIGRTMIN, value);
  raise(SIGUSR1);
  SHOW(poll(&poller, 1, 0));
  SHOW(read(signals, info, 100));
  ssize_t count = read(signals, info, sizeof info);
  printf("%zd bytes\n", count);
  for (int i = 0; i < count / 128; i++) {
    printf("%d code %d int %d self %d\n", info[i].ssi_signo == SIGUSR1 ? 1 : 2, info[i].ssi_code, info[i].ssi_int,
           info[i].ssi_pid == (uint32_t)getpid());
  }
  SHOW(poll(&poller, 1, 0));
  sigdelset(&mask, SIGUSR1);
  SHOW(signalfd(signals, &mask, 0) == signals);
  raise(SIGUSR1);
  SHOW(poll(&poller, 1, 0));
  SHOW(signalfd(fd, &mask, 0));
  SHOW(signalfd(signals, &mask, 1));
  return 0;
}
