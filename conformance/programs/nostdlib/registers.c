// A system call keeps every register but rax, rcx and r11; vector state and flags too.
#include "raw.h"

__asm__(".globl _start\n_start:\n xor %ebp, %ebp\n and $-16, %rsp\n call program\n");

// Fills the registers, makes the call with number `rax`, and stores them again.
void one_call(word number, word a, word b, word c);
__asm__(
    "one_call:\n push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
    "mov %rdi, %rax\n mov %rsi, %rdi\n mov %rdx, %rsi\n mov %rcx, %rdx\n"
    "mov $0x1b1b1b1b1b1b1b1b, %rbx\n mov $0x2c2c2c2c2c2c2c2c, %rbp\n mov $0, %r8\n mov $0, %r9\n mov $0, %r10\n"
    "mov $0x5f5f5f5f5f5f5f5f, %r12\n mov $0x6060606060606060, %r13\n mov $0x7171717171717171, %r14\n mov $0x8282828282828282, %r15\n"
    "mov %rsp, saved_rsp(%rip)\n mov %rdi, saved_rdi(%rip)\n mov %rsi, saved_rsi(%rip)\n mov %rdx, saved_rdx(%rip)\n"
    "movups vectors_data(%rip), %xmm0\n movups vectors_data+16(%rip), %xmm5\n movups vectors_data+32(%rip), %xmm15\n"
    "std\n stc\n syscall\n"
    "pushfq\n pop found_flags(%rip)\n cld\n"
    "mov %rbx, found(%rip)\n mov %rbp, found+8(%rip)\n mov %r12, found+16(%rip)\n mov %r13, found+24(%rip)\n"
    "mov %r14, found+32(%rip)\n mov %r15, found+40(%rip)\n mov %rdi, found+48(%rip)\n mov %rsi, found+56(%rip)\n"
    "mov %rdx, found+64(%rip)\n mov %rsp, found+72(%rip)\n mov %r8, found+80(%rip)\n mov %r9, found+88(%rip)\n mov %r10, found+96(%rip)\n"
    "mov %rax, found_rax(%rip)\n mov %rcx, found_rcx(%rip)\n mov %r11, found_r11(%rip)\n"
    "movups %xmm0, found_vectors(%rip)\n movups %xmm5, found_vectors+16(%rip)\n movups %xmm15, found_vectors+32(%rip)\n"
    "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n ret\n");
word saved_rsp, saved_rdi, saved_rsi, saved_rdx, found[13], found_flags, found_rax, found_rcx, found_r11;
unsigned char vectors_data[48] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL", found_vectors[48];

static long check(void) {
  long wrong = 0;
  wrong += found[0] != 0x1b1b1b1b1b1b1b1b;
  wrong += found[1] != 0x2c2c2c2c2c2c2c2c;
  wrong += found[2] != 0x5f5f5f5f5f5f5f5f;
  wrong += found[3] != 0x6060606060606060;
  wrong += found[4] != 0x7171717171717171;
  wrong += found[5] != 0x8282828282828282;
  wrong += found[6] != saved_rdi;
  wrong += found[7] != saved_rsi;
  wrong += found[8] != saved_rdx;
  wrong += found[9] != saved_rsp;
  wrong += found[10] != 0 || found[11] != 0 || found[12] != 0;
  for (int i = 0; i < 48; i++) wrong += found_vectors[i] != vectors_data[i];
  wrong += (found_flags & 0x401) != 0x401;  // carry and direction as before
  wrong += (found_r11 & 0x401) != 0x401;    // r11 holds the flags
  wrong += found_rcx == 0;                  // rcx holds the return address
  return wrong;
}

__attribute__((used)) void program(void) {
  static const struct { const char *name; word number, a, b, c; } calls[] = {
      {"write", 1, 1, (word) "written\n", 8}, {"getpid", 39, 0, 0, 0},   {"bad number", 5000, 0, 0, 0},
      {"bad pointer", 1, 1, 16, 8},           {"mmap", 9, 0, 4096, 3},   {"sched_yield", 24, 0, 0, 0},
      {"brk", 12, 0, 0, 0},                   {"nanosleep", 35, 0, 0, 0}, {"read of /dev/null", 0, 99, 0, 0}};
  for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    one_call(calls[i].number, calls[i].a, calls[i].b, calls[i].c);
    text(calls[i].name);
    number(": changed", check());
    if ((long)found_rax < 0) number("  error", (long)found_rax);
  }
  leave(0);
}
