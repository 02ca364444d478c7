// sigsuspend waits with another mask and puts the old one back; siglongjmp leaves a handler.
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

static sigjmp_buf out;
static volatile int level;
static void note(int signal) { printf("handler %d\n", signal); }
static void leave(int signal) {
  level++;
  siglongjmp(out, signal);
}

int main(void) {
  sigset_t block, old, now, none;
  sigemptyset(&block);
  sigemptyset(&none);
  sigaddset(&block, SIGUSR1);
  sigaddset(&block, SIGUSR2);
  signal(SIGUSR1, note);
  signal(SIGUSR2, note);
  sigprocmask(SIG_BLOCK, &block, &old);
  raise(SIGUSR1);
  puts("blocked");
  SHOW(sigsuspend(&none));
  sigprocmask(SIG_BLOCK, NULL, &now);
  printf("still blocked %d\n", sigismember(&now, SIGUSR1));
  sigset_t only_second = none;
  sigaddset(&only_second, SIGUSR1);
  raise(SIGUSR1);
  raise(SIGUSR2);
  SHOW(sigsuspend(&only_second));
  puts("the first one comes when the mask goes:");
  sigprocmask(SIG_SETMASK, &old, NULL);
  puts("out of a handler, many times:");
  signal(SIGUSR1, leave);
  for (volatile int round = 0; round < 1000; round++) {
    if (sigsetjmp(out, 1) == 0) {
      raise(SIGUSR1);
      puts("not reached");
    }
  }
  sigprocmask(SIG_BLOCK, NULL, &now);
  printf("%d times, blocked %d\n", level, sigismember(&now, SIGUSR1));
  puts("without the mask saved:");
  if (sigsetjmp(out, 0) == 0) raise(SIGUSR1);
  sigprocmask(SIG_BLOCK, NULL, &now);
  printf("blocked %d\n", sigismember(&now, SIGUSR1));
  return 0;
}
