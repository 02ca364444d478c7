// What the standard streams are: pipes here. Terminal questions get ENOTTY; poll, seek, end of input.
#include "show.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

int main(void) {
  for (int fd = 0; fd < 3; fd++) {
    struct stat status;
    struct termios terminal;
    struct winsize window;
    NEED(fstat(fd, &status) == 0);
    printf("fd %d: pipe %d\n", fd, S_ISFIFO(status.st_mode));
    SHOW(isatty(fd));
    SHOW(tcgetattr(fd, &terminal));
    SHOW(ioctl(fd, TIOCGWINSZ, &window));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(fcntl(fd, F_GETFL) & O_ACCMODE);
    SHOW(fcntl(fd, F_GETFD));
  }
  SHOW(ioctl(0, 0x12345678, 0));
  SHOW(ioctl(77, TCGETS, 0));
  struct pollfd in = {0, POLLIN, 0};
  SHOW(poll(&in, 1, 2000));
  printf("in %x\n", in.revents & POLLIN);
  char bytes[100];
  ssize_t total = 0, got;
  while ((got = read(0, bytes, 7)) > 0) total += got;
  printf("read %zd, then %zd\n", total, got);
  SHOW(read(0, bytes, 1));
  in.revents = 0;
  SHOW(poll(&in, 1, 0));
  SHOW(write(2, "to stderr\n", 10));
  SHOW(close(0));
  SHOW(read(0, bytes, 1));
  SHOW(open("/dev/null", O_RDONLY));
  close(1);
  fprintf(stderr, "%d\n", (int)write(1, "lost", 4));
  return 3;
}
