// munmap and mprotect: splits, holes, wrong arguments; what the rights allow is tried with a SIGSEGV handler.
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE 4096UL

static sigjmp_buf recover;
static void caught(int signal) { (void)signal; siglongjmp(recover, 1); }

static char rights(volatile char *page) {
  if (sigsetjmp(recover, 1) == 0) {
    (void)*page;
  } else {
    return '-';
  }
  if (sigsetjmp(recover, 1) == 0) {
    *page = *page;
  } else {
    return 'r';
  }
  return 'w';
}

static void picture(const char *when, char *base, int pages) {
  printf("%s: ", when);
  for (int i = 0; i < pages; i++) putchar(rights(base + i * PAGE));
  putchar('\n');
}

int main(void) {
  signal(SIGSEGV, caught);
  signal(SIGBUS, caught);
  char *base = mmap(NULL, 12 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(base != MAP_FAILED);
  picture("all writable", base, 12);
  SHOW(mprotect(base + 2 * PAGE, 3 * PAGE, PROT_READ));
  picture("2-4 read only", base, 12);
  SHOW(mprotect(base + 3 * PAGE, PAGE, PROT_NONE));
  picture("3 nothing", base, 12);
  SHOW(mprotect(base, 12 * PAGE, PROT_READ | PROT_WRITE));
  picture("all again", base, 12);
  SHOW(munmap(base + 6 * PAGE, 2 * PAGE));
  picture("hole 6-7", base, 12);
  SHOW(mprotect(base + 4 * PAGE, 6 * PAGE, PROT_READ));
  picture("over the hole", base, 12);
  SHOW(munmap(base + 5 * PAGE, 4 * PAGE));
  picture("munmap over the hole", base, 12);
  SHOW(munmap(base + 5 * PAGE, 4 * PAGE));
  SHOW(munmap(base, 0));
  SHOW(munmap(base + 1, PAGE));
  SHOW(mprotect(base, 0, PROT_NONE));
  SHOW(mprotect(base + 1, PAGE, PROT_READ));
  SHOW(mprotect((void *)0x10000, PAGE, PROT_READ));
  SHOW(mprotect(base, PAGE, 0x40000000));
  SHOW(munmap((void *)(1UL << 47), PAGE));
  picture("at last", base, 12);
  // Rights go back and forth: nothing stale may remain.
  int wrong = 0;
  for (int round = 0; round < 50; round++) {
    mprotect(base, PAGE, round & 1 ? PROT_READ : PROT_READ | PROT_WRITE);
    if (rights(base) != (round & 1 ? 'r' : 'w')) wrong++;
  }
  printf("stale rights %d\n", wrong);
  return 0;
}
