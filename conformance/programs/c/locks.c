// Record locks and flock within one process never conflict.
#include "show.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  mkdir("/tmp/mote-case", 0755);
  int fd = open("/tmp/mote-case/f", O_CREAT | O_RDWR, 0600), other = open("/tmp/mote-case/f", O_RDONLY);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
  SHOW(fcntl(fd, F_SETLK, &lock));
  SHOW(fcntl(fd, F_GETLK, &lock));
  printf("free for its owner %d\n", lock.l_type == F_UNLCK);
  lock.l_type = F_WRLCK;
  SHOW(fcntl(other, F_SETLK, &lock));
  lock.l_type = F_RDLCK;
  SHOW(fcntl(other, F_SETLKW, &lock));
  lock.l_type = F_UNLCK;
  SHOW(fcntl(fd, F_SETLK, &lock));
  lock.l_type = 77;
  SHOW(fcntl(fd, F_SETLK, &lock));
  SHOW(fcntl(99, F_SETLK, &lock));
  SHOW(flock(fd, LOCK_SH));
  SHOW(flock(fd, LOCK_UN));
  SHOW(flock(99, LOCK_SH));
  return 0;
}
