// A pipe within one process: sizes, end of file, not blocking, poll and select.
#include "show.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void poll_both(const char *when, int in, int out) {
  struct pollfd set[3] = {{in, POLLIN, 0}, {out, POLLOUT, 0}, {-1, POLLIN, 7}};
  int ready = poll(set, 3, 0);
  printf("%s: ready %d in %x out %x ignored %x\n", when, ready, set[0].revents, set[1].revents, set[2].revents);
}

int main(void) {
  int ends[2];
  static char block[70000];
  SHOW(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
  printf("lowest numbers %d %d\n", ends[0], ends[1]);
  SHOW(fcntl(ends[0], F_GETFD));
  SHOW(fcntl(ends[0], F_GETFL) == (O_NONBLOCK | O_RDONLY));
  SHOW(fcntl(ends[1], F_GETFL) == (O_NONBLOCK | O_WRONLY));
  poll_both("empty", ends[0], ends[1]);
  SHOW(read(ends[0], block, 10));
  SHOW(write(ends[1], "hello", 5));
  poll_both("something", ends[0], ends[1]);
  int waiting = 0;
  SHOW(ioctl(ends[0], FIONREAD, &waiting));
  printf("waiting %d\n", waiting);
  SHOW(read(ends[0], block, 3));
  SHOW(read(ends[0], block, 10));
  SHOW(write(ends[1], block, sizeof block));
  poll_both("full", ends[0], ends[1]);
  SHOW(write(ends[1], block, 1));
  SHOW(fcntl(ends[0], F_GETPIPE_SZ));
  SHOW(read(ends[0], block, 4096));
  SHOW(read(ends[0], block, sizeof block));
  SHOW(read(ends[1], block, 1));
  SHOW(write(ends[0], block, 1));
  SHOW(lseek(ends[0], 0, SEEK_CUR));
  SHOW(pread(ends[0], block, 1, 0));
  SHOW(ftruncate(ends[1], 0));
  struct stat status;
  SHOW(fstat(ends[0], &status));
  printf("a pipe %d\n", S_ISFIFO(status.st_mode));
  struct iovec parts[3] = {{"ab", 2}, {"", 0}, {"cde", 3}}, into[2] = {{block, 1}, {block + 10, 10}};
  SHOW(writev(ends[1], parts, 3));
  SHOW(readv(ends[0], into, 2));
  printf("%c %.4s\n", block[0], block + 10);
  fd_set reading, writing;
  FD_ZERO(&reading);
  FD_ZERO(&writing);
  FD_SET(ends[0], &reading);
  FD_SET(ends[1], &writing);
  struct timeval none = {0, 0};
  SHOW(select(ends[1] + 1, &reading, &writing, NULL, &none));
  printf("readable %d writable %d\n", FD_ISSET(ends[0], &reading), FD_ISSET(ends[1], &writing));
  int copy = dup(ends[1]);
  SHOW(write(copy, "z", 1));
  close(ends[1]);
  SHOW(read(ends[0], block, 5));
  SHOW(read(ends[0], block, 5));
  close(copy);
  poll_both("no writer", ends[0], -1);
  SHOW(read(ends[0], block, 5));
  SHOW(pipe(ends));
  close(ends[0]);
  poll_both("no reader", -1, ends[1]);
  struct pollfd closed = {77, POLLIN, 0};
  SHOW(poll(&closed, 1, 0));
  printf("closed %x\n", closed.revents);
  SHOW(poll(NULL, 0, 10));
  SHOW(pipe2(ends, 0x123));
  FD_ZERO(&reading);
  // Below 64: what lies behind the end of the table of descriptors is no error, and how long that is depends on who started us.
  FD_SET(50, &reading);
  SHOW(select(51, &reading, NULL, NULL, &none));
  SHOW(select(-1, NULL, NULL, NULL, &none));
  return 0;
}
