// futex as one thread meets it: wakes nobody, values that differ, time limits, wrong use.
// Not with musl: it has no linux/futex.h.
#include "show.h"
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  int word = 5;
  struct timespec brief = {0, 20000000}, bad = {0, 1000000000}, past = {1, 0};
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 0x7fffffff, NULL, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 4, NULL, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 5, &brief, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &brief, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 5, &past, NULL, -1));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &past, NULL, -1));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, &past, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &bad, NULL, 0));
  SHOW(syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT, 5, &brief, NULL, 0));
  SHOW(syscall(SYS_futex, 0x1000, FUTEX_WAIT, 5, &brief, NULL, 0));
  SHOW(syscall(SYS_futex, &word, 77, 5, &brief, NULL, 0));
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 10000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  pthread_mutex_lock(&mutex);
  printf("condition %d\n", pthread_cond_timedwait(&condition, &mutex, &until));
  pthread_mutex_unlock(&mutex);
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  SHOW(sem_wait(&semaphore));
  SHOW(sem_trywait(&semaphore));
  SHOW(sem_timedwait(&semaphore, &until));
  return 0;
}
