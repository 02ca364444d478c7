// Every way to make another process, where there can be only one; and names that only whoever rules the machine may change.
// Natively all of them work, so no case compares it: OneProcessTest runs it. Not with musl: it has no headers of the kernel.
#include "show.h"
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int nothing(void *unused) {
  (void)unused;
  _exit(0);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 1 << 10);
  static char stack[1 << 16] __attribute__((aligned(16)));
  SHOW(fork());
  SHOW(syscall(SYS_fork));
  SHOW(syscall(SYS_vfork));
  SHOW(clone(nothing, stack + sizeof stack, SIGCHLD, 0));
  SHOW(clone(nothing, stack + sizeof stack, CLONE_VM | SIGCHLD, 0));
  SHOW(clone(nothing, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, 0));
  int thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
  SHOW(clone(nothing, stack + sizeof stack, thread | CLONE_NEWNS, 0));
  SHOW(clone(nothing, stack + sizeof stack, thread | CLONE_NEWUSER, 0));
  SHOW(clone(nothing, stack + sizeof stack, thread | CLONE_NEWPID, 0));
  SHOW(clone(nothing, stack + sizeof stack, thread | CLONE_NEWUTS, 0));
  SHOW(clone(nothing, stack + sizeof stack, thread | CLONE_NEWNET, 0));
  struct clone_args arguments = {.exit_signal = SIGCHLD};
  SHOW(syscall(SYS_clone3, &arguments, sizeof arguments));
  pid_t child = 0;
  char *words[] = {"true", 0};
  SHOW(posix_spawn(&child, "/bin/true", 0, 0, words, 0));
  SHOW(posix_spawnp(&child, "true", 0, 0, words, 0));
  SHOW(system("true"));
  SHOW_OK(popen("true", "r") == 0 ? -1 : 0);
  SHOW(wait(0));
  SHOW(waitid(P_ALL, 0, 0, WEXITED));
  SHOW(sethostname("other", 5));
  SHOW(setdomainname("other", 5));
  char name[64];
  SHOW(gethostname(name, sizeof name));
  puts(name);
  return 0;
}
