// getdents64 and the library above it: every entry once, offsets, small buffers, changes during the walk.
#include "show.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct linux_dirent64 {
  unsigned long ino;
  long off;
  unsigned short length;
  unsigned char type;
  char name[];
};

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(void) {
  NEED(mkdir("/tmp/mote-case", 0755) == 0 && chdir("/tmp/mote-case") == 0);
  for (int i = 0; i < 300; i++) {
    char name[100];
    sprintf(name, "file-%d-%.*s", i, i % 50, "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
    NEED(close(open(name, O_CREAT | O_WRONLY, 0600)) == 0);
  }
  NEED(mkdir("dir", 0755) == 0 && symlink("dir", "link") == 0);
  int fd = open(".", O_RDONLY | O_DIRECTORY);
  static char buffer[1000];
  SHOW(syscall(SYS_getdents64, fd, buffer, 10));
  char *names[400];
  int count = 0, misaligned = 0, types = 0, zero_inodes = 0;
  long got;
  while ((got = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < got;) {
      struct linux_dirent64 *entry = (void *)(buffer + at);
      NEED(count < 400);
      names[count++] = strdup(entry->name);
      misaligned += entry->length % 8 != 0;
      zero_inodes += entry->ino == 0;
      if (strcmp(entry->name, "dir") == 0) types += entry->type == DT_DIR;
      if (strcmp(entry->name, "link") == 0) types += entry->type == DT_LNK;
      if (strcmp(entry->name, "file-0-") == 0) types += entry->type == DT_REG;
      if (strcmp(entry->name, ".") == 0) types += entry->type == DT_DIR;
      at += entry->length;
    }
  }
  SHOW(got);
  qsort(names, (size_t)count, sizeof names[0], by_name);
  printf("%d entries, misaligned %d, types right %d, inode 0: %d\n", count, misaligned, types, zero_inodes);
  printf("%s %s %s %s ... %s\n", names[0], names[1], names[2], names[3], names[count - 1]);
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(syscall(SYS_getdents64, fd, buffer, sizeof buffer) > 0);
  SHOW(read(fd, buffer, 10));
  SHOW(write(fd, buffer, 10));
  SHOW(ftruncate(fd, 0));
  SHOW(syscall(SYS_getdents64, 0, buffer, sizeof buffer));
  SHOW(syscall(SYS_getdents64, 77, buffer, sizeof buffer));

  DIR *directory = opendir(".");
  struct dirent *entry;
  int removed = 0;
  while ((entry = readdir(directory))) {
    if (strncmp(entry->d_name, "file-", 5) == 0) removed += unlink(entry->d_name) == 0;
  }
  printf("removed during the walk %d\n", removed);
  rewinddir(directory);
  count = 0;
  long middle = 0;
  char after[100] = "";
  while ((entry = readdir(directory))) {
    if (++count == 2) middle = telldir(directory);
    if (count == 3) strcpy(after, entry->d_name);
  }
  printf("left %d\n", count);
  seekdir(directory, middle);
  entry = readdir(directory);
  printf("found again by its offset %d\n", entry && strcmp(entry->d_name, after) == 0);
  closedir(directory);

  // An inode's number is what stat says.
  struct stat status;
  stat("dir", &status);
  directory = opendir(".");
  while ((entry = readdir(directory))) {
    if (strcmp(entry->d_name, "dir") == 0) printf("inode agrees %d\n", entry->d_ino == status.st_ino);
  }
  fd = open("dir", O_RDONLY);
  NEED(rmdir("dir") == 0);
  SHOW(syscall(SYS_getdents64, fd, buffer, sizeof buffer));
  struct dirent **list;
  int n = scandir("/tmp/mote-case", &list, NULL, alphasort);
  for (int i = 0; i < n; i++) puts(list[i]->d_name);
  return 0;
}
