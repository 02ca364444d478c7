/* Waits for its input while another thread ends, which is the last one to run before the snapshot. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static void *ends(void *unused) {
  struct timespec shortly = {0, 30000000};
  nanosleep(&shortly, NULL);
  return unused;
}

int main(int argc, char **argv) {
  (void)argv;
  volatile double kept = argc * 0.5; /* in a register, if anywhere */
  pthread_t thread;
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_create(&thread, &detached, ends, NULL);
  char line[100];
  while (fgets(line, sizeof line, stdin)) printf("%.1f %s", kept, line);
  return 3;
}
