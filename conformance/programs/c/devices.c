// /dev: null, zero, full, urandom, fd, stdin.
#include "show.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  char bytes[100];
  struct stat status;
  const char *names[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
  for (int i = 0; i < 5; i++) {
    NEED(stat(names[i], &status) == 0);
    printf("%s: character device %d, rights %o, device %lx\n", names[i], S_ISCHR(status.st_mode), status.st_mode & 0777,
           (long)status.st_rdev);
    int fd = open(names[i], O_RDWR);
    memset(bytes, 'x', sizeof bytes);
    SHOW(read(fd, bytes, 100));
    SHOW(write(fd, bytes, 100));
    SHOW(lseek(fd, 10, SEEK_SET));
    SHOW(isatty(fd));
    close(fd);
  }
  int fd = open("/dev/zero", O_RDONLY);
  memset(bytes, 'x', sizeof bytes);
  NEED(read(fd, bytes, 50) == 50);
  printf("zeros %d, then %c\n", bytes[0] == 0 && bytes[49] == 0, bytes[50]);
  SHOW(open("/dev/null", O_WRONLY | O_TRUNC | O_CREAT, 0600));
  SHOW(open("/dev/nothing", O_RDONLY));
  SHOW(open("/dev", O_RDONLY | O_DIRECTORY));
  SHOW(mkdir("/dev/null", 0755));
  SHOW(truncate("/dev/null", 0));
  FILE *in = fopen("/dev/stdin", "r");
  NEED(in);
  printf("through /dev/stdin: %s", fgets(bytes, sizeof bytes, in) ? bytes : "nothing\n");
  FILE *err = fopen("/dev/stderr", "w");
  NEED(err);
  fprintf(err, "through /dev/stderr\n");
  fclose(err);
  fflush(stdout);
  int out = open("/dev/fd/1", O_WRONLY);
  NEED(out >= 0 && write(out, "through /dev/fd/1\n", 18) == 18);
  return 0;
}
