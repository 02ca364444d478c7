// Names: links, dots, renames, removals, and every wrong use of them.
#include "show.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static void file(const char *name, const char *text) {
  int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  NEED(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}
static void print(const char *name) {
  char text[100] = "";
  int fd = open(name, O_RDONLY);
  if (fd < 0) {
    printf("%s: %s\n", name, strerror(errno));
    return;
  }
  ssize_t n = read(fd, text, 99);
  printf("%s: %.*s\n", name, (int)n, text);
  close(fd);
}

int main(void) {
  char text[PATH_MAX];
  struct stat status, other;
  NEED(mkdir("/tmp/mote-case", 0755) == 0 && chdir("/tmp/mote-case") == 0);
  printf("%s\n", getcwd(text, sizeof text));
  SHOW(syscall(79, text, 15L) /* getcwd counts the NUL */);
  SHOW(syscall(79, text, 14L));
  SHOW(mkdir("a", 0755));
  SHOW(mkdir("a/b", 0755));
  SHOW(mkdir("x/y", 0755));
  file("a/b/f", "contents");
  print("a/b/../b/./f");
  print("a/b/f/");
  print("a/b/f/..");
  print("../mote-case/a/b/f");
  print("/../../tmp/mote-case/a/b/f");
  print("a//b///f");
  SHOW(symlink("a/b", "l"));
  print("l/f");
  print("l/../b/f");  // the parent of where the link leads
  SHOW(readlink("l", text, sizeof text));
  SHOW(readlink("l", text, 2));
  SHOW(readlink("l", text, 0));
  SHOW(readlink("a", text, sizeof text));
  SHOW(readlink("a/b/f", text, sizeof text));
  SHOW(readlink("none", text, sizeof text));
  SHOW(symlink("", "empty"));
  SHOW(symlink("t", "l"));
  SHOW(lstat("l", &status));
  printf("a link %d size %ld\n", S_ISLNK(status.st_mode), (long)status.st_size);
  SHOW(stat("l/", &status));
  SHOW(lstat("l/", &status));
  printf("a directory %d\n", S_ISDIR(status.st_mode));
  SHOW(link("a/b/f", "hard"));
  SHOW(stat("hard", &status));
  SHOW(stat("a/b/f", &other));
  printf("links %ld, the same file %d\n", (long)status.st_nlink, status.st_ino == other.st_ino && status.st_dev == other.st_dev);
  SHOW(link("a", "harddir"));
  SHOW(link("hard", "a/b/f"));
  SHOW(link("none", "other"));
  SHOW(unlink("a/b/f"));
  print("hard");
  SHOW(unlink("a"));
  SHOW(unlink("none"));
  SHOW(unlink("hard/"));
  SHOW(rmdir("a"));
  SHOW(rmdir("hard"));
  SHOW(rmdir("a/b/."));
  SHOW(rmdir("a/b/.."));
  SHOW(rmdir("l"));
  SHOW(rename("hard", "a/b/moved"));
  print("a/b/moved");
  print("hard");
  file("one", "1");
  file("two", "2");
  SHOW(rename("one", "two"));
  print("two");
  print("one");
  SHOW(rename("two", "two"));
  SHOW(rename("none", "two"));
  SHOW(rename("two", "a"));
  SHOW(rename("a", "two"));
  SHOW(rename("a", "a/b/inside"));
  SHOW(mkdir("full", 0755));
  file("full/f", "x");
  SHOW(mkdir("free", 0755));
  SHOW(rename("free", "full"));
  SHOW(rename("full", "free"));
  print("free/f");
  SHOW(rename("l", "l2"));
  SHOW(readlink("l2", text, sizeof text));
  SHOW(rename(".", "dot"));
  SHOW(syscall(316, AT_FDCWD, "two", AT_FDCWD, "free/f", 1 /* RENAME_NOREPLACE */));
  for (int i = 0; i < 45; i++) {
    char from[20], to[20];
    sprintf(from, "chain%d", i);
    sprintf(to, i == 0 ? "two" : "chain%d", i - 1);
    NEED(symlink(to, from) == 0);
  }
  SHOW(access("chain39", F_OK));
  SHOW(access("chain40", F_OK));
  NEED(!symlink("nobody/", "to-nobody") && !symlink("/tmp/mote-case/two/", "to-two") && !symlink("/tmp/", "to-tmp"));
  SHOW(open("to-nobody", O_CREAT | O_RDWR, 0600));
  SHOW(open("to-two", O_CREAT | O_RDWR, 0600));
  SHOW(open("to-tmp", O_CREAT | O_RDWR, 0600));
  SHOW(open("to-tmp", O_CREAT | O_EXCL | O_RDWR, 0600));
  SHOW(open("to-nobody/", O_CREAT | O_RDWR, 0600));
  SHOW(open("to-nobody", O_RDWR));
  SHOW(open("to-two", O_RDWR));
  SHOW(mkdir("to-nobody", 0700));
  SHOW(mkdir("to-nobody/", 0700));
  const char *slashed[] = {"to-nobody/", "to-two/", "to-tmp/", "two/", "free/", "none/"};
  for (int i = 0; i < 6; i++) {
    printf("%s\n", slashed[i]);
    SHOW(symlink("x", slashed[i]));
    SHOW(mknod(slashed[i], S_IFREG | 0600, 0));
    SHOW(link("two", slashed[i]));
    SHOW(mkdir(slashed[i], 0700));
  }
  SHOW(rmdir("none"));
  SHOW(chdir("a/b"));
  SHOW(rename("../../a", "../../renamed"));
  printf("%s\n", getcwd(text, sizeof text));
  SHOW(chdir("moved"));
  SHOW(chdir(".."));
  SHOW(rmdir("b"));
  SHOW(unlink("b/moved"));
  SHOW(chdir("b"));
  SHOW(rmdir("../b"));
  SHOW(open("here", O_CREAT | O_RDWR, 0600));
  printf("%s\n", getcwd(text, sizeof text) ? text : strerror(errno));
  SHOW(access("/", R_OK | W_OK | X_OK) >= -1);
  SHOW(mkdir("/", 0755));
  SHOW(rmdir("/"));
  SHOW(unlink("/"));
  SHOW(access("/tmp/mote-case/two", X_OK));
  SHOW(access("/tmp/mote-case/two", 9));
  return 0;
}
