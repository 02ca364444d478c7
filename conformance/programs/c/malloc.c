// Two hundred thousand allocations of all sizes, checked by a pattern.
#include "show.h"
#include <stdint.h>

static uint32_t state = 12345;
static uint32_t next(void) { return state = state * 1664525u + 1013904223u; }

int main(void) {
  enum { SLOTS = 512 };
  static unsigned char *block[SLOTS];
  static size_t length[SLOTS];
  unsigned long bytes = 0, corrupt = 0;
  for (int i = 0; i < 200000; i++) {
    unsigned slot = next() >> 8 & (SLOTS - 1);
    if (block[slot]) {
      for (size_t at = 0; at < length[slot]; at += 61) corrupt += block[slot][at] != (unsigned char)(slot + at);
      free(block[slot]);
    }
    size_t size = next() >> 8;
    size = i % 1000 == 0 ? size % 400000 : size % 700;
    block[slot] = i % 3 == 0 ? calloc(1, size + 1) : malloc(size + 1);
    NEED(block[slot]);
    length[slot] = size + 1;
    bytes += size;
    for (size_t at = 0; at <= size; at += 61) block[slot][at] = (unsigned char)(slot + at);
  }
  printf("bytes %lu corrupt %lu\n", bytes, corrupt);
  void *aligned = NULL;
  SHOW(posix_memalign(&aligned, 65536, 100));
  printf("aligned %d\n", ((uintptr_t)aligned & 65535) == 0);
  volatile size_t absurd = (size_t)1 << 62;
  printf("absurd size gives NULL %d\n", malloc(absurd) == NULL);
  return corrupt != 0;
}
