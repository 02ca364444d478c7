// Blocks for ever in one of the ways there are; says so first. `waits WHAT`
#include "hostile.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>

static volatile long hits;
static void count(int signal) { (void)signal, hits++; }

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  char byte;
  int fds[2], word = 1;
  sigset_t none;
  sigemptyset(&none);
  if (!strcmp(what, "file-then-loop")) { // reads a file of the host first: /data/file, if there is one
    int fd = open("/data/file", O_RDONLY);
    if (fd < 0 || read(fd, &byte, 1) != 1) return 3;
  }
  if (!strcmp(what, "mapped-file-loop")) {
    int fd = open("/data/file", O_RDONLY);
    while (1) {
      volatile char *at = mmap(0, 1 << 22, PROT_READ, MAP_PRIVATE, fd, 0);
      if (at == MAP_FAILED) return 3;
      for (long i = 0; i < 1 << 22; i += PAGE) (void)at[i];
      munmap((void *)at, 1 << 22);
      if (hits++ == 0) write(1, "ready\n", 6);
    }
  }
  if (!strcmp(what, "alarm-loop")) {
    signal(SIGALRM, count);
    struct itimerval often = {{0, 1}, {0, 1}};
    setitimer(ITIMER_REAL, &often, 0);
  }
  write(1, "ready\n", 6);
  if (!strcmp(what, "read")) read(0, &byte, 1);
  else if (!strcmp(what, "read-pipe")) pipe(fds), read(fds[0], &byte, 1);
  else if (!strcmp(what, "write-pipe")) {
    pipe(fds);
    while (1) write(fds[1], what, 4);
  } else if (!strcmp(what, "fifo")) mkfifo("/tmp/fifo", 0600), open("/tmp/fifo", O_RDONLY);
  else if (!strcmp(what, "sleep")) sleep(1000000);
  else if (!strcmp(what, "pause")) pause();
  else if (!strcmp(what, "sigsuspend")) sigsuspend(&none);
  else if (!strcmp(what, "sigwait")) sigtimedwait(&none, 0, 0);
  else if (!strcmp(what, "futex")) call6(SYS_futex, (long)&word, FUTEX_WAIT, 1, 0, 0, 0);
  else if (!strcmp(what, "poll")) poll(&(struct pollfd){.fd = 0, .events = POLLIN}, 1, -1);
  else if (!strcmp(what, "select")) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(0, &set);
    select(1, &set, 0, 0, 0);
  } else if (!strcmp(what, "calls")) while (1) call6(SYS_getppid, 0, 0, 0, 0, 0, 0);
  else if (!strcmp(what, "faults")) {
    catch_faults();
    while (1) (void)FAULTS(*(volatile int *)8 = 1);
  } else while (1) __asm__ volatile("");
  return 4; // it was to be for ever
}
