// Instructions that a program must not get through with: all ports, INT n, privileged and system instructions, and every
// access to the upper half of the address space. Prints what came of each; the same natively and in a VM.
#include "hostile.h"

// `int n; ret` for any n, made at run time.
static unsigned char *code;
static void run_code(const void *bytes, size_t length) {
  memcpy(code, bytes, length);
  ((void (*)(void))code)();
}

static void interrupts(void) {
  for (int n = 0; n < 256; n++) {
    if (n == 0x80) continue; // natively the entry to the 32-bit system calls; there are none in a VM (entries.c)
    if (n == 0x1a) continue; // a KVM without hardware virtualization (PVM) answers it as CPUID, which anybody may ask
    unsigned char bytes[] = {0xcd, (unsigned char)n, 0xc3};
    char name[16];
    snprintf(name, sizeof name, "int 0x%02x", n);
    ATTEMPT(name, run_code(bytes, sizeof bytes));
  }
  ATTEMPT("int 0x21 with prefixes", __asm__ volatile(".byte 0x66, 0x2e, 0x48, 0xcd, 0x21"));
  ATTEMPT("int3", __asm__ volatile("int3"));
  // Code 1 or 2: that is by DR6, which the hypervisors below leave in different states.
  if (FAULTS(__asm__ volatile(".byte 0xf1"))) {
    printf("icebp: signal %d code %s\n", hostile_signal, hostile_code == 1 || hostile_code == 2 ? "1 or 2" : "other");
  } else {
    printf("icebp: went through\n");
  }
  ATTEMPT("into", __asm__ volatile(".byte 0xce"));
  ATTEMPT("ud2", __asm__ volatile("ud2"));
}

// Every port in every way; what goes through is told, and how often each answer came.
static void ports(void) {
  long refused[6] = {0};
  for (long port = 0; port < 65536; port++) {
    unsigned short p = (unsigned short)port;
    char buffer[8];
    void *at = buffer;
    long one = 1;
#define TRY(i, statement)                                                     \
  if (FAULTS(statement) && hostile_signal == SIGSEGV && hostile_code == 128) { \
    refused[i]++;                                                             \
  } else {                                                                    \
    printf("port 0x%lx way %d: signal %d code %d\n", port, i, hostile_signal, hostile_code); \
  }
    TRY(0, __asm__ volatile("outb %b0, %w1" ::"a"(0), "d"(p)))
    if (port < 256 || port % 251 == 0) {
      TRY(1, __asm__ volatile("inb %w0, %%al" ::"d"(p) : "rax"))
      TRY(2, __asm__ volatile("outl %0, %w1" ::"a"(0), "d"(p)))
      TRY(3, __asm__ volatile("inw %w0, %%ax" ::"d"(p) : "rax"))
      TRY(4, __asm__ volatile("rep outsb" : "+S"(at), "+c"(one) : "d"(p) : "memory"))
      TRY(5, __asm__ volatile("rep insb" : "+D"(at), "+c"(one) : "d"(p) : "memory"))
    }
  }
  for (int i = 0; i < 6; i++) printf("way %d refused %ld times\n", i, refused[i]);
}

static void privileged(void) {
  char memory[512] __attribute__((aligned(64))) = {0};
  ATTEMPT("hlt", __asm__ volatile("hlt"));
  ATTEMPT("cli", __asm__ volatile("cli"));
  ATTEMPT("sti", __asm__ volatile("sti"));
  ATTEMPT("clts", __asm__ volatile("clts"));
  ATTEMPT("invd", __asm__ volatile("invd"));
  ATTEMPT("wbinvd", __asm__ volatile("wbinvd"));
  ATTEMPT("invlpg", __asm__ volatile("invlpg %0" ::"m"(memory)));
  ATTEMPT("swapgs", __asm__ volatile("swapgs"));
  ATTEMPT("sysret", __asm__ volatile("mov $0, %%ecx; sysretq" ::: "rcx", "r11"));
  ATTEMPT("sysexit", __asm__ volatile("sysexitq"));
  ATTEMPT("rdmsr", __asm__ volatile("rdmsr" ::"c"(0xc0000080) : "rax", "rdx"));
  ATTEMPT("wrmsr", __asm__ volatile("wrmsr" ::"c"(0xc0000080), "a"(0), "d"(0)));
  ATTEMPT("rdpmc", __asm__ volatile("rdpmc" ::"c"(0x7fffffff) : "rax", "rdx"));
  ATTEMPT("xsetbv", __asm__ volatile("xsetbv" ::"c"(0), "a"(1), "d"(0)));
  ATTEMPT("mov from cr0", __asm__ volatile("mov %%cr0, %%rax" ::: "rax"));
  ATTEMPT("mov from cr3", __asm__ volatile("mov %%cr3, %%rax" ::: "rax"));
  ATTEMPT("mov to cr0", __asm__ volatile("mov %0, %%cr0" ::"r"(0L)));
  ATTEMPT("mov to cr3", __asm__ volatile("mov %0, %%cr3" ::"r"(0L)));
  ATTEMPT("mov to cr4", __asm__ volatile("mov %0, %%cr4" ::"r"(0L)));
  ATTEMPT("mov to cr8", __asm__ volatile("mov %0, %%cr8" ::"r"(0L)));
  ATTEMPT("mov from dr0", __asm__ volatile("mov %%dr0, %%rax" ::: "rax"));
  ATTEMPT("mov to dr7", __asm__ volatile("mov %0, %%dr7" ::"r"(0L)));
  ATTEMPT("lgdt", __asm__ volatile("lgdt %0" ::"m"(memory)));
  ATTEMPT("lidt", __asm__ volatile("lidt %0" ::"m"(memory)));
  ATTEMPT("lldt", __asm__ volatile("lldt %w0" ::"r"(0)));
  ATTEMPT("ltr", __asm__ volatile("ltr %w0" ::"r"(0)));
  ATTEMPT("lmsw", __asm__ volatile("lmsw %w0" ::"r"(0)));
  ATTEMPT("iretq to ring 0",
          __asm__ volatile("mov %%rsp, %%rax; push $0x18; push %%rax; push $2; push $0x10; lea 1f(%%rip), %%rax; push %%rax;"
                           "iretq; 1: nop" ::: "rax", "memory"));
  ATTEMPT("far return to ring 0",
          __asm__ volatile("push $0x10; lea 1f(%%rip), %%rax; push %%rax; lretq; 1: nop" ::: "rax", "memory"));
  ATTEMPT("ss of ring 0", __asm__ volatile("mov %w0, %%ss" ::"r"(0x18)));
  ATTEMPT("ds of no descriptor", __asm__ volatile("mov %w0, %%ds" ::"r"(0xfff8 | 3)));
  ATTEMPT("wrfsbase, not canonical", __asm__ volatile("wrfsbase %0" ::"r"(0x800000000000ul)));
  ATTEMPT("wrgsbase, not canonical", __asm__ volatile("wrgsbase %0" ::"r"(0x8000000000000000ul)));
}

// The upper half: where supervisors live, wherever exactly. Eight bytes of each page near its corners, and some inside.
static void upper_half(void) {
  long reached = 0, tried = 0;
  uint64_t starts[] = {0xffff800000000000, 0xffff800000000000 + (1ul << 21), 0xffff880000000000, 0xffffffff80000000,
                       0xffffffffff600000 + 0x1000, 0xfffffffffff00000, 0x0000800000000000, 0xffff7ffffffff000,
                       0x8000000000000000, 0x7ffffffffffff000};
  for (unsigned i = 0; i < sizeof starts / sizeof *starts; i++) {
    for (uint64_t page = 0; page < 16; page++) {
      uint64_t base = starts[i] + page * PAGE;
      for (uint64_t offset = 0; offset < PAGE; offset += page < 8 ? 256 : 2048) {
        volatile long *at = (volatile long *)(base + offset);
        tried += 2;
        reached += !FAULTS((void)*at);
        reached += !FAULTS(*at = 0x90909090);
      }
    }
  }
  printf("data in the upper half: %ld of %ld tries went through\n", reached, tried);
}

// Executing there is never anything but a fault, and the address reported is the one jumped to. In a VM, one address is
// the system calls' own entry: what happens there is that system call, so it is left to a program of its own.
static void jumps(void) {
  uint64_t targets[] = {0xffff800000000000, 0xffff800000001000, 0xffff800000002000, 0xffff800000002001, 0xffff800000002010,
                        0xffff800000002070, 0xffff8000000020e0, 0xffff800000002208, 0xffff800000002210, 0xffff800000002211,
                        0xffff800000002ffe, 0xffff800000003000, 0xffff800000003fd8, 0xffff800000004000, 0xffff800000006ff8,
                        0xffffffff81000000, 0xffffffffffffffff};
  for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++) {
    char name[48];
    snprintf(name, sizeof name, "jump to %lx", targets[i]);
    ATTEMPT(name, ((void (*)(void))targets[i])());
    if (hostile_address != targets[i]) printf("reported as %lx\n", hostile_address);
  }
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOFBF, 1 << 20);
  catch_faults();
  code = mmap(0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const char *part = argc > 1 ? argv[1] : "";
  if (!strcmp(part, "interrupts")) interrupts();
  else if (!strcmp(part, "ports")) ports();
  else if (!strcmp(part, "privileged")) privileged();
  else if (!strcmp(part, "upper-half")) upper_half();
  else if (!strcmp(part, "jumps")) jumps();
  else return 2;
  puts("still here");
  return 0;
}
