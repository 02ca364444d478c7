// open and openat: flags, kinds of files, wrong use.
#include "show.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR "/tmp/mote-case"

int main(void) {
  SHOW(mkdir(DIR, 0755));
  SHOW(mkdir(DIR, 0755));
  SHOW(chdir(DIR));
  SHOW(open("new", O_RDONLY));
  SHOW(open("new", O_RDWR | O_CREAT, 0640));
  SHOW(open("new", O_RDWR | O_CREAT | O_EXCL, 0640));
  SHOW(write(3, "0123456789", 10));
  SHOW(open("new", O_RDONLY | O_CREAT, 0));
  SHOW(write(4, "x", 1));
  SHOW(close(4));
  SHOW(close(4));
  SHOW(open("new", O_WRONLY | O_TRUNC));
  SHOW(read(4, "", 0));
  struct stat status;
  SHOW(fstat(3, &status));
  printf("size %ld mode %o links %ld\n", (long)status.st_size, status.st_mode, (long)status.st_nlink);
  SHOW(close(4));
  SHOW(symlink("new", "link"));
  SHOW(symlink("loop", "loop"));
  SHOW(symlink("missing", "dangling"));
  SHOW(open("link", O_RDONLY | O_NOFOLLOW));
  SHOW(open("loop", O_RDONLY));
  SHOW(open("dangling", O_RDONLY));
  SHOW(open("dangling", O_RDONLY | O_CREAT | O_EXCL, 0600));
  SHOW(open("dangling", O_RDWR | O_CREAT, 0600));
  SHOW(access("missing", F_OK));
  SHOW(close(4));
  SHOW(open("new/", O_RDONLY));
  SHOW(open("new/x", O_RDONLY));
  SHOW(open("new", O_RDONLY | O_DIRECTORY));
  SHOW(open(".", O_RDWR));
  SHOW(open(".", O_RDONLY | O_DIRECTORY));
  SHOW(openat(4, "new", O_RDONLY));
  SHOW(openat(5, "new", O_RDONLY));
  SHOW(openat(77, "new", O_RDONLY));
  SHOW(openat(77, "/tmp", O_RDONLY | O_DIRECTORY));
  SHOW(read(4, &status, 10));
  SHOW(open("created", O_CREAT | O_DIRECTORY, 0600));
  SHOW(open("", O_RDONLY));
  char name[300];
  memset(name, 'n', sizeof name);
  name[256] = 0;
  SHOW(open(name, O_RDONLY));
  name[255] = 0;
  SHOW(open(name, O_RDONLY));
  static char path[5000];
  for (int i = 0; i < 4998; i += 2) memcpy(path + i, "./", 2);
  SHOW(open(path, O_RDONLY));
  path[4094] = 0;
  SHOW(open(path, O_RDONLY));
  SHOW(close(7));
  SHOW(mkdir("dir/", 0700));
  SHOW(open("dir", O_WRONLY));
  SHOW(open("dir/", O_RDONLY | O_CREAT, 0600));
  SHOW(open("nodir/x", O_RDWR | O_CREAT, 0600));
  SHOW(open("new2/", O_RDWR | O_CREAT, 0600));
  SHOW(open("new", O_PATH));
  SHOW(read(7, name, 1));
  SHOW(fstat(7, &status));
  SHOW(close(7));
  SHOW(open("/tmp", O_RDWR | O_TMPFILE, 0600));
  SHOW(write(7, "unnamed", 7));
  SHOW(pread(7, name, 10, 0));
  printf("%.7s\n", name);
  SHOW(creat("created", 0600));
  SHOW(umask(027));
  SHOW(open("masked", O_CREAT | O_WRONLY, 0666));
  SHOW(fstat(9, &status));
  printf("mode %o\n", status.st_mode);
  SHOW(umask(022));
  return 0;
}
