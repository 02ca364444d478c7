// Real-time signals queue, carry a value, and come lowest number first.
#include "show.h"
#include <signal.h>
#include <time.h>
#include <unistd.h>

static void caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  printf("RTMIN+%d code %d value %d from me %d\n", signal - SIGRTMIN, info->si_code, info->si_value.sival_int,
         info->si_pid == getpid());
}

int main(void) {
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigfillset(&action.sa_mask);
  sigset_t set, old;
  sigemptyset(&set);
  for (int i = 0; i < 3; i++) {
    sigaction(SIGRTMIN + i, &action, NULL);
    sigaddset(&set, SIGRTMIN + i);
  }
  sigprocmask(SIG_BLOCK, &set, &old);
  for (int i = 0; i < 4; i++) SHOW(sigqueue(getpid(), SIGRTMIN + 2 - i % 3, (union sigval){.sival_int = 100 + i}));
  sigprocmask(SIG_SETMASK, &old, NULL);
  puts("taken with sigtimedwait:");
  sigprocmask(SIG_BLOCK, &set, NULL);
  sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 7});
  siginfo_t info;
  struct timespec brief = {0, 20000000};
  printf("%d\n", sigtimedwait(&set, &info, &brief) == SIGRTMIN + 1);
  printf("code %d value %d\n", info.si_code, info.si_value.sival_int);
  SHOW(sigtimedwait(&set, &info, &brief));
  return 0;
}
