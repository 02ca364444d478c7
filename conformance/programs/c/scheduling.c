// Niceness and policies of threads: what is kept, what is refused, and with which error.
#include "show.h"
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *other(void *text) {
  printf("%s: nice %ld, policy %ld\n", (const char *)text, syscall(SYS_getpriority, PRIO_PROCESS, 0),
         syscall(SYS_sched_getscheduler, 0));
  SHOW(syscall(SYS_setpriority, PRIO_PROCESS, 0, 7));
  return NULL;
}

static void in_a_thread(const char *text) {
  pthread_t thread;
  NEED(pthread_create(&thread, NULL, other, (void *)text) == 0);
  NEED(pthread_join(thread, NULL) == 0);
}

int main(void) {
  struct sched_param parameter = {0};
  struct timespec interval;
  unsigned long set[16] = {0};
  SHOW(syscall(SYS_sched_getscheduler, 0));
  SHOW(syscall(SYS_sched_getscheduler, -1));
  SHOW(syscall(SYS_sched_getscheduler, 99999999));
  SHOW(syscall(SYS_sched_getparam, 0, &parameter));
  SHOW(syscall(SYS_sched_getparam, 0, NULL));
  SHOW(syscall(SYS_sched_getparam, -1, &parameter));
  SHOW(syscall(SYS_sched_getparam, 0, 8));
  SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameter));
  SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, NULL));
  SHOW(syscall(SYS_sched_setscheduler, -1, SCHED_OTHER, &parameter));
  SHOW(syscall(SYS_sched_setscheduler, 99999999, SCHED_OTHER, &parameter));
  SHOW(syscall(SYS_sched_setscheduler, 0, 77, &parameter));
  SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
  SHOW(syscall(SYS_sched_setparam, 0, &parameter));
  parameter.sched_priority = 1;
  SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameter));
  SHOW(syscall(SYS_sched_setparam, 0, &parameter));
  parameter.sched_priority = 0;
  SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &parameter));
  SHOW(syscall(SYS_sched_getscheduler, 0));
  SHOW(syscall(SYS_setpriority, PRIO_PROCESS, 0, 3));
  in_a_thread("as its maker");
  SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_IDLE | SCHED_RESET_ON_FORK, &parameter));
  SHOW(syscall(SYS_sched_getscheduler, 0));
  in_a_thread("reset");
  SHOW(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameter));
  SHOW(syscall(SYS_sched_rr_get_interval, -1, &interval));
  SHOW(syscall(SYS_sched_rr_get_interval, 99999999, &interval));
  SHOW(syscall(SYS_sched_rr_get_interval, 0, &interval));

  SHOW(syscall(SYS_getpriority, PRIO_PROCESS, 0));
  SHOW(syscall(SYS_setpriority, PRIO_PROCESS, 0, 100));
  SHOW(syscall(SYS_getpriority, PRIO_PROCESS, 0));
  SHOW(syscall(SYS_getpriority, PRIO_PROCESS, -1));
  SHOW(syscall(SYS_getpriority, PRIO_PROCESS, 99999999));
  SHOW(syscall(SYS_setpriority, PRIO_PROCESS, -1, 0));
  SHOW(syscall(SYS_getpriority, 3, 0));
  SHOW(syscall(SYS_setpriority, 3, 0, 0));
  SHOW(syscall(SYS_getpriority, PRIO_USER, 4711));
  SHOW(syscall(SYS_setpriority, PRIO_USER, 4711, 0));

  SHOW(syscall(SYS_sched_getaffinity, -1, sizeof set, set));
  SHOW(syscall(SYS_sched_getaffinity, 99999999, sizeof set, set));
  SHOW(syscall(SYS_sched_getaffinity, 0, 7, set));
  SHOW(syscall(SYS_sched_getaffinity, -1, 7, set));
  SHOW(syscall(SYS_sched_setaffinity, -1, sizeof set, set));
  SHOW(syscall(SYS_sched_setaffinity, 0, sizeof set, set));

  // Other calls that name a process.
  struct rlimit limit;
  SHOW(syscall(SYS_prlimit64, -1, RLIMIT_AS, NULL, &limit));
  SHOW(syscall(SYS_getpgid, -1));
  SHOW(syscall(SYS_getsid, -1));
  SHOW(syscall(SYS_setpgid, -1, 0));
  SHOW(syscall(SYS_setpgid, 0, -1));
  return 0;
}
