// A program that tries to do harm, in the way that its argument names. What must become of it stands in HostileGuestsTest.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

static sigjmp_buf recover;
static volatile int count;

static void jump_back(int signal) { siglongjmp(recover, signal); }
static void count_it(int signal) { (void)signal, count++; }
static void fault_again(int signal) { (void)signal, *(volatile int *)8 = 1; }

static void on(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigaction(signal, &action, NULL);
}
static int is_supervisor_safe(void) {   // every attempt ends in a signal, none reads, writes or runs anything
  on(SIGSEGV, jump_back, SA_NODEFER), on(SIGBUS, jump_back, SA_NODEFER), on(SIGILL, jump_back, SA_NODEFER);
  for (uint64_t at = 0xffff800000000000ull; at < 0xffff800000008000ull; at += 64)
    for (int how = 0; how < 3; how++)
      if (sigsetjmp(recover, 1) == 0) {
        if (how == 0) (void)*(volatile char *)at;
        if (how == 1) *(volatile char *)at = 1;
        if (how == 2 && at != 0xffff800000002200ull) ((void (*)(void))at)();   // there SYSCALL enters
        if (how != 2 || at != 0xffff800000002200ull) return 0;
      }
  return 1;
}
static int try_stack(int signal_too) {   // system calls and signals with a stack that is not there
  long result;
  if (signal_too) on(SIGUSR1, count_it, 0);
  __asm__ volatile("mov %%rsp, %%r12; xor %%esp, %%esp; syscall; mov %%r12, %%rsp" : "=a"(result) : "a"(SYS_getpid) : "rcx", "r11", "r12", "memory");
  if (result <= 0) return 1;
  if (signal_too)
    __asm__ volatile("mov %%rsp, %%r12; mov $0x1000, %%esp; syscall; mov %%r12, %%rsp" : "=a"(result)
                     : "a"(SYS_kill), "D"(result), "S"(SIGUSR1) : "rcx", "r11", "r12", "memory");
  return 0;
}
static int random_frames(void) {   // rt_sigreturn of random bytes: whatever it restores must be harmless
  static char frame[8192] __attribute__((aligned(64)));
  unsigned seed = getpid();
  for (size_t i = 0; i < sizeof frame; i++) frame[i] = seed = seed * 1103515245 + 12345;
  __asm__ volatile("mov %0, %%rsp; mov $15, %%eax; syscall; hlt" : : "r"(frame + 64) : "memory");
  return 1;
}
static int bad_fpu_frame(int signal) { return signal; }
static void corrupt(int signal, siginfo_t *info, void *context) {   // a frame whose vector state no processor takes
  (void)signal, (void)info;
  uint64_t *fpstate = *(uint64_t **)((char *)context + 40 + 184);
  memset(fpstate, 0xff, 1024);
}
static int fill(int (*step)(long), int expected) {   // until the sandbox says no
  for (long i = 0; i < 50000000; i++)
    if (step(i) < 0) return errno == expected ? 0 : 100 + errno;
  return 2;
}
static int one_file(long i) {
  static char text[65536];
  static int fd = -1;
  if (i == 0) fd = open("/tmp/large", O_CREAT | O_WRONLY, 0600);
  return write(fd, text, sizeof text) > 0 ? 0 : -1;
}
static int one_directory(long i) {
  char name[32];
  snprintf(name, sizeof name, "/tmp/d%ld", i);
  return mkdir(name, 0700);
}
static int one_descriptor(long i) { return (void)i, open("/dev/null", O_RDONLY); }
static int one_pipe(long i) {
  int ends[2];
  static char text[65536];
  if (pipe2(ends, O_NONBLOCK) < 0) return -1;
  return (void)i, (void)!write(ends[1], text, sizeof text), 0;
}
static int one_mapping(long i) {
  return mmap((void *)(0x100000000000 + i * 2 * PAGE), PAGE, PROT_NONE, ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ? -1 : 0;
}
static int one_scattered_page(long i) {
  char *at = mmap((void *)(0x100000000000 + i * (2L << 20)), PAGE, RW, ANONYMOUS | MAP_FIXED, -1, 0);
  return at == MAP_FAILED ? -1 : (*at = 1, 0);
}
static int __attribute__((noinline)) deep(int n) {
  volatile char space[4096];
  space[n % 4096] = n;
  return deep(n + 1) + space[n % 4096];
}

int main(int argc, char **argv) {
  const char *way = argc > 1 ? argv[1] : "";
#define WAY(name) if (!strcmp(way, name))
  WAY("loop") for (;;);
  WAY("sleep") for (;;) pause();
  WAY("output") for (;;) puts("more and more and more");
  WAY("brk") for (;;) { char *at = sbrk(1 << 20); if (at == (void *)-1) return 3; memset(at, 1, 1 << 20); }
  WAY("mmap") for (;;) { char *at = mmap(0, 1 << 20, RW, ANONYMOUS | MAP_NORESERVE, -1, 0); if (at == MAP_FAILED) return 3; memset(at, 1, 1 << 20); }
  WAY("stack") return deep(0);
  WAY("reserve") {
    char *at = mmap(0, 512L << 30, PROT_NONE, ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED || mprotect(at + (300L << 30), PAGE, RW)) return 1;
    at[300L << 30] = 1;
    return munmap(at, 512L << 30);
  }
  WAY("mappings") return fill(one_mapping, ENOMEM);
  WAY("scatter") return fill(one_scattered_page, ENOMEM);
  WAY("file") return fill(one_file, ENOSPC);
  WAY("directories") return fill(one_directory, ENOSPC);
  WAY("descriptors") return fill(one_descriptor, EMFILE);
  WAY("pipes") return fill(one_pipe, EMFILE);
  WAY("supervisor") return !is_supervisor_safe();
  WAY("port") __asm__ volatile("out %al, $0x7e");
  WAY("other-port") __asm__ volatile("out %al, $0x81");
  WAY("in") __asm__ volatile("in $0x7e, %%al" : : : "rax");
  WAY("hlt") __asm__ volatile("hlt");
  WAY("cli") __asm__ volatile("cli");
  WAY("wrmsr") __asm__ volatile("wrmsr");
  WAY("cr3") __asm__ volatile("mov %%cr3, %%rax" : : : "rax");
  WAY("lgdt") __asm__ volatile("lgdt (%rsp)");
  WAY("int80") __asm__ volatile("int $0x80");
  WAY("int8") __asm__ volatile("int $8");
  WAY("ud2") __asm__ volatile("ud2");
  WAY("jump-null") ((void (*)(void))0)();
  WAY("jump-far") ((void (*)(void))0x800000000000)();
  WAY("read-far") return *(volatile char *)0x8000000000000000;
  WAY("stack-of-nothing") return try_stack(0);
  WAY("signal-on-no-stack") return try_stack(1);
  WAY("fault-on-no-stack") __asm__ volatile("xor %esp, %esp; push %rax");
  WAY("random-frame") return random_frames();
  WAY("bad-fpu-frame") {
    struct sigaction action = {.sa_sigaction = corrupt, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    return bad_fpu_frame(raise(SIGUSR1));
  }
  WAY("fault-in-handler") { on(SIGSEGV, fault_again, SA_NODEFER); *(volatile int *)8 = 1; }
  WAY("alarms") {
    on(SIGALRM, count_it, SA_RESTART);
    struct itimerval storm = {{0, 1}, {0, 1}};
    setitimer(ITIMER_REAL, &storm, NULL);
    while (count < 200);
    return 0;
  }
  WAY("trap-flag") __asm__ volatile("pushf; orq $0x100, (%rsp); popf; nop; nop");
  WAY("alignment") __asm__ volatile("pushf; orq $0x40000, (%%rsp); popf; mov 1(%%rsp), %%rax" : : : "rax");
  WAY("direction-flag") { long r; __asm__ volatile("std; syscall; cld" : "=a"(r) : "a"(SYS_getpid) : "rcx", "r11", "memory"); return r <= 0; }
  WAY("iopl") { __asm__ volatile("pushf; orq $0x3000, (%rsp); popf; out %al, $0x80"); }
  WAY("self-modifying") {
    unsigned char *code = mmap(0, PAGE, RW | PROT_EXEC, ANONYMOUS, -1, 0);
    for (int i = 0; i < 100; i++) {
      memcpy(code, (unsigned char[]){0xb8, i, 0, 0, 0, 0xc3}, 6);   // mov eax, i; ret
      if (((int (*)(void))code)() != i) return 1;
    }
    return 0;
  }
  return 99;
}
