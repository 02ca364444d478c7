// madvise: DONTNEED gives zeros at once; holes; unknown advice.
#include "show.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096UL
#define RW (PROT_READ | PROT_WRITE)

int main(void) {
  char *base = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(base != MAP_FAILED);
  memset(base, 'x', 8 * PAGE);
  SHOW(madvise(base + PAGE, 2 * PAGE, MADV_DONTNEED));
  printf("%d %d %d %d\n", base[0], base[PAGE], base[3 * PAGE - 1], base[3 * PAGE]);
  base[PAGE] = 'y';
  printf("usable again %c %d\n", base[PAGE], base[PAGE + 1]);
  NEED(mprotect(base + 4 * PAGE, PAGE, PROT_NONE) == 0);
  SHOW(madvise(base + 4 * PAGE, PAGE, MADV_DONTNEED));
  NEED(mprotect(base + 4 * PAGE, PAGE, RW) == 0);
  printf("without rights: zero %d\n", base[4 * PAGE] == 0);
  NEED(munmap(base + 6 * PAGE, PAGE) == 0);
  SHOW(madvise(base + 5 * PAGE, 3 * PAGE, MADV_DONTNEED));
  printf("both sides of the hole: %d %d\n", base[5 * PAGE], base[7 * PAGE]);
  SHOW(madvise(base, 0, MADV_DONTNEED));
  SHOW(madvise(base + 1, PAGE, MADV_DONTNEED));
  SHOW(madvise(base, PAGE, MADV_NORMAL));
  SHOW(madvise(base, PAGE, MADV_WILLNEED));
  SHOW(madvise(base, PAGE, MADV_SEQUENTIAL));
  SHOW(madvise(base, PAGE, MADV_DONTFORK));
  SHOW(madvise(base, PAGE, 9999));
  printf("untouched by hints %c\n", base[0]);

  mkdir("/tmp/mote-case", 0755);
  int fd = open("/tmp/mote-case/madvise", O_RDWR | O_CREAT | O_TRUNC, 0600);
  NEED(fd >= 0 && write(fd, "file contents", 13) == 13);
  char *file = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
  NEED(file != MAP_FAILED);
  file[0] = 'F';
  printf("private copy: %.13s\n", file);
  SHOW(madvise(file, PAGE, MADV_DONTNEED));
  printf("as the file again: %.13s\n", file);
  // Many times over: a runtime's garbage collector does this all day.
  int wrong = 0;
  for (int i = 0; i < 200; i++) {
    base[0] = 'n';
    madvise(base, PAGE, MADV_DONTNEED);
    if (base[0] != 0) wrong++;
  }
  printf("stale %d\n", wrong);
  return 0;
}
