// What a handler may look at and change: registers and vector state are those of the interrupted code,
// they come back after it, and what it writes into the context takes effect.
#include "show.h"
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int handled;

static void spoil(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)info;
  ucontext_t *user = context;
  handled++;
  __asm__ volatile(
      "pxor %%xmm0, %%xmm0; pxor %%xmm1, %%xmm1; pxor %%xmm7, %%xmm7; pxor %%xmm15, %%xmm15; fninit; fldz; fldz"
      ::: "xmm0", "xmm1", "xmm7", "xmm15");
  unsigned mxcsr = 0x1F80 | 0x8000;
  __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
  if (user->uc_mcontext.fpregs == NULL) puts("no vector state in the context");
}

// Spoils the whole AVX or AVX-512 registers if the processor has them.
static int wide;
__attribute__((target("avx512f"))) static void spoil512(void) {
  __asm__ volatile("vpxorq %%zmm2, %%zmm2, %%zmm2; vpxorq %%zmm20, %%zmm20, %%zmm20; kxorw %%k3, %%k3, %%k3"
                   ::: "xmm2");
}
__attribute__((target("avx"))) static void spoil256(void) { __asm__ volatile("vzeroall" ::: "xmm2"); }
static void spoil_wide(int signal) {
  (void)signal;
  handled++;
  if (wide == 512) spoil512(); else spoil256();
}

static void set_registers(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)info;
  greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
  printf("rbx %llx r12 %llx flags carry %lld direction %lld\n", reg[REG_RBX], reg[REG_R12], reg[REG_EFL] & 1,
         reg[REG_EFL] >> 10 & 1);
  reg[REG_RBX] = 0x1111;
  reg[REG_R12] = 0x2222;
  reg[REG_RIP] += 2;
  reg[REG_EFL] |= 1;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = spoil, .sa_flags = SA_SIGINFO};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {{0, 2000}, {0, 2000}};
  setitimer(ITIMER_REAL, &timer, NULL);
  uint64_t wrong = 0;
  while (handled < 50) {
    uint64_t rax, rcx, rdx, r8, r15, x0, x7, x15, same;
    __asm__ volatile(
        "mov $0x0123456789abcdef, %%rax; mov $0x1111, %%rcx; mov $0x2222, %%rdx; mov $0x8888, %%r8; mov $0xffff, %%r15;"
        "movq %%rax, %%xmm0; movq %%rcx, %%xmm7; movq %%rdx, %%xmm15; fld1;"
        "mov $20000, %%r9; 1: dec %%r9; jnz 1b;"
        "movq %%xmm0, %5; movq %%xmm7, %6; movq %%xmm15, %7; fld1; fcomip; fstp %%st(0); sete %b8; movzbq %b8, %8;"
        "mov %%rax, %0; mov %%rcx, %1; mov %%rdx, %2; mov %%r8, %3; mov %%r15, %4"
        : "=m"(rax), "=m"(rcx), "=m"(rdx), "=m"(r8), "=m"(r15), "=m"(x0), "=m"(x7), "=m"(x15), "=&r"(same)
        ::"rax", "rcx", "rdx", "r8", "r9", "r15", "xmm0", "xmm7", "xmm15", "cc");
    unsigned mxcsr;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    wrong += rax != 0x0123456789abcdef || rcx != 0x1111 || rdx != 0x2222 || r8 != 0x8888 || r15 != 0xffff || x0 != rax ||
             x7 != rcx || x15 != rdx || same != 1 || (mxcsr & 0x8000);
  }
  setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
  printf("50 asynchronous signals, wrong %lu\n", (unsigned long)wrong);

  wide = __builtin_cpu_supports("avx512f") ? 512 : __builtin_cpu_supports("avx") ? 256 : 0;
  printf("widest vectors %d\n", wide);
  signal(SIGUSR1, spoil_wide);
  unsigned char before[64], after[64];
  for (int i = 0; i < 64; i++) before[i] = (unsigned char)(i * 3 + 1);
  long pid = getpid();
  if (wide == 512) {
    unsigned short mask;
    __asm__ volatile(
        "vmovdqu64 %3, %%zmm2; vmovdqu64 %3, %%zmm20; mov $0xabcd, %%eax; kmovw %%eax, %%k3;"
        "mov $62, %%eax; mov %2, %%rdi; mov $10, %%esi; syscall;"
        "vpxorq %%zmm2, %%zmm20, %%zmm20; vmovdqu64 %%zmm2, %0; kmovw %%k3, %%eax; mov %%ax, %1;"
        "vptestmq %%zmm20, %%zmm20, %%k1; kmovw %%k1, %%eax; or %%ax, %1"
        : "=m"(after), "=m"(mask) : "r"(pid), "m"(before) : "rax", "rcx", "rdi", "rsi", "r11", "xmm2", "memory");
    printf("zmm kept %d k3 %x\n", memcmp(before, after, 64) == 0, mask);
  } else if (wide == 256) {
    __asm__ volatile("vmovdqu %2, %%ymm2; mov $62, %%eax; mov %1, %%rdi; mov $10, %%esi; syscall; vmovdqu %%ymm2, %0"
                     : "=m"(after) : "r"(pid), "m"(before) : "rax", "rcx", "rdi", "rsi", "r11", "xmm2", "memory");
    printf("ymm kept %d\n", memcmp(before, after, 32) == 0);
  }
  action.sa_sigaction = set_registers;
  sigaction(SIGILL, &action, NULL);
  uint64_t rbx, r12, carry = 0;
  __asm__ volatile("mov $0xb0b, %%rbx; mov $0xc0c, %%r12; clc; ud2; setc %b2; mov %%rbx, %0; mov %%r12, %1"
                   : "=&r"(rbx), "=&r"(r12), "+r"(carry) :: "rbx", "r12", "cc");
  printf("set by the handler: rbx %lx r12 %lx carry %lu\n", rbx, r12, carry);
  return 0;
}
