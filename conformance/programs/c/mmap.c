// mmap: hints, fixed places, wrong arguments.
#include "show.h"
#include <sys/mman.h>

#define PAGE 4096UL
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

int main(void) {
  char *base = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0);
  NEED(base != MAP_FAILED);
  printf("page aligned %d, zero %d\n", ((unsigned long)base & (PAGE - 1)) == 0, base[0] == 0 && base[16 * PAGE - 1] == 0);
  memset(base, 'x', 16 * PAGE);

  NEED(munmap(base + 4 * PAGE, PAGE) == 0);
  char *hinted = mmap(base + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0);
  printf("free hint honoured %d, fresh %d\n", hinted == base + 4 * PAGE, hinted[0] == 0);
  char *taken = mmap(base, PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0);
  printf("taken hint moved %d, old data kept %d\n", taken != base && taken != MAP_FAILED, base[0] == 'x');
  NEED(munmap(taken, PAGE) == 0);

  NEED(munmap(base + 4 * PAGE, PAGE) == 0);
  char *odd = mmap(base + 4 * PAGE + 123, PAGE, PROT_READ, ANON, -1, 0);
  printf("unaligned hint rounded down %d\n", odd == base + 4 * PAGE);

  char *fixed = mmap(base + 2 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_FIXED, -1, 0);
  printf("fixed replaces %d: %d %d %d %d\n", fixed == base + 2 * PAGE, base[2 * PAGE - 1], base[2 * PAGE],
         base[6 * PAGE - 1], base[6 * PAGE]);

  SHOW_OK(mmap(base, PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0));
  SHOW_OK(mmap(base + 15 * PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0));
  NEED(munmap(base + 8 * PAGE, 2 * PAGE) == 0);
  SHOW_OK(mmap(base + 8 * PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0));

  SHOW_OK(mmap(NULL, 0, PROT_READ, ANON, -1, 0));
  SHOW_OK(mmap(base + 1, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0));
  SHOW_OK(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
  SHOW_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
  SHOW_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0));
  SHOW_OK(mmap(NULL, -PAGE, PROT_READ, ANON, -1, 0));
  SHOW_OK(mmap((void *)(1UL << 47), PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0));
  SHOW_OK(mmap(NULL, 1UL << 48, PROT_NONE, ANON | MAP_NORESERVE, -1, 0));
  char *odd_length = mmap(NULL, 5, PROT_READ | PROT_WRITE, ANON, -1, 0);
  odd_length[PAGE - 1] = 7;
  printf("length rounded up %d\n", odd_length[PAGE - 1]);
  char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  shared[0] = 9;
  printf("shared anonymous %d\n", shared[0]);
  return 0;
}
