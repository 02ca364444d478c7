// Changes a tree of files in every way, and says after each what is there. The tree is that of
// RootTest; it lies in the working directory.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t digest(const char *bytes, size_t count, uint64_t hash) {
  for (size_t i = 0; i < count; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
  return hash;
}

static void showFile(const char *path) {
  char buffer[5000];
  uint64_t hash = 14695981039346656037u;
  int fd = open(path, O_RDONLY);
  for (ssize_t count; (count = read(fd, buffer, sizeof buffer)) > 0;) hash = digest(buffer, count, hash);
  close(fd);
  printf(" %016lx", hash);
}

static int keep(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static void show(const char *directory) {
  struct dirent **names;
  int count = scandir(directory, &names, keep, alphasort);
  for (int i = 0; i < count; i++) {
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", directory, names[i]->d_name);
    if (lstat(path, &st)) {
      printf("  %s: %s\n", path, strerror(errno));
      continue;
    }
    printf("  %s %o", path, st.st_mode);
    if (names[i]->d_ino != st.st_ino) printf(" (another number in the directory)");
    if (names[i]->d_type != (st.st_mode & S_IFMT) >> 12) printf(" (another type in the directory)");
    if (S_ISREG(st.st_mode)) {
      printf(" %ld links, %ld bytes", (long)st.st_nlink, (long)st.st_size);
      showFile(path);
    } else if (S_ISLNK(st.st_mode)) {
      char text[100] = "";
      readlink(path, text, sizeof text - 1);
      printf(" -> %s", text);
    }
    printf("\n");
    if (S_ISDIR(st.st_mode)) show(path);
    free(names[i]);
  }
  free(names);
}

static void did(const char *what, int result) {
  printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
  show(".");
}
#define DO(call) did(#call, call)

enum { NO_REPLACE = 1, EXCHANGE = 2 }; // musl has no renameat2

static int renameWith(const char *from, const char *to, int flags) {
  return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static int overwrite(const char *path, const char *text, long at) {
  int fd = open(path, O_WRONLY);
  int result = pwrite(fd, text, strlen(text), at);
  close(fd);
  return result;
}

static int append(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_APPEND);
  int result = write(fd, text, strlen(text));
  close(fd);
  return result;
}

static int replace(const char *path, const char *text, int flags) {
  int fd = open(path, O_WRONLY | flags, 0640);
  if (fd < 0) return -1;
  int result = write(fd, text, strlen(text));
  close(fd);
  return result;
}

static void mapped(const char *path) {
  int fd = open(path, O_RDWR);
  struct stat st;
  fstat(fd, &st);
  char *bytes = mmap(0, st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  printf("mapped %016lx", digest(bytes, st.st_size, 0));
  bytes[0] ^= 1; // nobody else sees it
  munmap(bytes, st.st_size);
  close(fd);
  printf(", read");
  showFile(path);
  printf("\n");
}

static void sameFile(const char *one, const char *other) {
  struct stat a, b;
  printf("%s and %s are %s\n", one, other,
         !stat(one, &a) && !stat(other, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev ? "one file" : "two files");
}

static void unlinkedWhileOpen(const char *path) {
  char text[20] = "";
  struct stat st;
  int fd = open(path, O_RDWR);
  unlink(path);
  fstat(fd, &st);
  pwrite(fd, "X", 1, 1);
  pread(fd, text, 5, 0);
  printf("%s without a name: %d links, %s\n", path, (int)st.st_nlink, text);
  close(fd);
}

static void emptiedWhileListed(const char *path) {
  int removed = 0, seen = 0;
  DIR *directory = opendir(path);
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (!keep(entry)) continue;
    seen++;
    removed += !unlinkat(dirfd(directory), entry->d_name, 0);
  }
  closedir(directory);
  printf("%s: %d seen, %d removed\n", path, seen, removed);
}

int main(void) {
  umask(022);
  show(".");
  mapped("big");
  sameFile("hard", "dir/hard");
  DO(overwrite("big", "in the middle", 200000));
  mapped("big");
  DO(append("dir/hard", "appended"));
  DO(truncate("big", 100001));
  DO(truncate("big", 300000));
  DO(truncate("hello", 3));
  DO(replace("hello", "anew", O_TRUNC));
  DO(replace("new", "new", O_CREAT | O_EXCL));
  DO(replace("hello", "new", O_CREAT | O_EXCL));
  DO(replace("dangling", "through a link", O_CREAT));
  DO(replace("dir", "directory", O_CREAT));
  DO(rename("hello", "dir/inner"));
  DO(rename("dir", "full"));
  DO(rename("dir", "dir/sub/x"));
  DO(rename("full", "dir"));
  DO(rename("dir", "moved"));
  DO(renameWith("moved", "full", EXCHANGE));
  DO(renameWith("big", "full", NO_REPLACE));
  DO(mkdir("dir", 0755));
  DO(link("hard", "dir/third"));
  sameFile("full/hard", "dir/third");
  DO(unlink("hard"));
  DO(link("full/link", "dir/link"));
  DO(symlink("anything", "dir/inner"));
  DO(rmdir("full"));
  DO(unlink("full"));
  DO(rmdir("full/sub"));
  DO(chmod("full/inner", 04711));
  DO(chmod("full", 0700));
  DO(chmod("big", 0));
  chmod("big", 0644);
  struct timespec times[2] = {{1, 2}, {3, 4}};
  DO(utimensat(AT_FDCWD, "full/inner", times, 0));
  struct stat st;
  stat("full/inner", &st);
  printf("%ld.%09ld\n", st.st_mtim.tv_sec, st.st_mtim.tv_nsec); // it was read, which may change the other one
  unlinkedWhileOpen("full/inner");
  emptiedWhileListed("many");
  DO(rmdir("many"));
  DO(mkdir("many", 0755));
  int fifo = open("fifo", O_RDWR);
  char through[10] = "";
  write(fifo, "through", 7);
  read(fifo, through, 7);
  printf("%s\n", through);
  return 0;
}
