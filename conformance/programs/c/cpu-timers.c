// Timers of the time that a thread or the process uses: whose time it is, and what becomes of it when the thread ends.
#define _GNU_SOURCE
#include "show.h"
#include <pthread.h>
#include <semaphore.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int rings[3];
static void rang(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)context;
  rings[info->si_value.sival_int] += 1 + info->si_overrun;
}

static timer_t timer_on(clockid_t clock, int number) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = number};
  timer_t timer;
  SHOW(timer_create(clock, &event, &timer));
  struct itimerspec often = {{0, 10000000}, {0, 10000000}};
  SHOW(timer_settime(timer, 0, &often, NULL));
  return timer;
}

static sem_t begin;
static volatile pid_t number;
static void *computes(void *unused) {
  (void)unused;
  number = gettid();
  sem_wait(&begin);
  struct timespec now = {0, 0};
  while (now.tv_sec == 0 && now.tv_nsec < 300000000) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return NULL;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  struct sigaction action = {.sa_sigaction = rang, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGRTMIN, &action, NULL);
  sem_init(&begin, 0, 0);
  pthread_t thread;
  pthread_create(&thread, NULL, computes, NULL);
  clockid_t clock_of_thread;
  SHOW(pthread_getcpuclockid(thread, &clock_of_thread));
  timer_t mine = timer_on(CLOCK_THREAD_CPUTIME_ID, 0);
  timer_t its = timer_on(clock_of_thread, 1);
  timer_t ours = timer_on(CLOCK_PROCESS_CPUTIME_ID, 2);
  sem_post(&begin);
  pthread_join(thread, NULL); // this thread waits
  timer_delete(mine);
  timer_delete(ours);
  struct timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  long periods = used.tv_sec * 100 + used.tv_nsec / 10000000;
  printf("the waiting thread's timer rang only for its own time: %d\n", rings[0] <= periods + 1);
  printf("the computing thread's rang often: %d\n", rings[1] >= 15);
  printf("the process's rang often: %d\n", rings[2] >= 15);

  // The thread is no more: the kernel lets it be joined a little earlier.
  while (syscall(SYS_tgkill, getpid(), number, 0) == 0) sched_yield();
  struct itimerspec left = {{0, 0}, {0, 1}}, often = {{0, 10000000}, {0, 10000000}};
  SHOW(timer_settime(its, 0, &often, NULL));
  SHOW(timer_gettime(its, &left));
  printf("left %ld\n", (long)left.it_value.tv_nsec);
  SHOW(timer_delete(its));
  timer_t none;
  SHOW(timer_create((clockid_t)((~99999u << 3) | 6), NULL, &none));
  SHOW(timer_create((clockid_t)((~99999u << 3) | 7), NULL, &none));
  return 0;
}
