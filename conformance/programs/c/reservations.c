// Great address ranges that take no memory: what runtimes and WebAssembly engines do.
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#define GIB (1UL << 30)

static sigjmp_buf recover;
static void caught(int signal) { (void)signal; siglongjmp(recover, 1); }

static int faults(volatile char *address) {
  if (sigsetjmp(recover, 1) != 0) return 1;
  *address = 1;
  return 0;
}

int main(void) {
  signal(SIGSEGV, caught);
  unsigned long sizes[] = {1, 10, 100, 512, 4096, 16384};
  for (int i = 0; i < 6; i++) {
    unsigned long size = sizes[i] * GIB;
    char *base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
      printf("%lu GiB refused: %s\n", sizes[i], strerror(errno));
      continue;
    }
    char *middle = base + size / 2;
    NEED(mprotect(middle, 65536, PROT_READ | PROT_WRITE) == 0);
    middle[100] = 'm';
    middle[65535] = 'n';
    int guarded = faults(middle + 65536) + faults(middle - 1);
    printf("%lu GiB: %c%c guarded %d\n", sizes[i], middle[100], middle[65535], guarded);
    NEED(munmap(base, size) == 0);
  }
  char *lazy = mmap(NULL, 64 * GIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  NEED(lazy != MAP_FAILED);
  for (unsigned long at = 0; at < 64 * GIB; at += 4 * GIB) lazy[at + 4096 * (at >> 32)] = (char)(at >> 32);
  int sum = 0;
  for (unsigned long at = 0; at < 64 * GIB; at += 4 * GIB) sum += lazy[at + 4096 * (at >> 32)];
  printf("64 GiB accessible, 16 pages used: sum %d\n", sum);
  return 0;
}
