// Code made at run time: written, then executable; changed under way; on another page; through two mappings.
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

typedef int (*function)(void);
static sigjmp_buf recover;
static void caught(int signal) { (void)signal; siglongjmp(recover, 1); }

static void emit(unsigned char *at, int value) {
  at[0] = 0xb8;  // mov $value, %eax; ret
  memcpy(at + 1, &value, 4);
  at[5] = 0xc3;
}

int main(void) {
  signal(SIGSEGV, caught);
  unsigned char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(page != MAP_FAILED);
  emit(page, 41);
  if (sigsetjmp(recover, 1) == 0) {
    printf("%d\n", ((function)(void *)page)());
  } else {
    puts("not executable");
  }
  volatile int wrong = 0;
  for (int i = 0; i < 100; i++) {
    NEED(mprotect(page, 4096, PROT_READ | PROT_WRITE) == 0);
    emit(page, i);
    NEED(mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0);
    wrong += ((function)(void *)page)() != i;
  }
  printf("written and run in turn, wrong %d\n", wrong);
  if (sigsetjmp(recover, 1) == 0) {
    page[0] = 0;
    puts("writable");
  } else {
    puts("not writable");
  }
  unsigned char *both = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(both != MAP_FAILED);
  for (int i = 0; i < 1000; i++) {
    emit(both + i % 64, i);
    wrong += ((function)(void *)(both + i % 64))() != i;
  }
  printf("self-modifying, wrong %d\n", wrong);
  for (int i = 0; i < 50; i++) {
    NEED(mmap(both, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == both);
    emit(both, -i);
    wrong += ((function)(void *)both)() != -i;
  }
  printf("mapped anew each time, wrong %d\n", wrong);
  return wrong;
}
