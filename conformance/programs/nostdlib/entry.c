// The state at the first instruction: registers, flags, stack, vector and x87 control.
#include "raw.h"

__asm__(
    ".globl _start\n_start:\n"
    "mov %rsp, entry_rsp(%rip)\n mov %rdx, entry_rdx(%rip)\n mov %rbx, entry_rbx(%rip)\n mov %rbp, entry_rbp(%rip)\n"
    "mov %rdi, entry_rdi(%rip)\n pushfq\n pop entry_flags(%rip)\n"
    "stmxcsr entry_mxcsr(%rip)\n fnstcw entry_control(%rip)\n fnstsw entry_status(%rip)\n"
    "xor %ebp, %ebp\n and $-16, %rsp\n call program\n");
word entry_rsp, entry_rdx, entry_rbx, entry_rbp, entry_rdi, entry_flags;
unsigned entry_mxcsr;
unsigned short entry_control, entry_status;

__attribute__((used)) void program(void) {
  number("rsp modulo 16", (long)(entry_rsp & 15));
  number("rdx", (long)entry_rdx);
  number("rbx", (long)entry_rbx);
  number("rbp", (long)entry_rbp);
  number("rdi", (long)entry_rdi);
  number("flags without IF and reserved", (long)(entry_flags & ~0x202UL));
  number("interrupt flag", (long)(entry_flags >> 9 & 1));
  number("mxcsr", entry_mxcsr);
  number("x87 control", entry_control);
  number("x87 status", entry_status);
  word *stack = (word *)entry_rsp;
  number("argc", (long)stack[0]);
  number("argv ends with 0", stack[1 + stack[0]] == 0);
  text((char *)stack[2]);
  text("\n");
  word cs, ss, ds, es;
  __asm__("mov %%cs, %0; mov %%ss, %1; mov %%ds, %2; mov %%es, %3" : "=r"(cs), "=r"(ss), "=r"(ds), "=r"(es));
  number("cs", (long)(cs & 0xffff));
  number("ss", (long)(ss & 0xffff));
  number("ds", (long)(ds & 0xffff));
  number("es", (long)(es & 0xffff));
  leave(42);
}
