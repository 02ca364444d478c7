// The alignment check flag: SIGBUS BUS_ADRALN for a program that turns it on.
#include "show.h"
#include <setjmp.h>
#include <signal.h>

static sigjmp_buf recover;
static void caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  __asm__ volatile("pushfq; andq $~0x40000, (%%rsp); popfq" ::: "cc", "memory");
  printf("signal %d code %d\n", signal, info->si_code);
  siglongjmp(recover, 1);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, NULL);
  static char bytes[16];
  if (sigsetjmp(recover, 1) == 0) {
    unsigned value;
    __asm__ volatile("pushfq; orq $0x40000, (%%rsp); popfq; movl 1(%1), %0; pushfq; andq $~0x40000, (%%rsp); popfq"
                     : "=r"(value) : "r"(((unsigned long)bytes + 7) & ~7UL) : "cc", "memory");
    puts("not checked");
  }
  return 0;
}
