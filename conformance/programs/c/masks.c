// Blocking, pending, order of delivery, nested handlers, sa_mask, SA_NODEFER, SA_RESETHAND.
#include "show.h"
#include <signal.h>
#include <unistd.h>

static volatile int level, calls;  // volatile: raise() is declared not to call back
static void plain(int signal) {
  sigset_t now;
  sigprocmask(SIG_BLOCK, NULL, &now);
  printf("%*shandler %d: blocked USR1 %d USR2 %d HUP %d\n", 2 * level, "", signal, sigismember(&now, SIGUSR1),
         sigismember(&now, SIGUSR2), sigismember(&now, SIGHUP));
}
static void nested(int signal) {
  plain(signal);
  level++;
  if (calls++ < 3) raise(signal == SIGUSR1 ? SIGUSR2 : SIGUSR1);
  level--;
  printf("%*sleaves %d\n", 2 * level, "", signal);
}
static void again(int signal) {
  plain(signal);
  level++;
  if (level < 3) raise(signal);
  level--;
}
static void install(int signal, void (*handler)(int), int flags, int masked) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  if (masked) sigaddset(&action.sa_mask, masked);
  NEED(sigaction(signal, &action, NULL) == 0);
}
static void pending(const char *when) {
  sigset_t set;
  sigpending(&set);
  printf("%s: pending", when);
  for (int signal = 1; signal < 65; signal++) {
    if (sigismember(&set, signal) == 1) printf(" %d", signal);
  }
  puts("");
}

int main(void) {
  puts("blocked and then let through:");
  install(SIGUSR1, plain, 0, 0);
  install(SIGUSR2, plain, 0, 0);
  install(SIGHUP, plain, 0, SIGUSR1);
  sigset_t all, old;
  sigfillset(&all);
  SHOW(sigprocmask(SIG_BLOCK, &all, &old));
  raise(SIGUSR2);
  raise(SIGUSR2);
  raise(SIGUSR1);
  kill(getpid(), SIGHUP);
  pending("while blocked");
  SHOW(sigprocmask(SIG_SETMASK, &old, NULL));
  pending("afterwards");
  puts("KILL and STOP cannot be blocked:");
  sigset_t now;
  sigprocmask(SIG_BLOCK, &all, NULL);
  sigprocmask(SIG_BLOCK, NULL, &now);
  printf("%d %d %d\n", sigismember(&now, SIGKILL), sigismember(&now, SIGSTOP), sigismember(&now, SIGTERM));
  sigprocmask(SIG_SETMASK, &old, NULL);
  puts("nested:");
  install(SIGUSR1, nested, 0, 0);
  install(SIGUSR2, nested, 0, 0);
  raise(SIGUSR1);
  puts("held back by sa_mask:");
  calls = 0;
  install(SIGUSR1, nested, 0, SIGUSR2);
  raise(SIGUSR1);
  puts("SA_NODEFER:");
  install(SIGUSR1, again, SA_NODEFER, 0);
  raise(SIGUSR1);
  puts("SA_RESETHAND:");
  install(SIGUSR1, plain, SA_RESETHAND, 0);
  raise(SIGUSR1);
  struct sigaction action;
  sigaction(SIGUSR1, NULL, &action);
  printf("default again %d\n", action.sa_handler == SIG_DFL);
  puts("ignored:");
  signal(SIGUSR1, SIG_IGN);
  sigprocmask(SIG_BLOCK, &all, NULL);
  raise(SIGUSR1);
  raise(SIGCHLD);
  pending("ignored ones");
  SHOW(sigaction(SIGKILL, &action, NULL));
  SHOW(sigaction(0, &action, NULL));
  SHOW(sigaction(65, &action, NULL));
  SHOW(sigaction(SIGKILL, NULL, &action));
  SHOW(sigprocmask(77, &all, NULL));
  SHOW(kill(getpid(), 0));
  SHOW(kill(getpid(), 65));
  SHOW(raise(0));
  return 0;
}
