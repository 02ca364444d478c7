// x87 and SSE arithmetic, rounding modes, the mathematical library: every bit printed.
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void bits(const char *name, long double value) {
  unsigned char raw[16] = {0};
  memcpy(raw, &value, 10);
  printf("%s %.21Lg ", name, value);
  for (int i = 9; i >= 0; i--) printf("%02x", raw[i]);
  putchar('\n');
}

int main(void) {
  volatile long double one = 1, three = 3, seven = 7;
  bits("third", one / three);
  bits("sqrt 7", sqrtl(seven));
  bits("pi", 4 * atanl(one));
  bits("e", expl(one));
  bits("log", logl(seven));
  bits("sin", sinl(seven));
  bits("pow", powl(seven, 1.5L));
  bits("fmod", fmodl(powl(seven, 20), three));
  bits("tiny", nextafterl(0, 1));
  bits("huge", LDBL_MAX);
  bits("cbrt", cbrtl(seven));
  bits("tgamma", tgammal(seven / 2));
  int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  volatile double a = 1, b = 10;
  for (int i = 0; i < 4; i++) {
    fesetround(modes[i]);
    double quotient = a / b;
    uint64_t raw;
    memcpy(&raw, &quotient, 8);
    printf("mode %x: %016lx %.1f %ld ", fegetround(), (unsigned long)raw, 2.5 * a, lrint(2.5 * a));
    bits("x87", one / three);
  }
  fesetround(FE_TONEAREST);
  unsigned short control;
  unsigned mxcsr;
  __asm__("fnstcw %0; stmxcsr %1" : "=m"(control), "=m"(mxcsr));
  printf("control word %x mxcsr %x\n", control, mxcsr & ~0x3fu);
  double x = 0.5;
  for (int i = 0; i < 1000; i++) x = 3.9 * x * (1 - x);
  printf("logistic %a\n", x);
  printf("sum %a\n", fma(x, 1e10, 0.1) + hypot(3, x) + erf(x) + j0(x) + lgamma(x));
  volatile float f = 1e-40f;
  printf("denormal %a %a\n", (double)f, (double)(f * 0.5f));
  return 0;
}
