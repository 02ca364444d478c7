// Positions, holes, truncation, appending, vectors.
#include "show.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

int main(void) {
  char bytes[64] = "";
  NEED(mkdir("/tmp/mote-case", 0755) == 0 && chdir("/tmp/mote-case") == 0);
  int fd = open("f", O_RDWR | O_CREAT, 0600);
  SHOW(write(fd, "0123456789", 10));
  SHOW(lseek(fd, -3, SEEK_END));
  SHOW(read(fd, bytes, 10));
  SHOW(read(fd, bytes, 10));
  SHOW(lseek(fd, -1, SEEK_SET));
  SHOW(lseek(fd, 5, SEEK_SET));
  SHOW(lseek(fd, -6, SEEK_CUR));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(lseek(fd, 0, 99));
  SHOW(lseek(fd, 20, SEEK_SET));
  SHOW(read(fd, bytes, 1));
  SHOW(write(fd, "end", 3));
  SHOW(pread(fd, bytes, 64, 8));
  printf("%.2s, hole %d %d, %.3s\n", bytes, bytes[2], bytes[11], bytes + 12);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(pwrite(fd, "AB", 2, 1));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(pread(fd, bytes, 4, 0));
  printf("%.4s\n", bytes);
  SHOW(pread(fd, bytes, 4, -1));
  SHOW(pwrite(fd, bytes, 4, -1));
  SHOW(pread(fd, bytes, 4, 1000));
  SHOW(ftruncate(fd, 3));
  SHOW(ftruncate(fd, 6));
  SHOW(pread(fd, bytes, 64, 0));
  printf("%.3s %d %d %d\n", bytes, bytes[3], bytes[4], bytes[5]);
  SHOW(ftruncate(fd, -1));
  SHOW(truncate("f", 2));
  SHOW(truncate("none", 2));
  SHOW(truncate(".", 2));
  int reader = open("f", O_RDONLY);
  SHOW(ftruncate(reader, 0));
  SHOW(write(reader, "x", 1));
  int append = open("f", O_WRONLY | O_APPEND);
  SHOW(lseek(append, 0, SEEK_SET));
  SHOW(write(append, "++", 2));
  SHOW(lseek(append, 0, SEEK_CUR));
  SHOW(pwrite(append, "==", 2, 0));  // Linux appends here too
  SHOW(pread(fd, bytes, 64, 0));
  printf("%.6s\n", bytes);
  struct iovec out[] = {{"one", 3}, {"two", 3}, {"three", 5}}, in[] = {{bytes, 4}, {bytes + 20, 4}, {bytes + 40, 20}};
  SHOW(pwritev(fd, out, 3, 0));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(readv(fd, in, 3));
  printf("%.4s %.4s %.3s\n", bytes, bytes + 20, bytes + 40);
  SHOW(preadv(fd, in, 2, 5));
  printf("%.4s %.2s\n", bytes, bytes + 20);
  SHOW(writev(fd, out, 0));
  struct stat status;
  SHOW(lseek(fd, 1L << 40, SEEK_SET));
  SHOW(fstat(fd, &status));
  printf("size %ld\n", (long)status.st_size);
  SHOW(fsync(fd));
  SHOW(fdatasync(fd));
  SHOW(fsync(77));
  SHOW(posix_fallocate(fd, 0, 100) >= 0);
  return 0;
}
