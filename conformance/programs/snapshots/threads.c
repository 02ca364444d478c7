/* Waits for its input while other threads wait for work, for a time, or for each other. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static char line[100];
static int ready, hours, upper;

static void *shouts(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  for (;;) {
    while (!ready) pthread_cond_wait(&changed, &lock);
    for (char *c = line; *c; c++) *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    ready = 0;
    upper++;
    pthread_cond_broadcast(&changed);
  }
}
static void *sleeps(void *unused) {
  (void)unused;
  for (;; hours++) {
    struct timespec hour = {3600, 0};
    nanosleep(&hour, NULL);
  }
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, shouts, NULL);
  pthread_create(&thread, NULL, sleeps, NULL);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    pthread_mutex_lock(&lock);
    ready = 1;
    pthread_cond_broadcast(&changed);
    while (ready) pthread_cond_wait(&changed, &lock);
    printf("%s %d %d\n", line, upper, hours);
    pthread_mutex_unlock(&lock);
  }
  return upper;
}
