// An unmasked SSE exception and an unmasked x87 exception: SIGFPE with the code for the kind.
// Not with musl: it has no feenableexcept.
#define _GNU_SOURCE
#include "show.h"
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>

static sigjmp_buf recover;
static void caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  printf("signal %d code %d\n", signal, info->si_code);
  siglongjmp(recover, 1);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGFPE, &action, NULL);
  volatile double one = 1, zero = 0, big = 1e308;
  volatile long double lone = 1, lzero = 0;
  printf("masked: %f %f\n", one / zero, big * big);
  printf("flags %d\n", fetestexcept(FE_DIVBYZERO | FE_OVERFLOW) == (FE_DIVBYZERO | FE_OVERFLOW));
  if (sigsetjmp(recover, 1) == 0) { feclearexcept(FE_ALL_EXCEPT); feenableexcept(FE_DIVBYZERO); printf("%f\n", one / zero); }
  if (sigsetjmp(recover, 1) == 0) { feclearexcept(FE_ALL_EXCEPT); feenableexcept(FE_OVERFLOW); printf("%f\n", big * big); }
  if (sigsetjmp(recover, 1) == 0) { feclearexcept(FE_ALL_EXCEPT); feenableexcept(FE_INVALID); printf("%f\n", zero / zero); }
  if (sigsetjmp(recover, 1) == 0) { feclearexcept(FE_ALL_EXCEPT); feenableexcept(FE_DIVBYZERO); printf("%Lf\n", lone / lzero); }
  return 0;
}
