// mremap: grow in place and by moving, shrink, move to a fixed place; contents and errors.
#include "show.h"
#include <sys/mman.h>

#define PAGE 4096UL
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

int main(void) {
  char *area = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
  NEED(area != MAP_FAILED);
  NEED(munmap(area + 4 * PAGE, 60 * PAGE) == 0);
  for (int i = 0; i < 4; i++) area[i * PAGE] = 'a' + i;
  char *grown = mremap(area, 4 * PAGE, 8 * PAGE, 0);
  printf("grown in place %d, data %c%c%c%c, new part zero %d\n", grown == area, area[0], area[PAGE], area[2 * PAGE],
         area[3 * PAGE], area[7 * PAGE] == 0);
  char *wall = mmap(area + 8 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
  NEED(wall == area + 8 * PAGE);
  SHOW_OK(mremap(area, 8 * PAGE, 16 * PAGE, 0));
  char *moved = mremap(area, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
  printf("moved %d, data %c%c%c%c, zero %d\n", moved != area && moved != MAP_FAILED, moved[0], moved[PAGE],
         moved[2 * PAGE], moved[3 * PAGE], moved[15 * PAGE] == 0);
  SHOW(msync(area, PAGE, MS_ASYNC));  // the old place is gone
  char *shrunk = mremap(moved, 16 * PAGE, 2 * PAGE, 0);
  printf("shrunk in place %d\n", shrunk == moved);
  SHOW(msync(moved + 2 * PAGE, PAGE, MS_ASYNC));
  char *target = mmap(NULL, 4 * PAGE, RW, ANON, -1, 0);
  memset(target, 'z', 4 * PAGE);
  char *placed = mremap(moved, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE);
  printf("fixed %d, data %c%c%c%c\n", placed == target + PAGE, target[0], target[PAGE], target[2 * PAGE], target[3 * PAGE]);
  SHOW_OK(mremap(target, 4 * PAGE, 8 * PAGE, MREMAP_FIXED, target));
  SHOW_OK(mremap(target + 1, PAGE, PAGE, MREMAP_MAYMOVE));
  SHOW_OK(mremap(target, PAGE, 0, MREMAP_MAYMOVE));
  SHOW_OK(mremap((void *)0x10000, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  SHOW_OK(mremap(target, PAGE, PAGE, 0x100));
  // realloc of great blocks is what most programs use it for.
  size_t size = 1 << 20;
  unsigned char *block = malloc(size);
  for (size_t i = 0; i < size; i += 1000) block[i] = (unsigned char)(i / 1000);
  for (int round = 0; round < 5; round++) block = realloc(block, size <<= 1);
  unsigned sum = 0;
  for (size_t i = 0; i < 1 << 20; i += 1000) sum += block[i];
  printf("realloc sum %u\n", sum);
  return 0;
}
