// What one thread does to another one's call that waits: takes its arguments away, closes its file, takes its signal, or
// wants the processor again and again.
#include "show.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

static atomic_int thread, done, caught;
static int word, ends[2];
static long count;
static struct timespec *timeout;

static void settle(void) {
  while (!thread) usleep(1000);
  usleep(30000);
}

static void *waits_at_a_word(void *unused) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  thread = (int)syscall(SYS_gettid);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 0, timeout, NULL, 0));
  return unused;
}

static void a_timeout_that_goes_away(void) {
  timeout = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  timeout->tv_nsec = 200000000;
  pthread_t other;
  pthread_create(&other, NULL, waits_at_a_word, NULL);
  settle();
  munmap(timeout, 4096);
  SHOW(syscall(SYS_tgkill, getpid(), thread, SIGUSR1));
  pthread_join(other, NULL);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE, 10, NULL, NULL, 0));
}

static void *reads(void *unused) {
  char bytes[10];
  thread = 1;
  count = read(ends[0], bytes, sizeof bytes);
  return unused;
}

static void a_file_that_is_replaced(void) {
  int others[2];
  NEED(!pipe(ends) && !pipe(others));
  thread = 0;
  pthread_t other;
  pthread_create(&other, NULL, reads, NULL);
  settle();
  SHOW(dup2(others[0], ends[0]) == ends[0]);
  SHOW(write(others[1], "other", 5));
  usleep(30000);
  SHOW(write(ends[1], "one", 3));
  pthread_join(other, NULL);
  SHOW(count);
  char bytes[10];
  SHOW(read(ends[0], bytes, sizeof bytes));
  signal(SIGPIPE, SIG_IGN);
  SHOW(write(ends[1], "one", 3));
}

static void on_first(int signal) {
  (void)signal;
  for (int i = 0; i < 1000 && !caught; i++) usleep(1000);
  done = caught;
}
static void on_second(int signal) { (void)signal, caught = 1; }

static void *takes(void *unused) {
  sigset_t first;
  sigemptyset(&first);
  sigaddset(&first, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &first, NULL);
  pause();
  return unused;
}

static void *sends(void *unused) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  usleep(30000);
  kill(getpid(), SIGUSR2);
  kill(getpid(), SIGUSR1);
  return unused;
}

// The first thread is to take both; while it handles the one it holds the other back.
static void a_signal_that_another_one_takes(void) {
  struct sigaction action = {.sa_handler = on_first};
  sigaddset(&action.sa_mask, SIGUSR2);
  sigaction(SIGUSR1, &action, NULL);
  sigemptyset(&action.sa_mask);
  action.sa_handler = on_second;
  sigaction(SIGUSR2, &action, NULL);
  pthread_t taker, sender;
  pthread_create(&taker, NULL, takes, NULL);
  pthread_create(&sender, NULL, sends, NULL);
  while (!done) pause();
  pthread_join(sender, NULL);
  printf("both were taken\n");
}

static void on_own(int signal) { (void)signal, caught = syscall(SYS_gettid) == getpid() ? 1 : 2; }

static void *computes(void *unused) {
  usleep(30000);
  kill(getpid(), SIGUSR1);
  while (!done) sched_yield();
  return unused;
}

static void the_first_thread_takes_it_though_it_waits(void) {
  struct sigaction action = {.sa_handler = on_own};
  sigaction(SIGUSR1, &action, NULL);
  caught = done = 0;
  pthread_t other;
  pthread_create(&other, NULL, computes, NULL);
  SHOW(pause());
  done = 1;
  pthread_join(other, NULL);
  printf("taken by %d\n", caught);
}

static void *sleeps(void *unused) {
  struct timespec shortly = {0, 3000};
  while (!done) nanosleep(&shortly, NULL);
  return unused;
}

static void short_sleeps_let_others_compute(void) {
  pthread_t threads[30];
  done = 0;
  for (int i = 0; i < 30; i++) pthread_create(&threads[i], NULL, sleeps, NULL);
  for (volatile int i = 0; i < 30000000;) i++;
  done = 1;
  for (int i = 0; i < 30; i++) pthread_join(threads[i], NULL);
  printf("computed\n");
}

int main(void) {
  a_timeout_that_goes_away();
  a_file_that_is_replaced();
  a_signal_that_another_one_takes();
  the_first_thread_takes_it_though_it_waits();
  short_sleeps_let_others_compute();
}
