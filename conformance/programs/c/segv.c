// SIGSEGV and SIGBUS as a handler sees them: siginfo, trap number, error code, registers.
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf recover;
static char *page;
static void *expected_rip;

static void caught(int signal, siginfo_t *info, void *context) {
  ucontext_t *user = context;
  greg_t *reg = user->uc_mcontext.gregs;
  long offset = (char *)info->si_addr - page;
  printf("signal %d code %d trapno %lld err %llx ", signal, info->si_code, reg[REG_TRAPNO], reg[REG_ERR]);
  if (offset >= 0 && offset < 8192) {
    printf("addr page+%ld ", offset);
  } else if (expected_rip && info->si_addr == expected_rip) {
    printf("addr as jumped to ");
  } else {
    printf("addr %p ", info->si_addr);
  }
  printf("cr2 %s rip %s errno %d\n", (void *)reg[REG_CR2] == info->si_addr ? "same" : "other",
         expected_rip ? ((void *)reg[REG_RIP] == expected_rip ? "there" : "elsewhere") : "-", info->si_errno);
  siglongjmp(recover, 1);
}

#define TRY(what)                      \
  do {                                 \
    printf("%s: ", #what);             \
    fflush(stdout);                    \
    if (sigsetjmp(recover, 1) == 0) {  \
      what;                            \
      puts("no signal");               \
    }                                  \
  } while (0)

int main(void) {
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(page != MAP_FAILED && mprotect(page, 4096, PROT_READ) == 0 && munmap(page + 4096, 4096) == 0);
  volatile char *at = page;
  TRY((void)at[10]);
  TRY(at[10] = 1);
  TRY((void)at[4096 + 20]);
  TRY(at[4096 + 20] = 1);
  TRY((void)*(volatile char *)0);
  TRY((void)*(volatile char *)0x123);
  TRY(*(volatile char *)0x123 = 1);
  TRY(((void (*)(void))(expected_rip = page + 16))());
  TRY(((void (*)(void))(expected_rip = (void *)0x500))());
  expected_rip = NULL;
  mprotect(page, 4096, PROT_NONE);
  TRY((void)at[30]);
  TRY(at[30] = 1);
  // Neither has an address that the processor would tell: SI_KERNEL.
  TRY((void)*(volatile char *)0x8000000000000000);
  TRY(__asm__ volatile("hlt"));
  TRY(__asm__ volatile("cli"));
  TRY(__asm__ volatile("inb $0x80, %%al" ::: "rax"));
  TRY(__asm__ volatile("mov %%cr3, %%rax" ::: "rax"));
  TRY(__asm__ volatile("int $0x21"));
  return 0;
}
