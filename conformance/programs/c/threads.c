// Threads as pthreads has them: locks of every kind, thread-local data, keys, cancellation, barriers.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COUNT 8
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t enough = PTHREAD_COND_INITIALIZER;
static int turns;
static long sum;
static __thread long mine;

static void *add(void *number) {
  mine = (long)number;
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&mutex);
    sum += mine;
    turns++;
    pthread_mutex_unlock(&mutex);
  }
  pthread_mutex_lock(&mutex);
  pthread_cond_signal(&enough);
  pthread_mutex_unlock(&mutex);
  return (void *)(mine * mine);
}

static void locks(void) {
  pthread_t threads[COUNT];
  for (long i = 0; i < COUNT; i++) pthread_create(&threads[i], NULL, add, (void *)i);
  pthread_mutex_lock(&mutex);
  while (turns < COUNT * 500) pthread_cond_wait(&enough, &mutex);
  pthread_mutex_unlock(&mutex);
  long results = 0;
  for (int i = 0; i < COUNT; i++) {
    void *result;
    pthread_join(threads[i], &result);
    results += (long)result;
  }
  printf("turns %d sum %ld results %ld mine %ld\n", turns, sum, results, mine);
}

static pthread_barrier_t barrier;
static int arrived[COUNT], last;
static void *meet(void *number) {
  for (int round = 0; round < 20; round++) {
    arrived[(long)number] = round;
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) last++;
    for (int i = 0; i < COUNT; i++)
      if (arrived[i] < round) printf("somebody was late\n");
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}
static void barriers(void) {
  pthread_t threads[COUNT];
  pthread_barrier_init(&barrier, NULL, COUNT);
  for (long i = 0; i < COUNT; i++) pthread_create(&threads[i], NULL, meet, (void *)i);
  for (int i = 0; i < COUNT; i++) pthread_join(threads[i], NULL);
  printf("barriers: the last one %d times\n", last);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int shared, torn;
static void *reader(void *unused) {
  (void)unused;
  for (int i = 0; i < 300; i++) {
    pthread_rwlock_rdlock(&rwlock);
    if (shared & 1) torn++;
    pthread_rwlock_unlock(&rwlock);
  }
  return NULL;
}
static void *writer(void *unused) {
  (void)unused;
  for (int i = 0; i < 100; i++) {
    pthread_rwlock_wrlock(&rwlock);
    shared++;
    sched_yield();
    shared++;
    pthread_rwlock_unlock(&rwlock);
  }
  return NULL;
}
static void read_write_locks(void) {
  pthread_t threads[6];
  for (int i = 0; i < 6; i++) pthread_create(&threads[i], NULL, i % 3 ? reader : writer, NULL);
  for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
  printf("read-write locks: %d torn %d\n", shared, torn);
}

static sem_t items, room;
static int ring[4];
static void *produce(void *unused) {
  (void)unused;
  for (int i = 1; i <= 200; i++) {
    sem_wait(&room);
    ring[i % 4] = i;
    sem_post(&items);
  }
  return NULL;
}
static void semaphores(void) {
  sem_init(&items, 0, 0);
  sem_init(&room, 0, 4);
  pthread_t thread;
  pthread_create(&thread, NULL, produce, NULL);
  long total = 0;
  for (int i = 1; i <= 200; i++) {
    sem_wait(&items);
    total += ring[i % 4];
    sem_post(&room);
  }
  pthread_join(thread, NULL);
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 2000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_sec++, soon.tv_nsec -= 1000000000;
  int result = sem_timedwait(&items, &soon);
  printf("semaphores: %ld, then %d %s\n", total, result, strerror(errno));
}

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int destroyed, initialized;
static void destroy(void *value) { destroyed += *(int *)value; free(value); }
static void initialize(void) { initialized++; }
static void *keyed(void *number) {
  int *value = malloc(sizeof *value);
  *value = (int)(long)number;
  pthread_setspecific(key, value);
  pthread_once(&once, initialize);
  return NULL;
}
static void keys(void) {
  pthread_t threads[COUNT];
  pthread_key_create(&key, destroy);
  for (long i = 0; i < COUNT; i++) pthread_create(&threads[i], NULL, keyed, (void *)(i + 1));
  for (int i = 0; i < COUNT; i++) pthread_join(threads[i], NULL);
  printf("keys: destroyed %d, once %d\n", destroyed, initialized);
}

// Not by printf: of functions only those that are safe from asynchronous cancellation may be called, and musl calls this one with
// whatever alignment the stack has at the moment.
static void cleaned(void *text) {
  if (write(1, "cleanup: ", 9) != 9 || write(1, text, strlen(text)) < 0 || write(1, "\n", 1) != 1) abort();
}
static void *cancelled(void *how) {
  pthread_cleanup_push(cleaned, how);
  if (*(char *)how == 'd') {
    for (;;) sleep(100);
  }
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
  for (volatile long i = 0;; i++) {
  }
  pthread_cleanup_pop(0);
  return NULL;
}
static void cancellation(void) {
  static char *ways[] = {"deferred", "asynchronous"};
  for (int i = 0; i < 2; i++) {
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, cancelled, ways[i]);
    usleep(3000);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("%s: cancelled %d\n", ways[i], result == PTHREAD_CANCELED);
  }
}

static void *immediately(void *argument) { return argument; }
static void kinds_of_mutex(void) {
  pthread_mutexattr_t attributes;
  pthread_mutex_t lock;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&lock, &attributes);
  pthread_mutex_lock(&lock);
  printf("recursive %d %d\n", pthread_mutex_lock(&lock), pthread_mutex_unlock(&lock));
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&lock, &attributes);
  pthread_mutex_lock(&lock);
  printf("checked: %s\n", strerror(pthread_mutex_lock(&lock)));
  struct timespec past = {1, 0};
  printf("timed: %s\n", strerror(pthread_mutex_timedlock(&mutex, &past)));
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < 200; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, immediately, NULL)) printf("no thread\n");
    if (i % 2) pthread_detach(thread);
    else pthread_join(thread, NULL);
  }
  printf("two hundred threads\n");
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  locks();
  barriers();
  read_write_locks();
  semaphores();
  keys();
  cancellation();
  kinds_of_mutex();
  return 0;
}
