// The guest fuzzer: system calls with numbers and arguments that nobody means, by a seed.  system-calls SEED COUNT
// It spares itself only what would end or stop it at once: exit, waiting for ever, taking its own memory away.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 16 };
static uint64_t state;
static char *pages;

static uint64_t next(void) { return state ^= state << 13, state ^= state >> 7, state ^= state << 17; }

static uint64_t argument(void) {
  switch (next() % 16) {
    case 0: case 1: return next() % 16;
    case 2: return next() % PAGE;
    case 3: return (uint64_t)pages + next() % (PAGES * PAGE);
    case 4: return (uint64_t)pages + next() % (PAGES + 1) * PAGE - next() % 16;
    case 5: return (uint64_t)pages + next() % PAGES * PAGE;
    case 6: return 0xffff800000000000ull + next() % 65536;
    case 7: return 1ull << next() % 64;
    case 8: return -(next() % PAGE);
    case 9: return next();
    case 10: return INT64_MAX - next() % PAGE;
    case 11: return 0x80000000ull + next() % 3;
    case 12: return 0x7ffffffff000ull - next() % 8192;
    case 13: return next() % 64 * PAGE;
    case 14: return (uint32_t)next();
    default: return 0;
  }
}

static int spared(int number) {
  switch (number) {
    case SYS_exit: case SYS_exit_group: case SYS_rt_sigreturn: case SYS_pause: case SYS_rt_sigsuspend: case SYS_brk:
    case SYS_nanosleep: case SYS_clock_nanosleep: case SYS_select: case SYS_pselect6: case SYS_futex: case SYS_ppoll:
    case SYS_rt_sigtimedwait: case SYS_sigaltstack: case SYS_arch_prctl: case SYS_rt_sigaction: return 1;
    default: return 0;
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  state = strtoull(argv[1], NULL, 10) * 0x9E3779B97F4A7C15ull + 1;
  long count = atol(argv[2]);
  pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < PAGES * PAGE; i++) pages[i] = next();
  const char *paths[] = {"/tmp/../tmp/d", "/tmp/a", "/proc/self/fd", "/dev/zero", "/tmp/d/e", "/proc/self/maps", "/", "."};
  for (int i = 0; i < 8; i++) strcpy(pages + i * 512, paths[i]);
  mprotect(pages + 5 * PAGE, PAGE, PROT_READ), mprotect(pages + 9 * PAGE, PAGE, PROT_NONE);
  signal(SIGPIPE, SIG_IGN), signal(SIGALRM, SIG_IGN), signal(SIGVTALRM, SIG_IGN), signal(SIGPROF, SIG_IGN);
  for (long i = 0; i < count; i++) {
    uint64_t number = next() % 8 ? next() % 335 : next() % 4 ? 400 + next() % 70 : next(), a[6];
    for (int k = 0; k < 6; k++) a[k] = argument();
    if (spared(number)) continue;
    switch ((int)number) {
      case SYS_mmap: a[1] %= 32 * PAGE;   // fall through
      case SYS_munmap: case SYS_mprotect: a[0] = (uint64_t)pages + 0x100000 + next() % 32 * PAGE, a[1] %= 32 * PAGE; break;
      case SYS_mremap: a[0] = (uint64_t)pages + 0x100000 + next() % 32 * PAGE, a[4] = (uint64_t)pages + 0x200000; break;
      case SYS_madvise: a[0] = (uint64_t)pages, a[1] %= 32 * PAGE; break;
      case SYS_poll: a[2] = next() % 3; break;
      case SYS_kill: case SYS_tkill: a[1] = 0; break;
      case SYS_tgkill: a[2] = 0; break;
      case SYS_rt_sigqueueinfo: case SYS_rt_tgsigqueueinfo: continue;
    }
    syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  return 0;
}
