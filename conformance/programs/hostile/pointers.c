// Every system call with pointers that lead nowhere, to the ends of pages and of the address space, to memory without
// rights, and with numbers that no call expects. Whatever they answer, the program is unharmed: it says so at the end.
#include "hostile.h"

// Three pages: accessible, read-only, none; and one page alone.
static char *pages, *alone;
static long memory_before[64], values[40];
static int count_of_values;

static void make_values(void) {
  long all[] = {0, 1, -1, 2, 3, 4, 100, INT32_MAX, INT32_MIN, (long)0xffffffff, INT64_MIN, INT64_MAX, -100, -4096,
                (long)pages, (long)(pages + PAGE - 1), (long)(pages + PAGE - 8), (long)(pages + PAGE), (long)(pages + 2 * PAGE),
                (long)(pages + 2 * PAGE - 1), (long)alone, (long)(alone + PAGE - 4), 0x7fffffffefff, 0x7fffffffffff,
                0x800000000000, (long)0xffff800000001000, (long)0xffff800000003ff8, (long)0xffffffffff600000, PAGE, 8,
                0x10000, 0x7ffffffff000, 1l << 40, 0x7ffff000};
  count_of_values = sizeof all / sizeof *all;
  memcpy(values, all, sizeof all);
}

// Ends the program, waits, or takes away the ground it stands on: those have programs of their own.
static int left_out(long number) {
  long list[] = {SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_brk, SYS_mmap, SYS_madvise,
                 SYS_arch_prctl, SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_pause, SYS_nanosleep,
                 SYS_clock_nanosleep, SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6,
                 SYS_futex, SYS_read, SYS_readv, SYS_preadv2, SYS_write, SYS_writev, SYS_pwritev2, SYS_sendfile, SYS_dup2, SYS_dup3, SYS_close, SYS_close_range,
                 SYS_chroot, SYS_setrlimit, SYS_prlimit64, SYS_fcntl, SYS_alarm, SYS_setitimer, SYS_fork, SYS_vfork, SYS_clone,
                 SYS_clone3, SYS_rt_tgsigqueueinfo, SYS_open, SYS_openat};
  for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
    if (list[i] == number) return 1;
  }
  return 0;
}

int main(void) {
  pages = mmap(0, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  alone = mmap((void *)0x500000000000, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(pages + PAGE, PAGE, PROT_READ);
  mprotect(pages + 2 * PAGE, PAGE, PROT_NONE);
  make_values();
  for (int i = 0; i < 64; i++) memory_before[i] = i * 0x0101010101010101;
  long calls = 0, refused = 0;
  for (long number = 0; number < 470; number++) {
    if (left_out(number)) continue;
    for (int i = 0; i < count_of_values; i++) {
      // One value everywhere; then each argument in turn among harmless ones.
      long result = call6(number, values[i], values[i], values[i], values[i], values[i], values[i]);
      calls++, refused += result < 0;
      for (int argument = 0; argument < 5; argument++) {
        long a[6] = {(long)pages, (long)pages, 8, 8, 8, 8};
        if (argument != 0 && i % 3 == 0) a[0] = 1000; // as a descriptor that is not open
        a[argument] = values[i];
        result = call6(number, a[0], a[1], a[2], a[3], a[4], a[5]);
        calls++, refused += result < 0;
      }
    }
  }
  long wrong = 0;
  for (int i = 0; i < 64; i++) wrong += memory_before[i] != i * 0x0101010101010101;
  char text[64];
  int length = snprintf(text, sizeof text, "%ld calls, %ld words changed\n", calls, wrong);
  call6(SYS_write, 2, (long)text, length, 0, 0, 0);
  if (refused < calls / 2) return 5; // most cannot but fail
  return wrong != 0;
}
