// A stack overflow caught on the alternate stack; the errors of sigaltstack.
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

static sigjmp_buf recover;
static char *alternate;
enum { SIZE = 65536 };

static void caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  char here;
  stack_t now, other = {.ss_sp = alternate, .ss_size = SIZE};
  sigaltstack(NULL, &now);
  long distance = &here - (char *)info->si_addr;
  printf("signal %d on the alternate stack %d, flags %d, address far away %d\n", signal,
         &here >= alternate && &here < alternate + SIZE, now.ss_flags, distance > 1000000 || distance < -1000000);
  SHOW(sigaltstack(&other, NULL));  // not while it is in use
  siglongjmp(recover, 1);
}

static int depth(int n) {
  volatile char frame[1000];
  frame[0] = (char)n;
  return depth(n + 1) + frame[0];
}

int main(void) {
  alternate = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(alternate != MAP_FAILED);
  stack_t small = {.ss_sp = alternate, .ss_size = 1024}, old, flags = {.ss_sp = alternate, .ss_size = SIZE, .ss_flags = 64};
  SHOW(sigaltstack(NULL, &old));
  printf("at first: flags %d size %zu\n", old.ss_flags, old.ss_size);
  SHOW(sigaltstack(&small, NULL));
  SHOW(sigaltstack(&flags, NULL));
  stack_t stack = {.ss_sp = alternate, .ss_size = SIZE};
  SHOW(sigaltstack(&stack, NULL));
  SHOW(sigaltstack(NULL, &old));
  printf("now: flags %d size %zu same %d\n", old.ss_flags, old.ss_size, old.ss_sp == alternate);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
  for (int round = 0; round < 3; round++) {
    if (sigsetjmp(recover, 1) == 0) printf("%d\n", depth(0));
  }
  stack_t off = {.ss_flags = SS_DISABLE};
  SHOW(sigaltstack(&off, NULL));
  SHOW(sigaltstack(NULL, &old));
  printf("at last: flags %d\n", old.ss_flags);
  return 0;
}
