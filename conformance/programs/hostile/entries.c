// Each way into the supervisor with a processor state made for it to stumble over: no stack, a stack in the upper half,
// addresses that are not canonical, flags the wrong way round. `entries NAME` tries one; it ends as it would natively.
#include "hostile.h"

static const long bad_stacks[] = {0, 8, 0x1001, 0xfff8, 0x7ffffffff800, 0x800000000000, (long)0xffff800000003ff8,
                                  (long)0xffffffffffffffff, (long)0x8000000000000000, (long)0x00007ffffffff001};
#define STACKS (sizeof bad_stacks / sizeof *bad_stacks)

// A system call on whatever stack: it answers, and the stack pointer comes back as it was.
static void system_calls(void) {
  for (unsigned i = 0; i < STACKS; i++) {
    long result, after;
    __asm__ volatile("mov %%rsp, %%r12; mov %3, %%rsp; mov $39, %%eax; syscall; mov %%rsp, %1; mov %%r12, %%rsp; mov %%rax, %0"
                     : "=&r"(result), "=&r"(after)
                     : "0"(0), "r"(bad_stacks[i])
                     : "rax", "rcx", "r11", "r12", "memory");
    printf("rsp %lx: %s, afterwards %lx\n", bad_stacks[i], result > 0 ? "answered" : "not answered", after);
  }
}

// A fault on such a stack, caught on the alternate one.
static void faults(void) {
  for (unsigned i = 0; i < STACKS; i++) {
    char name[40];
    snprintf(name, sizeof name, "ud2 on rsp %lx", bad_stacks[i]);
    ATTEMPT(name, __asm__ volatile("mov %0, %%rsp; ud2" ::"r"(bad_stacks[i]) : "memory"));
    snprintf(name, sizeof name, "push on rsp %lx", bad_stacks[i]);
    ATTEMPT(name, __asm__ volatile("mov %0, %%rsp; push %%rax" ::"r"(bad_stacks[i]) : "memory"));
    snprintf(name, sizeof name, "load from null on rsp %lx", bad_stacks[i]);
    ATTEMPT(name, __asm__ volatile("mov %0, %%rsp; mov 0, %%rax" ::"r"(bad_stacks[i]) : "rax", "memory"));
  }
}

static void plain_handler(int signal) { (void)signal; }

// A signal whose handler would have to use such a stack: deadly.
static void delivery(int which) {
  struct sigaction action = {.sa_handler = plain_handler};
  sigaction(SIGUSR1, &action, 0);
  sigaction(SIGSEGV, &action, 0);
  puts("about to be killed");
  fflush(stdout);
  long self = getpid();
  __asm__ volatile("mov %0, %%rsp; mov $62, %%eax; syscall; ud2" ::"r"(bad_stacks[which]), "D"(self), "S"((long)SIGUSR1)
                   : "rax", "rcx", "r11", "memory");
}

// rt_sigreturn where no frame can be.
static void returning(int which) {
  puts("about to be killed");
  fflush(stdout);
  __asm__ volatile("mov %0, %%rsp; mov $15, %%eax; syscall; ud2" ::"r"(bad_stacks[which]) : "rax", "rcx", "r11", "memory");
}

static void addresses(void) {
  long targets[] = {0x800000000000, (long)0xffff7fffffffffff, (long)0x8000000000000000, 0x7fffffffffff, 0x7ffffffff000, 0};
  for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++) {
    char name[48];
    snprintf(name, sizeof name, "jmp %lx", targets[i]);
    ATTEMPT(name, __asm__ volatile("jmp *%0" ::"r"(targets[i])));
    snprintf(name, sizeof name, "ret to %lx", targets[i]);
    ATTEMPT(name, __asm__ volatile("push %0; ret" ::"r"(targets[i])));
    snprintf(name, sizeof name, "read %lx", targets[i]);
    ATTEMPT(name, __asm__ volatile("mov (%0), %%al" ::"r"(targets[i]) : "rax"));
    snprintf(name, sizeof name, "arch_prctl %lx", targets[i]);
    printf("%s = %ld\n", name, call6(SYS_arch_prctl, 0x1001, targets[i], 0, 0, 0, 0)); // GS: the library lives by FS
  }
}

static long flags_after(long set, long how) {
  long after;
  if (how == 0) {
    __asm__ volatile("push %1; popfq; mov $39, %%eax; syscall; pushfq; pop %0; cld; push $2; popfq"
                     : "=&r"(after)
                     : "r"(set)
                     : "rax", "rcx", "r11", "memory", "cc");
  } else {
    __asm__ volatile("push %1; popfq; nop; pushfq; pop %0; cld; push $2; popfq" : "=&r"(after) : "r"(set) : "memory", "cc");
  }
  return after;
}

static volatile long steps;
static void count_steps(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  if (++steps > 40) ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
}

// The flag comes along into a handler, and a C library does not go well with it.
__attribute__((naked)) static void without_alignment_check(void) {
  __asm__("pushfq; andl $~0x40000, (%rsp); popfq; jmp hostile_caught");
}

// Every flag that a program may set, and those that it may not, over a system call.
static void flags(void) {
  struct sigaction action = {.sa_sigaction = count_steps, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGTRAP, &action, 0);
  long all[] = {0x400, 0x40000, 0x200000, 0x3000, 0x100000, 0x80000, 0x20000, 0x8d5, 0x640cd5, 0x4000, 0x644cd5};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    // NT does not outlive a system call everywhere: PVM's own entry clears it.
    for (int how = all[i] & 0x4000 ? 1 : 0; how < 2; how++) printf("flags %lx way %d: %lx\n", all[i], how, flags_after(all[i] | 2, how));
  }
  for (int how = 0; how < 2; how++) {
    steps = 0;
    flags_after(0x102, how);
    printf("trap flag way %d: %s\n", how, steps > 0 ? "stepped" : "not stepped");
  }
  // Alignment checking: a word across two.
  char bytes[16];
  action.sa_sigaction = (void *)without_alignment_check;
  sigaction(SIGBUS, &action, 0);
  ATTEMPT("misaligned with AC", {
    __asm__ volatile("pushfq; orl $0x40000, (%%rsp); popfq; mov (%0), %%rax" ::"r"(bytes + 1) : "rax", "memory", "cc");
  });
  __asm__ volatile("pushfq; andl $~0x40000, (%%rsp); popfq" ::: "memory", "cc");
}

// Backwards string copies through a signal: the handler sees the direction forwards, and it comes back backwards.
static volatile long handler_flags;
static void look_at_flags(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  long now;
  __asm__ volatile("pushfq; pop %0" : "=r"(now));
  handler_flags = now & 0x40500;
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2; // over the ud2
}
static void direction(void) {
  struct sigaction action = {.sa_sigaction = look_at_flags, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGILL, &action, 0);
  long after;
  __asm__ volatile("std; ud2; pushfq; pop %0; cld" : "=r"(after)::"memory", "cc");
  printf("direction in the handler %lx, after it %lx\n", handler_flags, after & 0x400);
}

static void self_modifying(void) {
  unsigned char *code = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long sum = 0;
  for (int i = 0; i < 20000; i++) {
    unsigned char bytes[] = {0xb8, (unsigned char)i, (unsigned char)(i >> 8), 0, 0, 0xc3}; // mov eax, i; ret
    unsigned char *at = code + (i * 37) % (2 * PAGE - 8); // also across the pages
    memcpy(at, bytes, sizeof bytes);
    sum += ((int (*)(void))at)() == i;
  }
  printf("code written and run: %ld times right\n", sum);
  // Code that overwrites the instruction that comes next.
  unsigned char next[] = {0xc6, 0x05, 0x01, 0, 0, 0, 42, 0xb8, 1, 0, 0, 0, 0xc3}; // mov byte [rip+1], 42; mov eax, 1; ret
  memcpy(code, next, sizeof next);
  printf("the next instruction changed: %d\n", ((int (*)(void))code)());
  mprotect(code, PAGE, PROT_READ | PROT_WRITE);
  ATTEMPT("code without the right", ((int (*)(void))code)());
  mprotect(code, PAGE, PROT_READ | PROT_EXEC);
  ATTEMPT("writing code without the right", *code = 0xc3);
  printf("and run: %d\n", ((int (*)(void))(code + 7))());
}

int main(int argc, char **argv) {
  const char *part = argc > 1 ? argv[1] : "";
  int which = argc > 2 ? atoi(argv[2]) : 0;
  if (which < 0 || which >= (int)STACKS) return 2;
  if (!strcmp(part, "delivery")) delivery(which);
  if (!strcmp(part, "returning")) returning(which);
  catch_faults();
  if (!strcmp(part, "system-calls")) system_calls();
  else if (!strcmp(part, "faults")) faults();
  else if (!strcmp(part, "addresses")) addresses();
  else if (!strcmp(part, "flags")) flags();
  else if (!strcmp(part, "direction")) direction();
  else if (!strcmp(part, "self-modifying")) self_modifying();
  else if (!strcmp(part, "other-calls")) { // the entries of 32-bit programs: natively INT 0x80 is one
    ATTEMPT("int 0x80", __asm__ volatile("int $0x80" ::"a"(20))); // getpid there
    ATTEMPT("sysenter", __asm__ volatile("sysenter" ::"a"(20)));
  } else return 2;
  return 0;
}
