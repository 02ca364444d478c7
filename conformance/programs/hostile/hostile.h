// What the hostile programs share: system calls by hand, and attempts that a signal ends.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096L

// The kernel's own answer: -errno, and no errno touched.
__attribute__((unused)) static long call6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static sigjmp_buf hostile_back;
static volatile int hostile_signal, hostile_code;
static volatile uint64_t hostile_address;

__attribute__((unused)) static void hostile_caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  hostile_signal = signal;
  hostile_code = info->si_code;
  hostile_address = (uint64_t)info->si_addr;
  siglongjmp(hostile_back, 1);
}

// Every fault comes back to the attempt that made it, on a stack of its own. No mask changes, so none is saved.
__attribute__((unused)) static void catch_faults(void) {
  static char stack[1 << 16];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = hostile_caught, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, 0);
}

// Runs a statement; true if a signal ended it.
#define FAULTS(statement) \
  ({                      \
    hostile_signal = 0;   \
    if (sigsetjmp(hostile_back, 0) == 0) { statement; } \
    hostile_signal != 0;  \
  })

// One attempt, one line: what came of it.
#define ATTEMPT(name, statement)                                                      \
  do {                                                                                \
    if (FAULTS(statement)) {                                                          \
      printf("%s: signal %d code %d\n", name, hostile_signal, hostile_code);          \
    } else {                                                                          \
      printf("%s: went through\n", name);                                             \
    }                                                                                 \
  } while (0)

static uint64_t hostile_random_state = 1;
__attribute__((unused)) static uint64_t random_bits(void) { // xorshift64*
  hostile_random_state ^= hostile_random_state >> 12;
  hostile_random_state ^= hostile_random_state << 25;
  hostile_random_state ^= hostile_random_state >> 27;
  return hostile_random_state * 0x2545f4914f6cdd1dull;
}
__attribute__((unused)) static uint64_t below(uint64_t limit) { return random_bits() % limit; }
