// rt_sigreturn with frames of the program's own making. `frames random SEED` returns from thousands of them, each a good one
// with bytes changed at random; `frames NAME` tries one thing, which ends as it does natively.
#include "hostile.h"

static volatile long landed;
static sigjmp_buf out;
static char stack[1 << 16] __attribute__((aligned(64)));
__attribute__((used, noreturn)) static void landed_well(void) { landed = 1, siglongjmp(out, 1); }
// Whatever the other registers and the flags came back as.
__attribute__((naked)) static void land(void) { __asm__("cld; lea stack+65528(%rip), %rsp; jmp landed_well"); }
static void caught(int signal, siginfo_t *info, void *context) {
  (void)info, (void)context;
  hostile_signal = signal, hostile_code = info->si_code;
  siglongjmp(out, 1);
}

// A whole frame: what the kernel pushed for a signal, copied off to where it may be changed.
static char frame[16384] __attribute__((aligned(64)));
static size_t used;
static void copy_frame(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  char *start = (char *)context; // behind the return address
  char *state = (char *)((ucontext_t *)context)->uc_mcontext.fpregs;
  unsigned size = *(unsigned *)(state + 468);
  used = (size_t)(state - start) + size;
  if (used > sizeof frame) exit(99);
  memcpy(frame, start, used);
}

static char *state_of(char *base) { // where the vector state lies in a copy at `base`
  ucontext_t *original = (ucontext_t *)frame;
  static long offset;
  if (offset == 0) offset = used - *(unsigned *)((char *)original->uc_mcontext.fpregs + 468);
  return base + offset;
}

// A good frame in `work`, which lands in `land` on a stack of its own.
static char work[16384] __attribute__((aligned(64)));
static ucontext_t *fresh(void) {
  memcpy(work, frame, used);
  ucontext_t *context = (ucontext_t *)work;
  context->uc_mcontext.gregs[REG_RIP] = (long)land;
  context->uc_mcontext.gregs[REG_RSP] = (long)(stack + sizeof stack - 8);
  context->uc_mcontext.fpregs = (void *)state_of(work);
  return context;
}

__attribute__((noinline)) static void go(void *context) {
  __asm__ volatile("mov %0, %%rsp; mov $15, %%eax; syscall; ud2" ::"r"(context) : "memory");
}

static void try(const char *name) {
  landed = 0, hostile_signal = 0;
  if (sigsetjmp(out, 1) == 0) go(work);
  // Both the state and the mask may have come from the frame.
  unsigned mxcsr = 0x1f80;
  __asm__ volatile("fninit; ldmxcsr %0" ::"m"(mxcsr));
  if (name) {
    if (landed) printf("%s: landed\n", name);
    else printf("%s: signal %d code %d\n", name, hostile_signal, hostile_code);
  }
}

static void named(void) {
  ucontext_t *c;
#define CASE(name, change) \
  c = fresh();             \
  change;                  \
  try(name)
  greg_t *g;
  (void)g;
  CASE("good", (void)c);
  CASE("mxcsr reserved", *(unsigned *)((char *)c->uc_mcontext.fpregs + 24) = 0xffffffff);
  CASE("no state", c->uc_mcontext.fpregs = 0);
  CASE("state not aligned", c->uc_mcontext.fpregs = (void *)((char *)c->uc_mcontext.fpregs + 8));
  CASE("state nowhere", c->uc_mcontext.fpregs = (void *)8);
  CASE("state in the upper half", c->uc_mcontext.fpregs = (void *)0xffff800000001000);
  CASE("state not canonical", c->uc_mcontext.fpregs = (void *)0x8000000000000000);
  CASE("header reserved", *(uint64_t *)((char *)c->uc_mcontext.fpregs + 528) = 1);
  CASE("unknown components", *(uint64_t *)((char *)c->uc_mcontext.fpregs + 512) = ~0ul);
  CASE("no component", *(uint64_t *)((char *)c->uc_mcontext.fpregs + 512) = 0);
  CASE("no magic", *(unsigned *)((char *)c->uc_mcontext.fpregs + 464) = 0);
  CASE("huge size", *(unsigned *)((char *)c->uc_mcontext.fpregs + 480) = 0x7fffffff);
  CASE("rip not canonical", c->uc_mcontext.gregs[REG_RIP] = (long)0x8000000000000000);
  CASE("rip in the upper half", c->uc_mcontext.gregs[REG_RIP] = (long)0xffff800000002000);
  CASE("rip nowhere", c->uc_mcontext.gregs[REG_RIP] = 8);
  CASE("flags all", c->uc_mcontext.gregs[REG_EFL] = 0x7fffffff & ~0x40100);
  CASE("flags none", c->uc_mcontext.gregs[REG_EFL] = 0);
  CASE("privilege", c->uc_mcontext.gregs[REG_EFL] |= 0x3000);
  CASE("mask all", memset(&c->uc_sigmask, 0xff, 8));
  CASE("link", c->uc_link = (void *)-1);
}

static void random_frames(long seed, long count) {
  hostile_random_state = (uint64_t)seed * 2654435761u + 1;
  long landings = 0, signals = 0;
  for (long i = 0; i < count; i++) {
    fresh();
    for (uint64_t n = 1 + below(12); n > 0; n--) {
      size_t at = below(4) == 0 ? (size_t)(state_of(work) - work) + below(640) : below(3) ? 40 + below(160) : below(used);
      uint64_t value = below(3) == 0 ? random_bits() : below(2) ? ~0ul << below(64) : 1ul << below(64);
      size_t length = below(2) ? 1 : 8;
      if (at + length > sizeof work) continue;
      memcpy(work + at, &value, length);
    }
    sigemptyset((sigset_t *)(work + 296)); // faults must come to the handler, whatever else
    ((ucontext_t *)work)->uc_mcontext.gregs[REG_EFL] &= ~0x40100l;
    // Into the middle of this program is no place to return to: what happens then is the program's own doing.
    greg_t *rip = &((ucontext_t *)work)->uc_mcontext.gregs[REG_RIP];
    if (*rip > 0 && *rip < 0x1000000) *rip = below(4) ? (long)land : (long)below(4096);
    // A sigaltstack of the frame's would be used at the next fault.
    ((ucontext_t *)work)->uc_stack.ss_sp = 0, ((ucontext_t *)work)->uc_stack.ss_flags = SS_DISABLE;
    static char spare[1 << 16];
    stack_t alternate = {.ss_sp = spare, .ss_size = sizeof spare};
    ((ucontext_t *)work)->uc_stack = alternate;
    sigaltstack(&alternate, 0);
    try(0);
    landings += landed, signals += !landed && hostile_signal != 0;
  }
  printf("%ld landed, %ld caught\n", landings, signals);
  printf("%s\n", landings + signals == count ? "all accounted for" : "some are missing");
}

int main(int argc, char **argv) {
  static char alternate_room[1 << 16];
  stack_t alternate = {.ss_sp = alternate_room, .ss_size = sizeof alternate_room};
  sigaltstack(&alternate, 0);
  struct sigaction copy = {.sa_sigaction = copy_frame, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &copy, 0);
  raise(SIGUSR1);
  struct sigaction fault = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &fault, 0);
  setvbuf(stdout, 0, _IOLBF, 1 << 12);
  if (argc > 2 && !strcmp(argv[1], "random")) random_frames(atol(argv[2]), argc > 3 ? atol(argv[3]) : 5000);
  else named();
  return 0;
}
