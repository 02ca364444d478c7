// Single steps by the trap flag; a handler inherits neither it nor the direction flag.
#include "show.h"
#include <signal.h>
#include <ucontext.h>

static volatile int steps, direction_in_handler;
static void step(int signal, siginfo_t *info, void *context) {
  (void)signal;
  greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
  unsigned long flags;
  __asm__ volatile("pushfq; pop %0" : "=r"(flags));
  direction_in_handler += flags >> 10 & 1;
  steps++;
  if (steps == 1) printf("code %d trap flag in the context %lld, in the handler %lu\n", info->si_code, reg[REG_EFL] >> 8 & 1, flags >> 8 & 1);
  if (steps == 6) reg[REG_EFL] &= ~0x100LL;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};
  sigaction(SIGTRAP, &action, NULL);
  __asm__ volatile("std; pushfq; orq $0x100, (%%rsp); popfq; nop; nop; nop; nop; nop; nop; nop; nop; cld" ::: "cc", "memory");
  printf("steps %d direction %d\n", steps, direction_in_handler);
  return 0;
}
