// futex itself: what each operation returns. Not with musl, which has no linux/futex.h.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint32_t word, other;
static long futex(void *at, int operation, uint32_t value, void *time, void *second, uint32_t third) {
  return syscall(SYS_futex, at, operation, value, time, second, third);
}
static void show(const char *what, long result) {
  printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

struct wait {
  uint32_t *at;
  uint32_t bits;
  long result;
};
static void *waits(void *argument) {
  struct wait *wait = argument;
  wait->result = futex(wait->at, FUTEX_WAIT_BITSET, 0, NULL, NULL, wait->bits);
  return NULL;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  struct timespec soon = {0, 1000000}, past = {1, 0}, wrong = {0, 2000000000};
  show("wait, other value", futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0));
  show("wait, time-out", futex(&word, FUTEX_WAIT, 0, &soon, NULL, 0));
  show("wait, absolute past", futex(&word, FUTEX_WAIT_BITSET, 0, &past, NULL, ~0u));
  show("wait, wrong time", futex(&word, FUTEX_WAIT, 0, &wrong, NULL, 0));
  show("wait, no bits", futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
  show("wait, unaligned", futex((char *)&word + 1, FUTEX_WAIT, 0, NULL, NULL, 0));
  show("wait, null", futex(NULL, FUTEX_WAIT, 0, NULL, NULL, 0));
  show("wait, real time", futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 0, &soon, NULL, 0));
  show("wake nobody", futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
  show("wake, no bits", futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
  show("wake, unaligned", futex((char *)&word + 2, FUTEX_WAKE, 1, NULL, NULL, 0));
  show("unknown operation", futex(&word, 99, 0, NULL, NULL, 0));
  void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  show("wait, no right", futex(page, FUTEX_WAIT, 0, NULL, NULL, 0));
  show("compare and requeue, other value", futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 5));

  struct wait waiting[4] = {{&word, 1, -9}, {&word, 2, -9}, {&word, 4, -9}, {&word, 1, -9}};
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    pthread_create(&threads[i], NULL, waits, &waiting[i]);
    usleep(5000);
  }
  show("wake bit 2", futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 2));
  pthread_join(threads[1], NULL);
  show("requeue", futex(&word, FUTEX_REQUEUE, 1, (void *)10, &other, 0));
  pthread_join(threads[0], NULL);
  show("wake where nobody is now", futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0));
  show("wake moved", futex(&other, FUTEX_WAKE, 10, NULL, NULL, 0));
  pthread_join(threads[2], NULL);
  pthread_join(threads[3], NULL);
  for (int i = 0; i < 4; i++) printf("thread %d returned %ld\n", i, waiting[i].result);

  other = 5;
  show("wake and add", futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5)));
  printf("other is %u\n", other);
  other = 0;
  uint32_t self = (uint32_t)gettid();
  show("lock", futex(&other, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  printf("owner %d\n", other == self);
  show("lock again", futex(&other, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  show("unlock", futex(&other, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  show("unlock again", futex(&other, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
  show("try", futex(&other, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
  other = 0x3ffffff0;
  show("lock of nobody known", futex(&other, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
  return 0;
}
