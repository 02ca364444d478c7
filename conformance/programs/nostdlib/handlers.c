// Signals without a library: the restorer, the frame's alignment and red zone, what SYSCALL leaves across a handler.
#include "raw.h"

__asm__(
    ".globl _start\n_start:\n and $-16, %rsp\n call program\n"
    "restorer: mov $15, %eax\n syscall\n"
    "handler: mov %rsp, handler_rsp(%rip)\n mov %rdi, handler_rdi(%rip)\n mov %rsi, handler_rsi(%rip)\n mov %rdx, handler_rdx(%rip)\n mov %rax, handler_rax(%rip)\n"
    " pushfq\n pop handler_flags(%rip)\n incq handled(%rip)\n ret\n");
extern char restorer[], handler[];
word handler_rsp, handler_rdi, handler_rsi, handler_rdx, handler_rax, handler_flags, handled;

struct action {
  void *handler;
  word flags;
  void *restorer;
  word mask;
};

__attribute__((used)) void program(void) {
  struct action action = {handler, 0x04000000 | 4, restorer, 0};
  number("rt_sigaction", call(13, 10, (long)&action, 0, 8, 0, 0));
  number("wrong size", call(13, 10, (long)&action, 0, 4, 0, 0));
  long pid = call(39, 0, 0, 0, 0, 0, 0);
  word rsp_before, below;
  // 128 bytes below the stack pointer belong to the interrupted code.
  __asm__ volatile(
      "mov %%rsp, %1; movq $0x77, -8(%%rsp); movq $0x78, -128(%%rsp); mov $62, %%eax; mov %2, %%rdi; mov $10, %%esi; std; syscall; cld;"
      "mov -8(%%rsp), %0; add -128(%%rsp), %0"
      : "=&r"(below), "=&r"(rsp_before) : "r"(pid) : "rax", "rcx", "rdi", "rsi", "r11", "memory", "cc");
  number("handled", (long)handled);
  number("red zone kept", below == 0x77 + 0x78);
  number("rsp modulo 16 in the handler", (long)(handler_rsp & 15));
  number("at least 128 below", handler_rsp + 128 <= rsp_before);
  number("rdi", (long)handler_rdi);
  number("siginfo above the return address", handler_rsi > handler_rsp);
  number("context above the return address", handler_rdx > handler_rsp);
  number("returns to the restorer", *(word *)handler_rsp == (word)restorer);
  number("rax", (long)handler_rax);
  number("direction flag cleared", (long)(handler_flags >> 10 & 1));
  word *context = (word *)handler_rdx;
  number("uc_flags", (long)context[0]);
  number("link", (long)context[1]);
  // Without a restorer the call is refused or the program dies; what it does natively is what counts.
  action.flags = 4;
  action.restorer = 0;
  number("no restorer", call(13, 12, (long)&action, 0, 8, 0, 0));
  call(62, pid, 12, 0, 0, 0, 0);
  text("not reached\n");
  leave(1);
}
