// Locks that survive their owner's death, and locks with priority inheritance.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock;

static void *die_with_it(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  return NULL;
}

static int total;
static void *add(void *unused) {
  (void)unused;
  for (int i = 0; i < 200; i++) {
    pthread_mutex_lock(&lock);
    int before = total;
    if (i % 20 == 0) sched_yield();
    total = before + 1;
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}

static void try_kind(const char *name, int robust, int protocol) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  pthread_mutex_init(&lock, &attributes);
  total = 0;
  pthread_t threads[5];
  for (int i = 0; i < 5; i++) pthread_create(&threads[i], NULL, add, NULL);
  for (int i = 0; i < 5; i++) pthread_join(threads[i], NULL);
  printf("%s: total %d", name, total);
  if (robust) {
    pthread_create(&threads[0], NULL, die_with_it, NULL);
    pthread_join(threads[0], NULL);
    int result = pthread_mutex_lock(&lock);
    printf(", after a death: %s", strerror(result));
    printf(", consistent %d", pthread_mutex_consistent(&lock));
    printf(", unlock %d", pthread_mutex_unlock(&lock));
    printf(", lock %d", pthread_mutex_lock(&lock));
    pthread_mutex_unlock(&lock);
  }
  printf("\n");
}

int main(void) {
  try_kind("plain", 0, PTHREAD_PRIO_NONE);
  try_kind("robust", 1, PTHREAD_PRIO_NONE);
  try_kind("inheriting", 0, PTHREAD_PRIO_INHERIT);
  try_kind("robust and inheriting", 1, PTHREAD_PRIO_INHERIT);
  return 0;
}
