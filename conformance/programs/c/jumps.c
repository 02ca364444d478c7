// setjmp and longjmp, contexts of one's own (makecontext), functions called at exit, TLS, constructors.
// Not with musl: it has no makecontext.
#include "show.h"
#include <setjmp.h>
#include <ucontext.h>

static jmp_buf place;
static ucontext_t back, other;
static __thread int local = 41;
static __thread char zeros[5000];
static int order;

__attribute__((constructor(101))) static void early(void) { order = 1; }
__attribute__((constructor(102))) static void later(void) { order = order * 10 + 2; }
__attribute__((destructor(101))) static void last(void) { puts("destructor 101"); }
__attribute__((destructor(102))) static void before_last(void) { puts("destructor 102"); }
static void first_registered(void) { puts("atexit 1"); }
static void second_registered(void) { puts("atexit 2"); }

static void deep(int n) {
  if (n == 0) longjmp(place, 7);
  deep(n - 1);
}
static void coroutine(int start) {
  for (int i = start; i < start + 3; i++) {
    printf("in the coroutine %d\n", i);
    swapcontext(&other, &back);
  }
}

int main(void) {
  atexit(first_registered);
  atexit(second_registered);
  printf("constructors %d\n", order);
  local++;
  printf("thread local %d %d\n", local, zeros[4999]);
  volatile int count = 0;
  int value = setjmp(place);
  printf("setjmp %d\n", value);
  if (count++ < 3) deep(count * 10);
  if (setjmp(place) == 0) longjmp(place, 0);
  static char stack[65536];
  getcontext(&other);
  other.uc_stack.ss_sp = stack;
  other.uc_stack.ss_size = sizeof stack;
  other.uc_link = &back;
  makecontext(&other, (void (*)(void))coroutine, 1, 5);
  for (int i = 0; i < 4; i++) {
    swapcontext(&back, &other);
    puts("back in main");
  }
  return 5;
}
