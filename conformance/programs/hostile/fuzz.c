// Makes system calls with random numbers and arguments: `fuzz SEED CALLS`. Between them it changes the memory that it plays
// with, and checks that nothing but that has changed: its registers over each call, its canaries, and one area of which it
// always knows the content. Exit status 0: all as it should be; 77: not.
//
// Other threads of it wait, close and wake what the first one works with, at random too; they look at nothing.
//
// No C library once it runs: random calls take away what one needs (the thread pointer, memory, descriptors).
#include "hostile.h"

#define PLAYGROUND 0x200000000000l
#define SLOTS 64
#define SLOT (16 * PAGE)
#define CHECKED 0x300000000000l
#define CHECKED_PAGES 8
#define REPORT 150 // a descriptor that random ones hardly ever are

static uint64_t canary[512];
static long calls_made, wanted_calls;
static volatile long signals_seen;
static long thread_pointer;
static char unknown[600]; // gave ENOSYS: made less often from then on
static uint64_t tags[CHECKED_PAGES];

static const char *const paths[] = {
    "/", ".", "..", "/tmp", "/tmp/a", "/tmp/b", "/tmp/a/b", "/tmp/a/../b/", "tmp//c", "/dev/null", "/dev/zero", "/dev/full",
    "/dev/urandom", "/dev/tty", "/dev/stdin", "/dev/fd/1", "/proc/self/maps", "/proc/self/status", "/proc/self/fd", "/proc/self/fd/3",
    "/proc/self/exe", "/proc/self/cwd", "/proc/self/root/tmp", "/proc/meminfo", "/proc/self/fdinfo/1", "/sys", "/etc/passwd", "",
    "/tmp/loop", "/tmp/fifo", "/proc/self/task", "no such name", "/tmp/\xff\xfe", "/proc/self/mem", "/dev/shm"};
#define PATHS (sizeof paths / sizeof *paths)

static void die(int kind, const char *text, long number) {
  call6(SYS_arch_prctl, 0x1002, thread_pointer, 0, 0, 0, 0);
  char line[120];
  int length = snprintf(line, sizeof line, "%s, after system call %ld, the %ldth\n", text, number, calls_made);
  call6(SYS_write, REPORT, (long)line, length, 0, 0, 0);
  call6(SYS_exit_group, 77 + kind, 0, 0, 0, 0, 0);
}

// The call, with every register that a call keeps filled and looked at afterwards.
static long checked_call(long number, long *a) {
  register long r10 __asm__("r10") = a[3];
  register long r8 __asm__("r8") = a[4];
  register long r9 __asm__("r9") = a[5];
  long result = number, rdi = a[0], rsi = a[1], rdx = a[2], rsp_before, rsp_after, lost;
  __asm__ volatile(
      "mov %%rsp, %[before]; mov $0x1111, %%ebx; mov $0x2222, %%r12d; mov $0x3333, %%r13d; mov $0x4444, %%r14d; mov $0x5555, %%r15d;"
      "movq %%rbx, %%xmm7; syscall; mov %%rsp, %[after]; sub $0x1111, %%rbx; sub $0x2222, %%r12; sub $0x3333, %%r13;"
      "sub $0x4444, %%r14; sub $0x5555, %%r15; or %%r12, %%rbx; or %%r13, %%rbx; or %%r14, %%rbx; or %%r15, %%rbx;"
      "movq %%xmm7, %%r12; sub $0x1111, %%r12; or %%r12, %%rbx; mov %%rbx, %[lost]"
      : "+a"(result), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r10), "+r"(r8), "+r"(r9), [before] "=m"(rsp_before),
        [after] "=m"(rsp_after), [lost] "=m"(lost)
      :
      : "rcx", "r11", "rbx", "r12", "r13", "r14", "r15", "xmm7", "memory");
  calls_made++;
  if (lost || rsp_before != rsp_after || rdi != a[0] || rsi != a[1] || rdx != a[2] || r10 != a[3] || r8 != a[4] || r9 != a[5])
    die(0, "a register has changed", number);
  return result;
}

static void on_signal(int signal) { (void)signal, signals_seen++; }

__attribute__((naked)) static void restorer(void) { __asm__("mov $15, %eax; syscall"); }

static void handle(int signal) {
  struct { long handler, flags, restorer, mask; } action = {(long)on_signal, 0x4000000, (long)restorer, 0};
  call6(SYS_rt_sigaction, signal, (long)&action, 0, 8, 0, 0);
}

// What random calls may have spoiled that this program needs: mask, handlers, the clock that ends its waits.
static void recover(int all) {
  uint64_t none = 0;
  call6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, 8, 0, 0);
  for (int signal = all ? 1 : SIGALRM; signal <= (all ? 64 : SIGALRM); signal++) {
    if (signal != SIGSEGV && signal != SIGBUS && signal != SIGILL && signal != SIGTRAP && signal != SIGFPE) handle(signal);
  }
  struct itimerval often = {{0, 3000}, {0, 3000}};
  call6(SYS_setitimer, ITIMER_REAL, (long)&often, 0, 0, 0, 0);
}

static long near_pointer(void) {
  long slot = PLAYGROUND + (long)below(SLOTS) * SLOT;
  switch (below(4)) {
    case 0: return slot + (long)below(SLOT);
    case 1: return slot + (long)below(SLOT / PAGE) * PAGE + PAGE - (long)below(24);
    case 2: return slot + (long)below(SLOT / PAGE) * PAGE;
    default: return slot + (long)below(64) * 8;
  }
}

// None of them is in this program or on its stack.
static long extreme(void) {
  static const long all[] = {INT32_MIN, INT32_MAX, 0xffffffff, 0x80000000, INT64_MIN, INT64_MAX, 0x7ffff000,
                             0x7ffffffff000, 0x800000000000, -4096, -4095, -1, 0x100000000, 0x7ffffffffffff000, 1 << 20, 1l << 40};
  return all[below(sizeof all / sizeof *all)];
}

static long argument(void) {
  switch (below(20)) {
    case 0: case 1: case 2: return (long)below(17);
    case 3: case 4: return (long)below(12); // a descriptor, most likely
    case 5: case 6: case 7: case 8: return near_pointer();
    case 9: case 10: return (long)paths[below(PATHS)];
    case 11: return -(long)below(200);
    case 12: return extreme();
    case 13: return (long)(0xffff800000000000 + below(0x8000));
    case 14: return (long)random_bits();
    case 15: return (1l << below(63)) - (long)below(3) + 1;
    case 16: return (long)(below(64) * PAGE);
    case 17: return -100; // AT_FDCWD
    case 18: return (long)(random_bits() & 0x3fffff); // below where this program lies
    default: return (long)below(2048) * 8;
  }
}

// Content for structures: what pointers, lengths, times and flags may be.
static void fill(long slot) {
  uint64_t *at = (uint64_t *)slot;
  for (int i = 0; i < 96; i++) at[i] = below(4) ? (uint64_t)argument() : below(2) ? below(100) : random_bits();
}

static void lay_out(int slot) {
  long rights = below(8) == 0 ? (long)below(8) : PROT_READ | PROT_WRITE;
  long at = PLAYGROUND + slot * SLOT;
  if (call6(SYS_mmap, at, SLOT, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | (below(3) ? 0 : MAP_NORESERVE), -1, 0) != at) return;
  if (rights == (PROT_READ | PROT_WRITE)) fill(at);
  switch (below(6)) { // holes, other rights, the last page alone
    case 0: call6(SYS_munmap, at + (long)below(16) * PAGE, PAGE, 0, 0, 0, 0); break;
    case 1: call6(SYS_mprotect, at + (long)below(16) * PAGE, PAGE, (long)below(8), 0, 0, 0); break;
    case 2: call6(SYS_mprotect, at + 8 * PAGE, 8 * PAGE, PROT_NONE, 0, 0, 0); break;
    default: break;
  }
}

static void store(long at, long value) { *(volatile long *)at = value; }

static long size_of_name(void) {
  static const long all[] = {0, 1, 2, 3, 7, 8, 16, 24, 28, 109, 110, 111, 127, 128, 129, -1, INT32_MIN, INT32_MAX};
  return all[below(sizeof all / sizeof *all)];
}

// An address of a socket at a place: one of a few, so that they find each other.
static void lay_name(long at) {
  static const short families[] = {1, 1, 2, 2, 10, 10, 16, 0};
  *(volatile short *)at = families[below(8)];
  volatile unsigned char *bytes = (volatile unsigned char *)at + 2;
  for (int i = 0; i < 126; i++) bytes[i] = 0;
  switch (*(volatile short *)at) {
    case 1: // abstract, a path, or without an end
      if (below(3) == 0) bytes[1] = (unsigned char)('a' + below(3));
      else for (int i = 0; i < (below(4) ? 6 : 126); i++) bytes[i] = (unsigned char)"/tmp/s"[i % 6];
      break;
    case 2: bytes[0] = 0x77, bytes[1] = (unsigned char)below(4), bytes[2] = 127, bytes[5] = (unsigned char)below(3); break;
    case 10:
      bytes[0] = 0x77, bytes[1] = (unsigned char)below(4);
      if (below(2)) bytes[21] = 1;
      else if (below(2)) bytes[16] = bytes[17] = 0xff, bytes[18] = 127, bytes[21] = 1;
      break;
    default: break;
  }
}

// What sendmsg and recvmsg take, with lengths, ranges and control messages that may be anything.
static void lay_message(long at) {
  lay_name(at + 64);
  store(at, below(3) ? at + 64 : 0);
  store(at + 8, size_of_name());
  store(at + 16, at + 256);
  store(at + 24, below(8) ? (long)below(5) : argument());
  for (int i = 0; i < 5; i++) {
    store(at + 256 + i * 16, below(8) ? near_pointer() : argument());
    store(at + 264 + i * 16, below(4) ? (long)below(300) : argument());
  }
  long used = 0;
  for (int i = (int)below(5); i > 0; i--) {
    static const long kinds[] = {1, 1, 0, 41, 6}, types[] = {1, 2, 8, 12, 13, 50, 52, 67, 77};
    long length = below(6) ? 16 + (long)below(24) : argument();
    long cmsg = at + 512 + used;
    store(cmsg, length);
    store(cmsg + 8, kinds[below(5)] | types[below(9)] << 32);
    for (int j = 0; j < 4; j++) store(cmsg + 16 + j * 8, below(2) ? (long)below(12) : (long)(below(12) | below(12) << 32));
    used += below(4) ? 24 + (long)below(4) * 8 : 20 + (long)below(9);
  }
  store(at + 32, below(8) ? at + 512 : argument());
  store(at + 40, below(3) ? used : below(2) ? (long)below(200) : argument());
  store(at + 48, 0);
}

// A call about sockets or epoll with arguments that make sense, most of the time.
static long socket_call(long *a) {
  static const short numbers[] = {SYS_socket, SYS_socketpair, SYS_bind, SYS_listen, SYS_connect, SYS_accept4, SYS_sendmsg, SYS_sendmsg,
                                  SYS_recvmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_sendto, SYS_recvfrom, SYS_shutdown,
                                  SYS_setsockopt, SYS_getsockopt, SYS_getsockname, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_ctl,
                                  SYS_epoll_wait, SYS_close, SYS_dup};
  static const short domains[] = {1, 1, 2, 10, 16}, levels[] = {0, 1, 6, 41, 17};
  long number = numbers[below(sizeof numbers / sizeof *numbers)];
  long at = PLAYGROUND + (long)below(SLOTS) * SLOT;
  long fd = 3 + (long)below(14);
  if (call6(SYS_mprotect, at, PAGE, PROT_READ | PROT_WRITE, 0, 0, 0) != 0) return SYS_getpid;
  a[0] = fd;
  switch (number) {
    case SYS_socket: case SYS_socketpair:
      a[0] = domains[below(5)], a[1] = (long[]){1, 2, 5, 3}[below(4)] | (below(3) ? 04000 : 0), a[2] = 0, a[3] = at;
      break;
    case SYS_bind: case SYS_connect: lay_name(at), a[1] = at, a[2] = size_of_name(); break;
    case SYS_listen: a[1] = (long)below(5) - 1; break;
    case SYS_accept4: case SYS_getsockname: store(at, size_of_name()), a[1] = at + 64, a[2] = at, a[3] = 04000; break;
    case SYS_sendmsg: case SYS_recvmsg: lay_message(at), a[1] = at, a[2] = (long)(random_bits() & 0x4000417f); break;
    case SYS_sendmmsg: case SYS_recvmmsg: lay_message(at), a[1] = at, a[2] = (long)below(4), a[3] = 0x40, a[4] = 0; break;
    case SYS_sendto: lay_name(at), a[1] = near_pointer(), a[2] = (long)below(70000), a[3] = 0x4040, a[4] = at, a[5] = size_of_name(); break;
    case SYS_recvfrom: store(at, size_of_name()), a[1] = near_pointer(), a[2] = (long)below(70000), a[3] = (long)(below(512) | 0x40), a[4] = at + 64, a[5] = at; break;
    case SYS_shutdown: a[1] = (long)below(4); break;
    case SYS_setsockopt: store(at, below(4) ? (long)below(4) : argument()), a[1] = levels[below(5)], a[2] = (long)below(80), a[3] = at, a[4] = below(4) ? 4 : size_of_name(); break;
    case SYS_getsockopt: store(at, below(4) ? 4 : size_of_name()), a[1] = levels[below(5)], a[2] = (long)below(80), a[3] = at + 64, a[4] = at; break;
    case SYS_epoll_create1: a[0] = 0; break;
    case SYS_epoll_ctl: store(at, (long)(random_bits() & 0xffffffff)), a[1] = 1 + (long)below(3), a[2] = 3 + (long)below(14), a[3] = at; break;
    case SYS_epoll_wait: a[1] = at, a[2] = (long)below(20), a[3] = (long)below(3); break;
    default: break;
  }
  return number;
}

// One change to the area whose content is known, and a look at all of it.
static void check_area(long number) {
  int page = (int)below(CHECKED_PAGES);
  long at = CHECKED + page * PAGE;
  long other = CHECKED + 0x10000000 + page * PAGE;
  switch (below(6)) {
    case 0:
      call6(SYS_mmap, at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      tags[page] = 0;
      break;
    case 1:
      call6(SYS_madvise, at, PAGE, MADV_DONTNEED, 0, 0, 0);
      tags[page] = 0;
      break;
    case 2:
      call6(SYS_mprotect, at, PAGE, PROT_NONE, 0, 0, 0);
      call6(SYS_mprotect, at, PAGE, PROT_READ | PROT_WRITE, 0, 0, 0);
      break;
    case 3:
      call6(SYS_mremap, at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, other, 0);
      call6(SYS_mremap, other, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at, 0);
      break;
    default: {
      tags[page] = random_bits();
      *(volatile uint64_t *)at = tags[page];
      *(volatile uint64_t *)(at + PAGE - 8) = tags[page];
    }
  }
  for (int i = 0; i < CHECKED_PAGES; i++) {
    volatile uint64_t *first = (volatile uint64_t *)(CHECKED + i * PAGE);
    if (first[0] != tags[i] || first[511] != tags[i]) die(1, "memory has changed", number);
  }
}

static int touches_own(long a, long length) {
  uint64_t start = (uint64_t)a, end = start + (uint64_t)length;
  if (end < start || (uint64_t)length > 1ul << 47) return 0;
  return (start < 0x10000000 && end > 0x400000) || (start < CHECKED + 0x20000000 && end > CHECKED) || end > 0x7fff00000000;
}

// Whether the call would end the run rather than tell anything: left out nearly always.
static int ends_run(long number, long *a) {
  switch (number) {
    case SYS_exit: case SYS_exit_group: return 1;
    case SYS_kill: case SYS_tkill: case SYS_rt_sigqueueinfo:
      return (int)a[1] == SIGKILL || (int)a[1] == SIGSEGV || (int)a[1] == SIGBUS || (int)a[1] == SIGILL || (int)a[1] == SIGTRAP || (int)a[1] == SIGFPE;
    case SYS_tgkill: return (int)a[2] == SIGKILL || (int)a[2] == SIGSEGV || (int)a[2] == SIGBUS || (int)a[2] == SIGILL || (int)a[2] == SIGTRAP || (int)a[2] == SIGFPE;
    case SYS_munmap: case SYS_mprotect: case SYS_madvise: return touches_own(a[0], a[1]) || a[1] > 1l << 45;
    case SYS_mmap: return touches_own(a[0], a[1]) && (a[3] & MAP_FIXED);
    case SYS_mremap: return touches_own(a[0], a[1] > a[2] ? a[1] : a[2]) || ((a[3] & MREMAP_FIXED) && touches_own(a[4], a[2]));
    case SYS_brk: return 1;
    case SYS_sigaltstack: case SYS_rt_sigsuspend: case SYS_rt_sigaction: return below(16) != 0;
    default: return 0;
  }
}

static long random_number(void) {
  switch (below(16)) {
    case 0: return below(4) ? (long)below(335) : (long)below(600);
    case 1: return below(4) ? (long)below(80) : extreme();
    case 2: return (long)(256 + below(80));
    case 3: case 4: return (long)below(30);
    default: return (long)below(335);
  }
}

#define THREADS 4
#define TURNS 20000
static char stacks[THREADS][1 << 16] __attribute__((aligned(64)));

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
  return *state;
}

static long number_of(uint64_t *state) {
  switch (next(state) % 8) {
    case 0: case 1: case 2: case 3: return (long)(next(state) % 14);
    case 4: return -(long)(next(state) % 120);
    case 5: return (long)(1ul << next(state) % 40);
    default: return PLAYGROUND + (long)(next(state) % SLOTS) * SLOT + (long)(next(state) % 512) * 8;
  }
}

// Only calls that change no memory but what they are given, which is in the playground.
__attribute__((noreturn, used)) static void play(uint64_t seed) {
  static const short waits[] = {SYS_read, SYS_write, SYS_close, SYS_poll, SYS_pipe2, SYS_dup, SYS_dup2, SYS_nanosleep, SYS_sendto,
                                SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_shutdown, SYS_socketpair, SYS_accept, SYS_connect,
                                SYS_flock, SYS_futex, SYS_futex, SYS_futex, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_ctl,
                                SYS_epoll_wait, SYS_eventfd2, SYS_timerfd_create, SYS_timerfd_settime, SYS_signalfd4, SYS_splice,
                                SYS_ppoll, SYS_pselect6, SYS_rt_sigtimedwait, SYS_sched_yield, SYS_fcntl, SYS_set_robust_list,
                                SYS_rt_sigprocmask, SYS_clock_nanosleep, SYS_bind, SYS_listen,
                                SYS_sendmmsg, SYS_recvmmsg, SYS_getsockopt, SYS_setsockopt, SYS_tee, SYS_vmsplice, SYS_timer_create, SYS_timer_settime, SYS_tgkill};
  for (int i = 0; i < TURNS; i++) {
    long number = waits[next(&seed) % (sizeof waits / sizeof *waits)], a[6];
    for (int j = 0; j < 6; j++) a[j] = number_of(&seed);
    if (number == SYS_close || number == SYS_dup2) a[0] = 3 + (a[0] & 7), a[1] = 3 + (a[1] & 7);
    if (number == SYS_futex) a[1] &= 15, a[0] = PLAYGROUND + (a[0] & 7) * 8, a[4] = PLAYGROUND + (a[4] & 7) * 8;
    if (number == SYS_tgkill) a[0] = 2, a[1] = 2 + (a[1] & 7), a[2] = SIGUSR1; // natively somebody else's number, which is refused
    call6(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  for (;;) call6(SYS_exit, 0, 0, 0, 0, 0, 0);
}

static void begin_thread(char *end, uint64_t seed) {
  uint64_t *top = (uint64_t *)end - 2;
  top[0] = seed;
  long flags = 0x10f00; // CLONE_VM, FS, FILES, SIGHAND, THREAD
  __asm__ volatile("syscall; test %%rax, %%rax; jnz 1f; pop %%rdi; call play; 1:"
                   :
                   : "a"(SYS_clone), "D"(flags), "S"(top)
                   : "rcx", "r11", "memory", "rdx", "r8", "r9", "r10");
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  hostile_random_state = strtoul(argv[1], 0, 0) * 0x9e3779b97f4a7c15ul + 1;
  wanted_calls = atol(argv[2]);
  for (int i = 0; i < 512; i++) canary[i] = (uint64_t)i * 0x0101010101010101ul;
  call6(SYS_arch_prctl, 0x1003, (long)&thread_pointer, 0, 0, 0, 0);
  call6(SYS_mmap, CHECKED, CHECKED_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  for (int i = 0; i < SLOTS; i++) lay_out(i);
  recover(1);
  call6(SYS_dup2, 2, REPORT, 0, 0, 0, 0);
  for (int i = 0; i < THREADS; i++) begin_thread(stacks[i] + sizeof stacks[i], random_bits() | 1);
  while (calls_made < wanted_calls) {
    long number = random_number(), a[6];
    for (int i = 0; i < 6; i++) a[i] = argument();
    if (below(5) == 0) number = socket_call(a);
    if (number >= 0 && number < 600 && unknown[number] && below(16)) continue;
    // A return from a signal with whatever lies on the stack changes registers as it should: frames.c tries that.
    if (number == SYS_clone) a[0] &= ~0x10000l; // no thread that goes on here, with another stack and so another register
    if (number == SYS_rt_sigreturn || (ends_run(number, a) && below(4096) != 0)) continue;
    if (checked_call(number, a) == -ENOSYS && number >= 0 && number < 600) unknown[number] = 1;
    if (number == SYS_arch_prctl) call6(SYS_arch_prctl, 0x1002, thread_pointer, 0, 0, 0, 0);
    if (number == SYS_rt_sigprocmask || number == SYS_setitimer || number == SYS_alarm || calls_made % 32 == 0) recover(calls_made % 512 == 0);
    if (below(4) == 0) lay_out((int)below(SLOTS));
    if (below(4) == 0) check_area(number);
    if (calls_made % 64 == 0) {
      for (int i = 0; i < 512; i++) {
        if (canary[i] != (uint64_t)i * 0x0101010101010101ul) die(2, "a canary has changed", number);
      }
    }
  }
  call6(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}
