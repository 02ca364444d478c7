// SIGFPE, SIGILL, SIGTRAP: code, address, where rip stands. The handler steps over the instruction.
#include "show.h"
#include <signal.h>
#include <ucontext.h>

extern char at_div[], at_ud2[], at_int3[], after_int3[], at_over[];

static void caught(int signal, siginfo_t *info, void *context) {
  ucontext_t *user = context;
  greg_t *reg = user->uc_mcontext.gregs;
  char *rip = (char *)reg[REG_RIP];
  const char *place = rip == at_div ? "at_div" : rip == at_over ? "at_over" : rip == at_ud2 ? "at_ud2"
                    : rip == at_int3 ? "at_int3" : rip == after_int3 ? "after_int3" : "?";
  printf("signal %d code %d trapno %lld err %lld rip %s addr %s\n", signal, info->si_code, reg[REG_TRAPNO], reg[REG_ERR],
         place, info->si_addr == rip ? "rip" : info->si_addr == 0 ? "0" : "other");
  if (rip == at_div || rip == at_over || rip == at_ud2) reg[REG_RIP] += 2;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGFPE, &action, NULL);
  sigaction(SIGILL, &action, NULL);
  sigaction(SIGTRAP, &action, NULL);
  __asm__ volatile("xor %%edx, %%edx; mov $1, %%eax; xor %%ecx, %%ecx; at_div: div %%ecx" ::: "rax", "rcx", "rdx", "cc");
  __asm__ volatile("mov $0x80000000, %%eax; cltd; mov $-1, %%ecx; at_over: idiv %%ecx" ::: "rax", "rcx", "rdx", "cc");
  __asm__ volatile("at_ud2: ud2");
  __asm__ volatile("at_int3: int3; after_int3:");
  puts("done");
  return 0;
}
