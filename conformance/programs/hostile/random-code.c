// Runs random bytes as code: `random-code SEED COUNT`. Whatever they do to registers, flags, segments and the stack, a signal
// brings the program back: a fault, or the alarm if they loop. SYSCALL alone is left out: what it does is tried by fuzz.c.
#include "hostile.h"

#define CODE 0x100000000000l
#define LENGTH 24

static char handler_stack[1 << 16] __attribute__((aligned(16)));
__attribute__((used)) static long thread_pointer, saved_rsp, saved_rbp;
static long counts[65], wanted, done;

// Comes here from the handler with whatever is left of the processor's state.
__attribute__((used)) static void back(int signal) {
  counts[signal & 63]++;
  done++;
}

// No C before the thread pointer, the segments, the flags and the vector state are good again.
__attribute__((naked)) static void handler(void) {
  __asm__(
      "mov %edi, %r12d; push $2; popfq; mov $0x2b, %eax; mov %eax, %ds; mov %eax, %es;"
      "mov $158, %eax; mov $0x1002, %edi; mov thread_pointer(%rip), %rsi; syscall;"
      "fninit; mov saved_rsp(%rip), %rsp; mov saved_rbp(%rip), %rbp; push $0x1f80; ldmxcsr (%rsp); pop %rax;"
      "mov %r12d, %edi; call back; mov saved_rsp(%rip), %rsp; mov saved_rbp(%rip), %rbp; jmp resume");
}

__attribute__((naked)) static void restorer(void) { __asm__("mov $15, %eax; syscall"); }

// Every register a number that leads nowhere, but the stack; then into the code. A signal ends it in `resume`.
__attribute__((naked, noinline)) static void enter(long rsp __attribute__((unused)), long value __attribute__((unused))) {
  __asm__(
      "push %rbx; push %r12; push %r13; push %r14; push %r15; push %rbp; mov %rsp, saved_rsp(%rip); mov %rbp, saved_rbp(%rip);"
      "mov %rdi, %rsp; mov %rsi, %rax; mov %rsi, %rbx; mov %rsi, %rcx; mov %rsi, %rdx; mov %rsi, %rdi; mov %rsi, %rbp; mov %rsi, %r8;"
      "mov %rsi, %r9; mov %rsi, %r10; mov %rsi, %r11; mov %rsi, %r12; mov %rsi, %r13; mov %rsi, %r14; mov %rsi, %r15;"
      "jmp *code_start(%rip);"
      "resume: pop %rbp; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; ret");
}
__attribute__((used)) static long code_start = CODE;

static int leads_to_a_call(const unsigned char *code) {
  for (int i = 0; i + 1 < LENGTH; i++) {
    if ((code[i] == 0x0f && (code[i + 1] == 0x05 || code[i + 1] == 0x34)) || (code[i] == 0xcd && code[i + 1] == 0x80)) return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  hostile_random_state = strtoul(argv[1], 0, 0) * 0x9e3779b97f4a7c15ul + 1;
  wanted = atol(argv[2]);
  call6(SYS_arch_prctl, 0x1003, (long)&thread_pointer, 0, 0, 0, 0);
  unsigned char *code = mmap((void *)CODE, 3 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  char *stack = mmap((void *)(CODE + (1l << 32)), 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  stack_t alternate = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
  sigaltstack(&alternate, 0);
  for (int signal = 1; signal < 32; signal++) {
    struct { long handler, flags, restorer, mask; } action = {(long)handler, 0x4000000 | SA_ONSTACK | SA_NODEFER, (long)restorer, 0};
    call6(SYS_rt_sigaction, signal, (long)&action, 0, 8, 0, 0);
  }
  static const long values[] = {0, 1, -1, (long)0x8000000000000000, (long)0xffff800000001000, 0x5a5a5a5a5a5a, 8};
  // Often the first bytes of what a processor treats in a way of its own.
  static const unsigned char openings[] = {0x0f, 0xf0, 0xf2, 0xf3, 0x66, 0x67, 0xcc, 0xcd, 0xcf, 0xf4, 0xe4, 0xe6, 0xec, 0xee, 0x6c, 0x6e, 0x8e, 0xcb, 0xca, 0x9d, 0xc4, 0xc5, 0x62, 0xff, 0xf1, 0x48, 0x64, 0x65};
  while (done < wanted) {
    for (int i = 0; i < LENGTH; i++) code[i] = (unsigned char)random_bits();
    for (uint64_t n = below(4); n > 0; n--) code[below(6)] = openings[below(sizeof openings)];
    memset(code + LENGTH, 0xcc, 64);
    if (leads_to_a_call(code)) continue;
    struct itimerval soon = {{0, 0}, {0, 10000}};
    setitimer(ITIMER_REAL, &soon, 0);
    long before = done;
    enter((long)stack + 2 * PAGE, values[below(sizeof values / sizeof *values)]);
    if (done == before) done++, counts[64]++;
  }
  long sum = 0;
  for (int i = 0; i <= 64; i++) sum += counts[i];
  printf("%ld pieces of code, %s\n", sum, sum >= wanted ? "all came back" : "some were lost");
  for (int i = 0; i < 32; i++) {
    if (counts[i]) fprintf(stderr, "signal %d: %ld\n", i, counts[i]);
  }
  return 0;
}
