// Descriptors: lowest numbers, dup and its kin, what is shared and what is not.
#include "show.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  mkdir("/tmp/mote-case", 0755);
  SHOW(open("/tmp/mote-case/f", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  SHOW(dup(3));
  SHOW(dup2(3, 10));
  SHOW(dup2(3, 3));
  SHOW(dup2(77, 3));
  SHOW(dup2(77, 77));
  SHOW(dup2(3, -1));
  SHOW(dup2(3, 1 << 30));
  SHOW(syscall(SYS_dup3, 3, 11, O_CLOEXEC));
  SHOW(syscall(SYS_dup3, 3, 3, 0));
  SHOW(syscall(SYS_dup3, 3, 12, O_APPEND));
  SHOW(fcntl(3, F_DUPFD, 20));
  SHOW(fcntl(3, F_DUPFD_CLOEXEC, 20));
  SHOW(fcntl(3, F_DUPFD, -1));
  for (int fd = 3; fd < 22; fd++) {
    if (fcntl(fd, F_GETFD) >= 0) printf("fd %d close-on-exec %d\n", fd, fcntl(fd, F_GETFD));
  }
  SHOW(fcntl(4, F_SETFD, FD_CLOEXEC));
  SHOW(fcntl(4, F_GETFD));
  SHOW(write(3, "0123456789", 10));
  SHOW(lseek(10, 0, SEEK_CUR));  // one position for all of them
  SHOW(lseek(4, 2, SEEK_SET));
  char byte;
  SHOW(read(11, &byte, 1));
  printf("%c\n", byte);
  SHOW(open("/tmp/mote-case/f", O_RDWR));  // a position of its own
  SHOW(read(5, &byte, 1));
  printf("%c\n", byte);
  SHOW(fcntl(4, F_SETFL, O_APPEND | O_NONBLOCK));
  SHOW(fcntl(3, F_GETFL) & (O_APPEND | O_NONBLOCK));
  SHOW(fcntl(5, F_GETFL) & (O_APPEND | O_NONBLOCK));
  SHOW(close(3));
  SHOW(read(4, &byte, 1));
  SHOW(open("/dev/null", O_RDWR));
  SHOW(close(0));
  SHOW(dup(3));
  SHOW(fcntl(77, F_GETFD));
  SHOW(fcntl(3, 9999));
  SHOW(close(-1));
  SHOW(syscall(SYS_close_range, 10, 30, 0) == 0 || errno == ENOSYS);
  SHOW(dup(77));
  SHOW(unlink("/tmp/mote-case/f"));
  SHOW(pread(4, &byte, 1, 5));
  printf("%c\n", byte);
  struct stat status;
  SHOW(fstat(4, &status));
  printf("links %ld\n", (long)status.st_nlink);
  return 0;
}
