/* What a system call and what a change between two threads takes: prints microseconds each, by CLOCK_MONOTONIC.
 *
 *   threads call N      the cheapest system call, the mean of N
 *   threads switch N    from one thread to another, each of which wakes the other and waits: the mean of N */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint32_t turn;
static long changes;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void take_turns(uint32_t mine) {
  for (long i = 0; i < changes / 2; i++) {
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != mine)
      syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, 1 - mine, NULL, NULL, 0);
    __atomic_store_n(&turn, 1 - mine, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
  }
}

static void *other(void *unused) {
  (void)unused;
  take_turns(1);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  changes = atol(argv[2]);
  double start;
  if (strcmp(argv[1], "call") == 0) {
    start = now_us();
    for (long i = 0; i < changes; i++) syscall(SYS_getppid);
  } else {
    pthread_t thread;
    if (pthread_create(&thread, NULL, other, NULL)) return 1;
    start = now_us();
    take_turns(0);
    pthread_join(thread, NULL);
  }
  printf("%.4f\n", (now_us() - start) / (double)changes);
}
