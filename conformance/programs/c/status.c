// stat, chmod, utimens, access times: what programs compare.
#include "show.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void print(const char *name) {
  struct stat s;
  NEED(lstat(name, &s) == 0);
  printf("%s: mode %o size %ld links %ld rdev %d:%d blocks of %ld, mine %d\n", name, s.st_mode,
         S_ISDIR(s.st_mode) ? 0 : (long)s.st_size, S_ISDIR(s.st_mode) ? 0 : (long)s.st_nlink, major(s.st_rdev), minor(s.st_rdev),
         (long)s.st_blksize, s.st_uid == getuid());
}

int main(void) {
  NEED(mkdir("/tmp/mote-case", 0755) == 0 && chdir("/tmp/mote-case") == 0);
  int fd = open("f", O_CREAT | O_RDWR, 0644);
  NEED(write(fd, "12345", 5) == 5);
  print("f");
  SHOW(chmod("f", 0600));
  print("f");
  SHOW(fchmod(fd, 04755));
  print("f");
  SHOW(chmod("none", 0600));
  SHOW(fchmodat(AT_FDCWD, "f", 0400, 0));
  print("f");
  SHOW(mkdir("d", 01777));
  print("d");
  SHOW(symlink("f", "l"));
  print("l");
  print("/dev/null");
  struct timespec times[2] = {{1000000000, 123456789}, {1500000000, 987654321}};
  SHOW(utimensat(AT_FDCWD, "f", times, 0));
  struct stat s;
  SHOW(stat("f", &s));
  printf("%ld.%09ld %ld.%09ld\n", (long)s.st_atim.tv_sec, s.st_atim.tv_nsec, (long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = 1;
  times[1].tv_nsec = 5;
  SHOW(futimens(fd, times));
  SHOW(fstat(fd, &s));
  printf("%ld.%09ld %ld.%09ld\n", (long)s.st_atim.tv_sec, s.st_atim.tv_nsec, (long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  times[1].tv_nsec = 1000000000;
  SHOW(futimens(fd, times));
  SHOW(utimensat(AT_FDCWD, "none", NULL, 0));
  SHOW(futimens(fd, NULL));
  SHOW(fstat(fd, &s));
  printf("now %d\n", labs(s.st_mtim.tv_sec - time(NULL)) < 100);
  SHOW(stat("f/x", &s));
  SHOW(stat("", &s));
  SHOW(fstatat(fd, "", &s, AT_EMPTY_PATH));
  SHOW(fstatat(fd, "x", &s, 0));
  SHOW(fstatat(AT_FDCWD, "l", &s, AT_SYMLINK_NOFOLLOW));
  printf("a link %d\n", S_ISLNK(s.st_mode));
  SHOW(fstatat(AT_FDCWD, "f", &s, 0x10));
  SHOW(chown("f", getuid(), getgid()));
  SHOW(chown("f", -1, -1));
  SHOW(lchown("l", getuid(), -1));
  struct stat root, tmp, again;
  stat("/", &root);
  stat("/tmp/..", &again);
  stat("/tmp", &tmp);
  printf("the root is itself %d, other than /tmp %d\n", root.st_ino == again.st_ino && root.st_dev == again.st_dev,
         root.st_ino != tmp.st_ino || root.st_dev != tmp.st_dev);
  printf("sticky /tmp %o\n", tmp.st_mode & 07777);
  return 0;
}
