// brk and sbrk. musl has no sbrk of use, so the raw call is made.
#include "show.h"
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *brk_at(char *address) { return (char *)syscall(SYS_brk, address); }

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 256);
  char *start = brk_at(0);
  printf("brk(0) twice the same %d, brk(1) answers the current %d\n", brk_at(0) == start, brk_at((char *)1) == start);
  char *end = brk_at(start + 10000);
  printf("grown by exactly 10000: %ld\n", (long)(end - start));
  int zeros = 1;
  for (char *p = start; p < end; p++) zeros &= *p == 0;
  printf("zeros %d\n", zeros);
  memset(start, 'x', 10000);
  printf("shrunk to %ld\n", (long)(brk_at(start + 100) - start));
  printf("grown again to %ld\n", (long)(brk_at(start + 20000) - start));
  int page = (int)(4096 - ((unsigned long)start & 4095));
  printf("kept below the break's page %d, fresh beyond it %d\n", start[50] == 'x', start[100 + 4096 + page] == 0);
  printf("absurd answers the current %d\n", brk_at((char *)0x7fffffffffff) == start + 20000);
  char *wall = mmap((char *)(((unsigned long)start + 65535) & ~4095UL), 4096, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  NEED(wall != MAP_FAILED);
  printf("not through a mapping %d\n", brk_at(wall + 8192) == start + 20000);
  printf("back to the start %d\n", brk_at(start) == start);
  return 0;
}
