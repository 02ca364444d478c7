// Buffers that are not there give EFAULT, never a signal; counts that are absurd are refused.
#include "show.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define BAD ((void *)0x1000)

int main(void) {
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(page != MAP_FAILED && mprotect(page + 4096, 4096, PROT_NONE) == 0);
  char *edge = page + 4096 - 4;
  memset(edge, 'a', 4);
  int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);
  int ends[2];
  NEED(zero >= 0 && null >= 0 && pipe(ends) == 0);
  SHOW(syscall(SYS_read, zero, BAD, 10));
  SHOW(syscall(SYS_read, zero, BAD, 0));
  SHOW(syscall(SYS_write, ends[1], BAD, 10));
  SHOW(syscall(SYS_write, ends[1], BAD, 0));
  SHOW(syscall(SYS_write, ends[1], edge, 4));
  SHOW(syscall(SYS_write, ends[1], -1L, 10));
  SHOW(syscall(SYS_write, ends[1], 0x800000000000, 10));
  SHOW(syscall(SYS_open, BAD, O_RDONLY));
  SHOW(syscall(SYS_open, edge, O_RDONLY));  // no NUL before the end of what is readable
  SHOW(syscall(SYS_stat, "/", BAD));
  SHOW(syscall(SYS_fstat, 0, page + 4096));
  SHOW(syscall(SYS_pipe, BAD));
  SHOW(syscall(SYS_getcwd, BAD, 4096));
  SHOW(syscall(SYS_uname, BAD));
  SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, BAD));
  SHOW(syscall(SYS_nanosleep, BAD, NULL));
  SHOW(syscall(SYS_rt_sigaction, SIGUSR1, BAD, NULL, 8));
  SHOW(syscall(SYS_rt_sigaction, SIGUSR1, NULL, BAD, 8));
  SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8));
  SHOW(syscall(SYS_sigaltstack, BAD, NULL));
  SHOW(syscall(SYS_getrandom, BAD, 16, 0));
  SHOW(syscall(SYS_poll, BAD, 1, 0));
  SHOW(syscall(SYS_setitimer, ITIMER_REAL, BAD, NULL));
  SHOW(syscall(SYS_getrlimit, 7, BAD));
  SHOW(syscall(SYS_readv, zero, BAD, 1));
  struct iovec one = {BAD, 10}, negative = {page, (size_t)-1};
  SHOW(syscall(SYS_writev, ends[1], &one, 1));
  SHOW(syscall(SYS_writev, ends[1], &negative, 1));
  SHOW(syscall(SYS_writev, ends[1], &one, 1025));
  SHOW(syscall(SYS_writev, ends[1], &one, -1));
  mprotect(page, 4096, PROT_READ);
  SHOW(syscall(SYS_read, zero, page, 10));  // readable only
  SHOW(syscall(SYS_getdents64, zero, BAD, 100));
  return 0;
}
