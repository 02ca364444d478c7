/* Functions whose work is done by other threads, each with something of its own in its registers. */
#define _GNU_SOURCE
#include <mote.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { WORKERS = 6 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given = PTHREAD_COND_INITIALIZER, done = PTHREAD_COND_INITIALIZER;
static int64_t work[WORKERS], results[WORKERS];
static int left, ticks;
static pthread_t workers[WORKERS];

/* Waits for work with a register that nobody saves but the host. */
static void *worker(void *argument) {
  long number = (long)argument;
  double kept = 1.5 * (double)number;
  int64_t served = 0;
  __asm__ volatile("movq %0, %%xmm14" ::"x"(kept) : "xmm14");
  for (;;) {
    pthread_mutex_lock(&lock);
    while (work[number] == 0) pthread_cond_wait(&given, &lock);
    served++;
    results[number] = work[number] * 100 + served * 10 + number;
    work[number] = 0;
    if (--left == 0) pthread_cond_signal(&done);
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}

/* Never waits long, so that at any moment some thread is about to wake up. */
static void *ticker(void *unused) {
  (void)unused;
  for (;;) {
    struct timespec soon = {0, 300000};
    nanosleep(&soon, NULL);
    __atomic_add_fetch(&ticks, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}

__attribute__((constructor)) static void start(void) {
  pthread_t thread;
  for (long i = 0; i < WORKERS; i++)
    if (pthread_create(&workers[i], NULL, worker, (void *)i)) abort();
  if (pthread_create(&thread, NULL, ticker, NULL)) abort();
}

static void sum(mote_call *call) {
  int64_t value = mote_get_int(mote_argument(call, 0));
  pthread_mutex_lock(&lock);
  left = WORKERS;
  for (int i = 0; i < WORKERS; i++) work[i] = value + i;
  pthread_cond_broadcast(&given);
  while (left > 0) pthread_cond_wait(&done, &lock);
  int64_t total = 0;
  for (int i = 0; i < WORKERS; i++) total += results[i];
  pthread_mutex_unlock(&lock);
  mote_return_int(call, total);
}
MOTE_FUNCTION(sum, "(value: i64) -> i64")

static void *once(void *argument) { return argument; }

/* Makes and ends threads, so that a later call would see other numbers if it were not restored. */
static void threads(mote_call *call) {
  int64_t count = mote_get_int(mote_argument(call, 0));
  for (int64_t i = 0; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, once, NULL)) abort();
    pthread_join(thread, NULL);
  }
  mote_return_int(call, ticks);
}
MOTE_FUNCTION(threads, "(count: i64) -> i64")

/* Leaves threads behind that compute for ever, one with the lock. */
static void *spin(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  for (volatile int i = 0;; i++) {
  }
  return NULL;
}
static void leave(mote_call *call) {
  for (int i = 0; i < 3; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, spin, NULL)) abort();
  }
  struct timespec a_little = {0, 3000000};
  nanosleep(&a_little, NULL);
  mote_return_null(call);
}
MOTE_FUNCTION(leave, "() -> null")

int main(void) { return mote_serve(); }
