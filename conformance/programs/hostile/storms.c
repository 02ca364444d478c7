// Signals as thick as they come, handlers that fault, and waits with numbers that no wait should have.
#include "hostile.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/select.h>

static volatile long hits;
static void count(int signal) { (void)signal, hits++; }

// An alarm as often as can be asked for; the program must get on all the same.
static void alarms(int which) {
  int signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
  struct sigaction action = {.sa_handler = count};
  sigaction(signals[which], &action, 0);
  struct itimerval often = {{0, 1}, {0, 1}};
  setitimer(which, &often, 0);
  volatile long work = 0;
  while (work < 20000000) work++;
  for (int i = 0; i < 200; i++) getppid();
  struct timespec little = {0, 1000000};
  for (int i = 0; i < 5; i++) nanosleep(&little, 0);
  struct itimerval off = {{0, 0}, {0, 0}};
  setitimer(which, &off, 0);
  printf("done, %s\n", hits > 5 ? "with many alarms" : "with hardly an alarm");
}

// Periods and times beyond every clock.
static void timers(void) {
  struct sigaction action = {.sa_handler = count};
  sigaction(SIGALRM, &action, 0);
  struct itimerval all[] = {{{INT64_MAX, 999999}, {0, 1000}}, {{INT64_MAX / 1000000000, 0}, {0, 1000}},
                            {{0, 0}, {INT64_MAX, 0}},         {{0, 0}, {INT64_MAX / 1000000000 - 1, 999999}},
                            {{0, 1000000}, {0, 0}},           {{0, -1}, {1, 0}},
                            {{-1, 0}, {1, 0}},                {{0, 0}, {INT64_MIN, 0}}};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    hits = 0;
    long result = call6(SYS_setitimer, ITIMER_REAL, (long)&all[i], 0, 0, 0, 0);
    struct timespec some = {0, 30000000};
    while (nanosleep(&some, &some) != 0) {}
    printf("timer %u: %ld, fired %s\n", i, result, hits == 0 ? "never" : hits == 1 ? "once" : "often");
    struct itimerval off = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &off, 0);
  }
}

// Waits that must end at once, with an error or because their time has passed.
static void short_waits(void) {
  struct timespec bad[] = {{-1, 0}, {0, -1}, {0, 1000000000}, {INT64_MIN, 0}, {0, INT64_MIN}, {INT64_MAX, INT64_MAX}, {0, 0}};
  int word = 1;
  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
    long at = (long)&bad[i];
    printf("wait %u: %ld %ld %ld %ld %ld %ld %ld\n", i, call6(SYS_nanosleep, at, 0, 0, 0, 0, 0),
           call6(SYS_clock_nanosleep, 1, 0, at, 0, 0, 0), call6(SYS_clock_nanosleep, 0, 1, at, 0, 0, 0),
           call6(SYS_futex, (long)&word, FUTEX_WAIT, 1, at, 0, 0),
           call6(SYS_futex, (long)&word, FUTEX_WAIT_BITSET, 1, at, 0, -1), call6(SYS_ppoll, 0, 0, at, 0, 8, 0),
           call6(SYS_pselect6, 0, 0, 0, 0, at, 0));
  }
  long wild[] = {1, 0x1003, 0x7ffffffff000, (long)0x8000000000000000, -1, -4, (long)0xffff800000000000};
  for (unsigned i = 0; i < sizeof wild / sizeof *wild; i++) {
    printf("wild %u: %ld %ld %ld %ld %ld %ld\n", i, call6(SYS_nanosleep, wild[i], 0, 0, 0, 0, 0),
           call6(SYS_futex, wild[i] & ~3, FUTEX_WAIT, 1, 0, 0, 0), call6(SYS_futex, (long)&word, FUTEX_WAIT, 1, wild[i], 0, 0),
           call6(SYS_ppoll, wild[i], 1, 0, 0, 8, 0), call6(SYS_setitimer, 0, wild[i], 0, 0, 0, 0),
           call6(SYS_rt_sigtimedwait, wild[i], 0, 0, 8, 0, 0));
  }
  printf("clock: %d\n", call6(SYS_clock_nanosleep, INT32_MIN, 0, (long)&bad[6], 0, 0, 0) < 0);
}

// The same with times that never come: an alarm ends each.
static void long_waits(void) {
  struct sigaction action = {.sa_handler = count};
  sigaction(SIGALRM, &action, 0);
  struct timespec far[] = {{INT64_MAX, 999999999}, {INT64_MAX / 1000000000, 999999999}, {INT64_MAX / 1000000000 - 1, 0}, {1l << 33, 0}};
  int word = 1;
  for (unsigned i = 0; i < sizeof far / sizeof *far; i++) {
    for (int how = 0; how < 6; how++) {
      struct timespec time = far[i];
      struct itimerval soon = {{0, 5000}, {0, 5000}}; // again and again: the first may come before the wait begins
      setitimer(ITIMER_REAL, &soon, 0);
      long at = (long)&time, result = 0;
      switch (how) {
        case 0: result = call6(SYS_nanosleep, at, 0, 0, 0, 0, 0); break;
        case 1: result = call6(SYS_clock_nanosleep, 0, 1, at, 0, 0, 0); break;
        case 2: result = call6(SYS_futex, (long)&word, FUTEX_WAIT, 1, at, 0, 0); break;
        case 3: result = call6(SYS_ppoll, 0, 0, at, 0, 8, 0); break;
        case 4: result = call6(SYS_pselect6, 0, 0, 0, 0, at, 0); break;
        case 5: result = call6(SYS_rt_sigtimedwait, (long)&(sigset_t){0}, 0, at, 8, 0, 0); break;
      }
      setitimer(ITIMER_REAL, &(struct itimerval){0}, 0);
      printf("far %u way %d: %ld\n", i, how, result);
    }
  }
}

// A handler that does what it is called for, again and again, each time deeper: the stack ends it.
static void fault_again(int signal) {
  (void)signal;
  *(volatile int *)8 = 1;
}
static void faulting_handler(int on_alternate) {
  static char stack[1 << 15];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_handler = fault_again, .sa_flags = SA_NODEFER | (on_alternate ? SA_ONSTACK : 0)};
  sigaction(SIGSEGV, &action, 0);
  fault_again(0);
}

// A handler that returns to the instruction that faulted: for ever, until the time is over.
static void return_to_fault(int signal) { (void)signal, hits++; }
static void endless_faults(void) {
  struct sigaction action = {.sa_handler = return_to_fault};
  sigaction(SIGSEGV, &action, 0);
  *(volatile int *)8 = 1;
}

// The same without code: the handler's own address cannot be executed.
static void handler_nowhere(long address) {
  struct { long handler, flags, restorer, mask; } action = {address, SA_NODEFER | 0x4000000, address, 0};
  call6(SYS_rt_sigaction, SIGSEGV, (long)&action, 0, 8, 0, 0);
  *(volatile int *)8 = 1;
}

// Alternate stacks of all sizes and in all places; a signal on each that was taken.
static void alternate_stacks(void) {
  static char room[1 << 16];
  long starts[] = {0, 1, (long)room, (long)room + 1, 0x7ffffffff000 - 8192, 0x7ffffffff000, 0x800000000000, -4096, INT64_MIN, INT64_MAX};
  long sizes[] = {1, 2046, 2047, 2048, 2049, 4096, 65536, INT64_MAX, -1, INT64_MIN};
  for (unsigned i = 0; i < sizeof starts / sizeof *starts; i++) {
    for (unsigned j = 0; j < sizeof sizes / sizeof *sizes; j++) {
      struct { long start; int flags; long size; } stack = {starts[i], 0, sizes[j]};
      printf("stack %u %u: %ld\n", i, j, call6(SYS_sigaltstack, (long)&stack, 0, 0, 0, 0, 0));
    }
  }
  int flags[] = {1, 2, 3, 4, (int)0x80000000, (int)0x80000001, -1};
  for (unsigned j = 0; j < sizeof flags / sizeof *flags; j++) {
    struct { long start; int flags; long size; } stack = {(long)room, flags[j], sizeof room}, old;
    printf("flags %x: %ld", flags[j], call6(SYS_sigaltstack, (long)&stack, 0, 0, 0, 0, 0));
    call6(SYS_sigaltstack, 0, (long)&old, 0, 0, 0, 0);
    printf(", then %x\n", old.flags);
  }
  puts("a signal on a stack that is too small");
  fflush(stdout);
  stack_t small = {.ss_sp = room, .ss_size = 2048};
  sigaltstack(&small, 0);
  struct sigaction action = {.sa_handler = count, .sa_flags = SA_ONSTACK};
  sigaction(SIGUSR1, &action, 0);
  raise(SIGUSR1);
  puts("large enough");
}

// A signal that meets every register at its ends, among them the values that stand for errors and for "blocked".
static void registers(void) {
  struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, 0);
  long values[] = {INT64_MIN, INT64_MAX, -1, -4, -512, -38, 0, 15};
  long wrong = 0;
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    hits = 0;
    struct itimerval soon = {{0, 0}, {0, 2000}};
    setitimer(ITIMER_REAL, &soon, 0);
    long after, stop = 0;
    __asm__ volatile("1: cmpq $0, %3; jne 2f; cmp %2, %%rax; je 1b; movq $1, %1; 2:"
                     : "=a"(after), "+m"(stop)
                     : "r"(values[i]), "m"(hits), "0"(values[i])
                     : "memory", "cc");
    wrong += after != values[i] || stop;
  }
  printf("registers over a signal: %ld wrong\n", wrong);
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 1 << 12);
  const char *what = argc > 1 ? argv[1] : "";
  long number = argc > 2 ? strtol(argv[2], 0, 0) : 0;
  if (!strcmp(what, "alarms")) alarms((int)number);
  else if (!strcmp(what, "timers")) timers();
  else if (!strcmp(what, "short-waits")) short_waits();
  else if (!strcmp(what, "long-waits")) long_waits();
  else if (!strcmp(what, "faulting-handler")) faulting_handler((int)number);
  else if (!strcmp(what, "endless-faults")) endless_faults();
  else if (!strcmp(what, "handler-nowhere")) handler_nowhere(number);
  else if (!strcmp(what, "alternate-stacks")) alternate_stacks();
  else if (!strcmp(what, "registers")) registers();
  else return 2;
  return 0;
}
