// AVX2, FMA, BMI and AVX-512 where the processor offers them: the same programs choose at run time.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__attribute__((target("avx2,fma"))) static void avx2(void) {
  __m256i a = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8), b = _mm256_set1_epi32(3);
  int32_t out[8];
  _mm256_storeu_si256((__m256i *)out, _mm256_mullo_epi32(a, b));
  for (int i = 0; i < 8; i++) printf("%d ", out[i]);
  __m256d x = _mm256_set_pd(1.5, 2.5, 3.5, 4.5);
  double sums[4];
  _mm256_storeu_pd(sums, _mm256_fmadd_pd(x, x, x));
  printf("%g %g %g %g ", sums[0], sums[1], sums[2], sums[3]);
  int table[16];
  for (int i = 0; i < 16; i++) table[i] = i * i;
  _mm256_storeu_si256((__m256i *)out, _mm256_i32gather_epi32(table, a, 4));
  for (int i = 0; i < 8; i++) printf("%d ", out[i]);
  puts("");
}

__attribute__((target("avx512f"))) static void avx512(void) {
  __m512i a = _mm512_set1_epi64(7);
  a = _mm512_mask_add_epi64(a, 0xA5, a, _mm512_set1_epi64(100));
  int64_t out[8];
  _mm512_storeu_si512(out, a);
  for (int i = 0; i < 8; i++) printf("%ld ", (long)out[i]);
  printf("%x\n", _mm512_cmplt_epi64_mask(a, _mm512_set1_epi64(50)));
}

__attribute__((target("bmi,bmi2,popcnt,lzcnt"))) static void bits(void) {
  uint64_t volatile value = 0x00f0f0f012345678;
  printf("%llx %llx %d %d\n", (unsigned long long)_pext_u64(value, 0x0ff00ff0), (unsigned long long)_pdep_u64(value, 0xff00ff00),
         (int)_mm_popcnt_u64(value), (int)_lzcnt_u64(value));
}

__attribute__((target("aes,sse4.2,pclmul"))) static void sse(void) {
  __m128i block = _mm_set1_epi8(0x42), key = _mm_set1_epi8(0x17);
  unsigned char out[16];
  _mm_storeu_si128((__m128i *)out, _mm_aesenc_si128(block, key));
  for (int i = 0; i < 16; i++) printf("%02x", out[i]);
  printf(" %x\n", (unsigned)_mm_crc32_u64(0, 0x123456789abcdef0));
}

int main(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) avx2(); else puts("no AVX2");
  if (__builtin_cpu_supports("avx512f")) avx512(); else puts("no AVX-512");
  if (__builtin_cpu_supports("bmi2")) bits(); else puts("no BMI2");
  if (__builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.2")) sse(); else puts("no AES");
  return 0;
}
