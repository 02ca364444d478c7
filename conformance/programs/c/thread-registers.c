// What each thread has in its registers stays its own, whoever runs in between: general, x87, SSE, AVX, MXCSR.
#include <fenv.h>
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

static atomic_int wrong, started;

__attribute__((target("avx2"))) static void wide(long number) {
  __m256i own = _mm256_set1_epi64x(0x0101010101010101 * number), sum = own;
  for (long i = 0; i < 3000000; i++) {
    sum = _mm256_add_epi64(sum, own);
    sum = _mm256_sub_epi64(sum, own);
    __asm__ volatile("" : "+x"(own), "+x"(sum));
  }
  int64_t out[4];
  _mm256_storeu_si256((__m256i *)out, sum);
  for (int i = 0; i < 4; i++)
    if (out[i] != 0x0101010101010101 * number) wrong++;
}

static void *runs(void *argument) {
  long number = (long)argument;
  static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  fesetround(modes[number % 4]);
  started++;
  while (started < 6) {
  }
  long double x87 = 1.0L + (long double)number;
  double sse = 1.5 * (double)number;
  uint64_t general = 0x9e3779b97f4a7c15u * (uint64_t)number;
  for (volatile long i = 0; i < 2000000; i++) {
    x87 += 1.0L;
    sse += 1.0;
    general ^= general << 13;
    general ^= general >> 7;
    general ^= general << 17;
  }
  if (x87 != 2000001.0L + (long double)number || sse != 1.5 * (double)number + 2000000.0) wrong++;
  uint64_t again = 0x9e3779b97f4a7c15u * (uint64_t)number;
  for (long i = 0; i < 2000000; i++) again ^= again << 13, again ^= again >> 7, again ^= again << 17;
  if (again != general || fegetround() != modes[number % 4]) wrong++;
  if (__builtin_cpu_supports("avx2")) wide(number);
  if (fegetround() != modes[number % 4]) wrong++;
  return NULL;
}

int main(void) {
  pthread_t threads[6];
  for (long i = 0; i < 6; i++) pthread_create(&threads[i], NULL, runs, (void *)(i + 1));
  for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
  printf("wrong %d\n", wrong);
  return 0;
}
