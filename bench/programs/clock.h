/* What the CPU-bound programs share: they print a value that depends on all of their work, and the time it took, in
 * nanoseconds of CPU time, read at its beginning and its end only. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static long rounds(int argc, char **argv) { return argc == 2 ? atol(argv[1]) : 1; }

static void report(double result, int64_t start) { printf("%.9f %lld\n", result, (long long)(now_ns() - start)); }
