// What inotify tells of files and directories.
#include "show.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static int fd;

static void tell(const char *when) {
  char bytes[4096] __attribute__((aligned(8)));
  ssize_t count = read(fd, bytes, sizeof bytes);
  printf("%s:", when);
  uint32_t cookie = 0;
  for (ssize_t at = 0; at < count;) {
    struct inotify_event *event = (struct inotify_event *)(bytes + at);
    printf(" %d %x %s%s", event->wd, event->mask, event->len ? event->name : "-", event->cookie && event->cookie == cookie ? " same" : "");
    printf(" (%u)", event->len);
    cookie = event->cookie;
    at += sizeof *event + event->len;
  }
  printf("\n");
}

static void touch(const char *name, const char *text) {
  int file = open(name, O_CREAT | O_WRONLY, 0644);
  if (*text) {
    NEED(write(file, text, strlen(text)) > 0);
  }
  close(file);
}

int main(void) {
  mkdir("/tmp/mote-case", 0755);
  NEED(chdir("/tmp/mote-case") == 0);
  fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  NEED(fd >= 0);
  SHOW(inotify_init1(1));
  SHOW(inotify_add_watch(fd, ".", 0));
  SHOW(inotify_add_watch(fd, "missing", IN_CREATE));
  SHOW(inotify_add_watch(0, ".", IN_CREATE));
  SHOW(inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVE | IN_ATTRIB | IN_CLOSE_WRITE));
  tell("nothing");
  touch("one", "text");
  tell("written");
  touch("one", "");
  tell("opened");
  mkdir("directory", 0755);
  tell("directory");
  rename("one", "two");
  tell("renamed");
  chmod("two", 0600);
  tell("chmod");
  SHOW(inotify_add_watch(fd, "two", IN_ALL_EVENTS));
  link("two", "three");
  tell("linked");
  touch("two", "more");
  tell("both");
  unlink("three");
  tell("one name less");
  unlink("two");
  tell("gone");
  symlink("nowhere", "link");
  tell("link");
  unlink("link");
  rmdir("directory");
  tell("rmdir");
  SHOW(inotify_rm_watch(fd, 1));
  tell("removed");
  SHOW(inotify_rm_watch(fd, 1));
  SHOW(inotify_rm_watch(0, 1));
  char small[8];
  SHOW(inotify_add_watch(fd, ".", IN_CREATE | IN_ONESHOT));
  touch("once", "");
  SHOW(read(fd, small, sizeof small));
  touch("twice", "");
  tell("once");
  SHOW(inotify_add_watch(fd, "once", IN_ONLYDIR | IN_CREATE));
  unlink("once");
  unlink("twice");
  return 0;
}
