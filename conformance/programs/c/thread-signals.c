// Signals to threads and to the process, waits that they end, timers that send them.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static __thread int mine;
static volatile int got[5];
static void count(int signal) {
  (void)signal;
  got[mine]++;
}
static void *sleeps(void *number) {
  mine = (int)(long)number;
  struct timespec time = {50, 0};
  int result = nanosleep(&time, NULL);
  printf("sleep %d %s\n", result, strerror(errno));
  return NULL;
}
static void *spins(void *number) {
  mine = (int)(long)number;
  while (!got[mine]) {
  }
  printf("spun until a signal came\n");
  return NULL;
}
static void *waits(void *unused) {
  (void)unused;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  siginfo_t info;
  int result = sigwaitinfo(&set, &info);
  printf("sigwaitinfo %d value %d\n", result == SIGUSR2, info.si_value.sival_int);
  return NULL;
}
static int pipes[2];
static void *reads(void *number) {
  mine = (int)(long)number;
  char byte;
  long result = read(pipes[0], &byte, 1);
  printf("read %ld %c after %d signals\n", result, byte, got[mine]);
  return NULL;
}
static volatile int last_timer;
static void rang(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)context;
  last_timer = info->si_value.sival_int;
  got[0]++;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &held, NULL);
  pthread_t thread;

  pthread_create(&thread, NULL, sleeps, (void *)1);
  usleep(10000);
  pthread_kill(thread, SIGUSR1);
  pthread_join(thread, NULL);

  pthread_create(&thread, NULL, spins, (void *)2);
  usleep(10000);
  pthread_kill(thread, SIGUSR1);
  pthread_join(thread, NULL);

  pthread_create(&thread, NULL, waits, NULL);
  usleep(10000);
  sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 42});
  pthread_join(thread, NULL);

  if (pipe(pipes)) return 1;
  pthread_create(&thread, NULL, reads, (void *)3);
  usleep(10000);
  pthread_kill(thread, SIGUSR1);
  usleep(10000);
  if (write(pipes[1], "x", 1) != 1) return 1;
  pthread_join(thread, NULL);

  printf("kill a thread with 0: %d\n", pthread_kill(pthread_self(), 0));
  printf("got %d %d %d %d\n", got[0], got[1], got[2], got[3]);

  struct sigaction ring = {.sa_sigaction = rang, .sa_flags = SA_SIGINFO};
  sigaction(SIGRTMIN, &ring, NULL);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 7};
  timer_t timer;
  printf("timer_create %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec often = {{0, 3000000}, {0, 3000000}}, now;
  printf("timer_settime %d\n", timer_settime(timer, 0, &often, NULL));
  while (got[0] < 3) pause();
  timer_gettime(timer, &now);
  printf("rang, value %d, interval %ld ns, overrun %d\n", last_timer, now.it_interval.tv_nsec,
         timer_getoverrun(timer) >= 0);
  printf("timer_delete %d", timer_delete(timer));
  int again = timer_delete(timer); // apart: arguments are evaluated in any order
  printf(", again %d %s\n", again, strerror(errno));
  int bad = timer_create(77, &event, &timer);
  printf("bad clock %d %s\n", bad, strerror(errno));
  return 0;
}
