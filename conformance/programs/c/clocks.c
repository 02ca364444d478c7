// Every clock: it runs, never backwards, in steps that make sense; and sleeping takes its time.
#include "show.h"
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t id) {
  struct timespec t;
  if (clock_gettime(id, &t) != 0) return -1;
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(void) {
  static const struct { const char *name; clockid_t id; } clock[] = {
      {"REALTIME", CLOCK_REALTIME}, {"MONOTONIC", CLOCK_MONOTONIC}, {"PROCESS_CPUTIME", CLOCK_PROCESS_CPUTIME_ID},
      {"THREAD_CPUTIME", CLOCK_THREAD_CPUTIME_ID}, {"MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
      {"REALTIME_COARSE", CLOCK_REALTIME_COARSE}, {"MONOTONIC_COARSE", CLOCK_MONOTONIC_COARSE},
      {"BOOTTIME", CLOCK_BOOTTIME}, {"TAI", CLOCK_TAI}};
  for (unsigned i = 0; i < sizeof clock / sizeof clock[0]; i++) {
    long long last = now(clock[i].id), backwards = 0, first = last;
    for (int n = 0; n < 2000; n++) {
      long long next = now(clock[i].id);
      backwards += next < last;
      last = next;
    }
    printf("%s there %d backwards %lld\n", clock[i].name, first > 0, backwards);
  }
  SHOW(clock_gettime(77, &(struct timespec){0}));
  SHOW(clock_getres(CLOCK_MONOTONIC, &(struct timespec){0}));
  SHOW(clock_getres(77, NULL));
  struct timeval day;
  gettimeofday(&day, NULL);
  printf("the three ways to ask for the date agree %d\n",
         labs(day.tv_sec - time(NULL)) <= 1 && labs(day.tv_sec - (long)(now(CLOCK_REALTIME) / 1000000000)) <= 1);
  printf("after 2024 %d\n", day.tv_sec > 1704067200);
  struct timespec brief = {0, 30000000};
  long long start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
  SHOW(nanosleep(&brief, NULL));
  long long slept = now(CLOCK_MONOTONIC) - start;
  printf("slept at least 30 ms %d, less than 3 s %d, without using the processor %d\n", slept >= 30000000, slept < 3000000000LL,
         now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 25000000);
  struct timespec absolute;
  clock_gettime(CLOCK_MONOTONIC, &absolute);
  absolute.tv_nsec += 20000000;
  if (absolute.tv_nsec >= 1000000000) absolute.tv_sec++, absolute.tv_nsec -= 1000000000;
  printf("absolute %d\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &absolute, NULL));
  printf("not before %d\n", now(CLOCK_MONOTONIC) >= absolute.tv_sec * 1000000000LL + absolute.tv_nsec);
  absolute.tv_sec -= 100;
  printf("in the past %d\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &absolute, NULL));
  SHOW(nanosleep(&(struct timespec){0, 1000000000}, NULL));
  SHOW(nanosleep(&(struct timespec){-1, 0}, NULL));
  SHOW(nanosleep(&(struct timespec){0, 0}, NULL));
  printf("wrong clock %d\n", clock_nanosleep(77, 0, &brief, NULL));
  start = now(CLOCK_PROCESS_CPUTIME_ID);
  volatile unsigned long spun = 0;
  while (now(CLOCK_PROCESS_CPUTIME_ID) - start < 20000000) spun++;
  printf("computing uses the processor's time %d\n", spun > 0);
  struct rusage usage;
  SHOW(getrusage(RUSAGE_SELF, &usage));
  SHOW(getrusage(77, &usage));
  return 0;
}
