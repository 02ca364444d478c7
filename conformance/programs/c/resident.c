// Which memory is there, and locking it; and what a process may ask of its scheduling and capabilities.
// Not with musl: it has no headers of the kernel.
#include "show.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  char *pages = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  NEED(pages != MAP_FAILED);
  NEED(madvise(pages, 64 << 20, MADV_NOHUGEPAGE) == 0);
  unsigned char there[4] = {9, 9, 9, 9};
  NEED(mincore(pages, 4 * 4096, there) == 0);
  printf("untouched %d %d\n", there[0], there[3]);
  SHOW(mlock(pages + 100, 2 * 4096));
  NEED(mincore(pages, 4 * 4096, there) == 0);
  printf("locked %d %d %d\n", there[0], there[1], there[2]);
  SHOW(munlock(pages + 100, 2 * 4096));
  SHOW(syscall(SYS_mlock2, pages, 4096, 1));
  SHOW(syscall(SYS_mlock2, pages, 4096, 2));
  NEED(munmap(pages + (1 << 20), 4096) == 0);
  SHOW(mlock(pages, 2 << 20));
  SHOW(munlock(pages, 2 << 20));
  SHOW(mincore(pages, 2 << 20, (unsigned char *)pages));
  SHOW(mincore(pages + 1, 4096, there));
  SHOW(syscall(SYS_mincore, pages, 4096, 8));
  SHOW(mincore(pages, 0, there));
  SHOW(mlock(pages, 0));
  SHOW(mlock(pages, -4096UL));
  SHOW(mlockall(0));
  SHOW(mlockall(8));
  SHOW(munlockall());
  SHOW(syscall(SYS_sched_getscheduler, 0));
  SHOW(syscall(SYS_sched_getscheduler, -1));
  for (int policy = -1; policy < 7; policy++) {
    printf("policy %d: ", policy);
    SHOW(syscall(SYS_sched_get_priority_min, policy));
    SHOW(syscall(SYS_sched_get_priority_max, policy));
  }
  SHOW(personality(0xffffffff));
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  SHOW(syscall(SYS_capget, &header, data));
  SHOW(syscall(SYS_capget, &header, NULL));
  printf("inheritable %x\n", data[0].inheritable);
  header.version = 1;
  SHOW(syscall(SYS_capget, &header, NULL));
  printf("version %x\n", header.version);
  header.version = 1;
  SHOW(syscall(SYS_capget, &header, data));
  header.pid = -1;
  SHOW(syscall(SYS_capget, &header, data));
  SHOW(syscall(SYS_capget, 8, data));
  return 0;
}
