/* Says everything that a program can find out about itself, and changes all of it: what is said after a restore must be
 * what was said before. */
#define _GNU_SOURCE
#include <mote.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What a look writes to; changed by each, so it is left out of the memory that is looked at. */
static char text[1 << 17] __attribute__((aligned(4096)));
static size_t length;

static void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vsnprintf(text + length, sizeof text - length, format, arguments);
  va_end(arguments);
  if (written > 0) length += (size_t)written;
  if (length >= sizeof text) abort();
}

static uint64_t hash(const unsigned char *bytes, size_t size) {
  uint64_t h = 0xcbf29ce484222325;
  for (size_t i = 0; i + 8 <= size; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    h = (h ^ word) * 0x100000001b3;
    h ^= h >> 29;
  }
  return h;
}

/* ---- What there is --------------------------------------------------------------------------------------- */

static struct {
  unsigned char vectors[16 * 16];
  uint32_t mxcsr;
  uint16_t control;
  unsigned char x87[108];
  uint64_t fs, gs;
} registers;

/* At the beginning of a function: what nobody has used since the call arrived is as it was in the snapshot. */
static inline __attribute__((always_inline)) void take_registers(void) {
  unsigned char *at = registers.vectors;
  __asm__ volatile(
      "movups %%xmm0, (%0)\n movups %%xmm1, 16(%0)\n movups %%xmm2, 32(%0)\n movups %%xmm3, 48(%0)\n"
      "movups %%xmm4, 64(%0)\n movups %%xmm5, 80(%0)\n movups %%xmm6, 96(%0)\n movups %%xmm7, 112(%0)\n"
      "movups %%xmm8, 128(%0)\n movups %%xmm9, 144(%0)\n movups %%xmm10, 160(%0)\n movups %%xmm11, 176(%0)\n"
      "movups %%xmm12, 192(%0)\n movups %%xmm13, 208(%0)\n movups %%xmm14, 224(%0)\n movups %%xmm15, 240(%0)\n" ::"r"(at)
      : "memory");
  __asm__ volatile("stmxcsr %0" : "=m"(registers.mxcsr));
  __asm__ volatile("fnstcw %0" : "=m"(registers.control));
  __asm__ volatile("fnsave %0\n frstor %0" : "=m"(registers.x87));
  syscall(SYS_arch_prctl, 0x1003, &registers.fs);
  syscall(SYS_arch_prctl, 0x1004, &registers.gs);
}

static void say_registers(void) {
  /* Where the last x87 instruction and its operand were. AMD's processors save that only while an exception is
   * pending, so that the host's own task switches may change it at any time. */
  memset(registers.x87 + 12, 0, 16);
  say("vectors %016" PRIx64 "\n", hash(registers.vectors, sizeof registers.vectors));
  say("mxcsr %x control %x x87 %016" PRIx64 " fs %" PRIx64 " gs %" PRIx64 "\n", registers.mxcsr, registers.control,
      hash(registers.x87, sizeof registers.x87), registers.fs, registers.gs);
}

static void say_memory(void) {
  static char maps[16384];
  int fd = open("/proc/self/maps", O_RDONLY);
  ssize_t size = read(fd, maps, sizeof maps - 1);
  close(fd);
  if (size <= 0) abort();
  maps[size] = 0;
  char *rest = maps;
  for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != 0;) {
    uint64_t start, end;
    char rights[5];
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &start, &end, rights) != 3) abort();
    say("map %s\n", line);
    if (rights[0] != 'r' || strstr(line, "[vvar]") != NULL) continue; /* that is the time */
    uint64_t here = (uint64_t)&line;
    for (uint64_t at = start; at < end; at += 4096) {
      bool is_text = at >= (uint64_t)text && at < (uint64_t)text + sizeof text;
      bool is_maps = at + 4096 > (uint64_t)maps && at < (uint64_t)maps + sizeof maps;
      bool is_stack = here >= start && here < end && at + (8 << 12) > here; /* in use now */
      bool is_far = here >= start && here < end && at + (64 << 12) < here;  /* never touched: no need to bind it */
      if (is_text || is_maps || is_stack || is_far || end - start > 4 << 20) continue;
      say("%" PRIx64 " %016" PRIx64 "\n", at, hash((const unsigned char *)at, 4096));
    }
  }
}

static void say_files(const char *path, int depth) {
  DIR *directory = opendir(path);
  if (directory == NULL) {
    say("%s: %d\n", path, errno);
    return;
  }
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char below[512];
    snprintf(below, sizeof below, "%s/%s", strcmp(path, "/") == 0 ? "" : path, entry->d_name);
    if (strcmp(below, "/proc") == 0 || strcmp(below, "/sys") == 0) continue;
    struct stat s;
    if (lstat(below, &s) != 0) abort();
    say("%s %o %d %d %ld %ld %ld\n", below, s.st_mode, s.st_uid, (int)s.st_nlink, (long)s.st_ino, (long)s.st_size,
        (long)s.st_mtime);
    if (S_ISDIR(s.st_mode) && depth < 6) say_files(below, depth + 1);
    if (S_ISREG(s.st_mode) && s.st_size < 1 << 16 && strncmp(below, "/tmp", 4) == 0) {
      static unsigned char content[1 << 16];
      int fd = open(below, O_RDONLY);
      ssize_t size = read(fd, content, sizeof content);
      close(fd);
      say("  %zd bytes %016" PRIx64 "\n", size, hash(content, (size_t)(size + 7) & ~7UL));
      memset(content, 0, sizeof content);
    }
  }
  closedir(directory);
}

static void say_descriptors(void) {
  for (int fd = 0; fd < 64; fd++) {
    struct stat s;
    if (fstat(fd, &s) != 0) continue;
    say("fd %d inode %ld mode %o at %ld flags %x %d\n", fd, (long)s.st_ino, s.st_mode, (long)lseek(fd, 0, SEEK_CUR),
        fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
  }
}

static void say_process(void) {
  sigset_t mask, pending;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  sigpending(&pending);
  say("mask %016" PRIx64 " pending %016" PRIx64 "\n", hash((unsigned char *)&mask, 8), hash((unsigned char *)&pending, 8));
  for (int signal = 1; signal < 65; signal++) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
      say("signal %d %p %x\n", signal, (void *)action.sa_handler, action.sa_flags);
  }
  stack_t stack;
  sigaltstack(NULL, &stack);
  say("altstack %p %zu %d\n", stack.ss_sp, stack.ss_size, stack.ss_flags);
  struct itimerval timer;
  getitimer(ITIMER_REAL, &timer);
  say("timer %d every %ld\n", timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0, (long)timer.it_interval.tv_sec);
  char name[16], directory[256];
  prctl(PR_GET_NAME, name);
  say("name %s cwd %s break %p\n", name, getcwd(directory, sizeof directory), sbrk(0));
  mode_t mask_of_files = umask(0);
  umask(mask_of_files);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  say("umask %o files %ld uid %d gid %d groups %d\n", mask_of_files, (long)files.rlim_cur, getuid(), getgid(),
      getgroups(0, NULL));
  say("environment %s\n", getenv("CHANGED") != NULL ? getenv("CHANGED") : "-");
}

static void look(mote_call *call) {
  take_registers();
  length = 0;
  say_registers();
  say_process();
  say_descriptors();
  say_memory();
  say_files("/", 0);
  mote_return_text(call, text, length);
}
MOTE_FUNCTION(look, "() -> string")

/* ---- What is changed ------------------------------------------------------------------------------------- */

static int counter;
static char *kept[64];

static void on_signal(int signal) { (void)signal; }

/* Changes what the library has a call for, in ways that a seed chooses. */
static void change(mote_call *call) {
  unsigned seed = (unsigned)mote_get_int(mote_argument(call, 0));
  counter++;
  for (int i = 0; i < 40; i++) {
    seed = seed * 1103515245 + 12345;
    unsigned what = seed >> 16 & 31;
    unsigned n = seed >> 21 & 63;
    char path[64];
    snprintf(path, sizeof path, "/tmp/file-%u", n % 8);
    switch (what) {
      case 0:
      case 1:
        free(kept[n]);
        kept[n] = malloc(1 + n * 3000);
        memset(kept[n], (int)seed, 1 + n * 3000);
        break;
      case 2: {
        char *pages = mmap(NULL, (1 + n) << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(pages, 0x5a, (1 + n) << 12);
        if (n & 1) mprotect(pages, 4096, PROT_READ);
        if (n & 2) munmap(pages + 4096, n << 12);
        break;
      }
      case 3:
        sbrk(n << 8);
        break;
      case 4: {
        int fd = open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
        write(fd, path, n);
        if (n & 1) close(fd);
        break;
      }
      case 5:
        mkdir("/tmp/folder", 0700);
        symlink(path, "/tmp/folder/link");
        break;
      case 6:
        unlink(path);
        break;
      case 7:
        rename(path, "/tmp/renamed");
        break;
      case 8:
        link(path, "/tmp/linked");
        break;
      case 9:
        chmod("/tmp", 0700 | n);
        break;
      case 10: {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        sigaction(SIGUSR1 + (n & 1), &action, NULL);
        break;
      }
      case 11: {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGUSR2);
        sigprocmask(SIG_BLOCK, &set, NULL);
        raise(SIGUSR2);
        break;
      }
      case 12: {
        stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
        sigaltstack(&stack, NULL);
        break;
      }
      case 13: {
        struct itimerval timer = {.it_value.tv_sec = 1000 + n, .it_interval.tv_sec = n};
        setitimer(ITIMER_REAL, &timer, NULL);
        break;
      }
      case 14:
        prctl(PR_SET_NAME, path);
        break;
      case 15:
        chdir(n & 1 ? "/tmp" : "/tmp/folder");
        break;
      case 16:
        umask(n);
        break;
      case 17: {
        int ends[2];
        if (pipe(ends) == 0) write(ends[1], path, n);
        break;
      }
      case 18: {
        int fd = eventfd(n, 0);
        if (n & 1) dup2(fd, 40 + (int)n % 20);
        break;
      }
      case 19:
        close((int)n % 3); /* a standard stream */
        break;
      case 20:
        lseek(3, n, SEEK_SET);
        break;
      case 21: {
        struct rlimit files = {.rlim_cur = 100 + n, .rlim_max = 1000};
        setrlimit(RLIMIT_NOFILE, &files);
        break;
      }
      case 22:
        setresuid((uid_t)-1, (uid_t)-1, n);
        break;
      case 23:
        setenv("CHANGED", path, 1);
        break;
      case 24: {
        int fd = memfd_create("changed", 0);
        write(fd, path, n);
        break;
      }
      case 25:
        truncate("/tmp/kept", n);
        break;
      case 26: {
        int fd = open("/tmp/kept", O_RDWR);
        pwrite(fd, path, n, n);
        flock(fd, LOCK_EX | LOCK_NB);
        break;
      }
      case 27:
        rmdir("/root");
        mkdir("/tmp/more", 0700);
        mknod("/tmp/more/fifo", S_IFIFO | 0600, 0);
        break;
      case 28:
        madvise(kept, 4096, MADV_DONTNEED);
        break;
      default: {
        volatile char deep[4096 * 9];
        for (size_t at = 0; at < sizeof deep; at += 512) deep[at] = (char)seed;
      }
    }
  }
  mote_return_int(call, counter);
}
MOTE_FUNCTION(change, "(seed: i64) -> i64")

/* Every writable byte, and every register: there is nothing left to return to. */
struct range {
  uint64_t start, size;
};

__attribute__((naked, noreturn)) static void wipe_all(struct range *ranges __attribute__((unused)),
                                                       uint64_t way __attribute__((unused))) {
  __asm__ volatile(
      "mov %rdi, %r12\n mov %rsi, %r13\n"
      "1: mov (%r12), %rdi\n test %rdi, %rdi\n jz 2f\n mov 8(%r12), %rcx\n mov $0xa5, %al\n rep stosb\n"
      "add $16, %r12\n jmp 1b\n"
      "2: pcmpeqd %xmm0, %xmm0\n movdqa %xmm0, %xmm1\n movdqa %xmm0, %xmm2\n movdqa %xmm0, %xmm3\n"
      "movdqa %xmm0, %xmm4\n movdqa %xmm0, %xmm5\n movdqa %xmm0, %xmm6\n movdqa %xmm0, %xmm7\n"
      "movdqa %xmm0, %xmm8\n movdqa %xmm0, %xmm9\n movdqa %xmm0, %xmm10\n movdqa %xmm0, %xmm11\n"
      "movdqa %xmm0, %xmm12\n movdqa %xmm0, %xmm13\n movdqa %xmm0, %xmm14\n movdqa %xmm0, %xmm15\n"
      "fninit\n fldpi\n fldpi\n fldpi\n"
      "mov $0x2b, %eax\n mov %eax, %ds\n mov %eax, %es\n"
      "xor %edi, %edi\n mov $0x1002, %edi\n mov $0x77777000, %esi\n mov $158, %eax\n syscall\n"
      "mov $0x1001, %edi\n mov $0x66666000, %esi\n mov $158, %eax\n syscall\n"
      "std\n"
      "cmp $1, %r13\n je 3f\n cmp $2, %r13\n je 4f\n cmp $3, %r13\n je 5f\n cmp $4, %r13\n je 6f\n"
      "ud2\n"
      "3: jmp 3b\n"                                       /* for ever */
      "4: mov $231, %eax\n mov $7, %edi\n syscall\n"      /* exit_group */
      "5: mov (0), %rax\n"                                /* a fault */
      "6: mov $1, %eax\n mov $16, %esi\n xor %edi, %edi\n out %al, $0x7e\n jmp 6b\n"); /* an exchange of nothing */
}

static void wipe(mote_call *call) {
  static char maps[16384];
  struct range *ranges = mmap(NULL, 1 << 14, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int fd = open("/proc/self/maps", O_RDONLY);
  ssize_t size = read(fd, maps, sizeof maps - 1);
  if (size <= 0) abort();
  size_t count = 0;
  char *rest = maps;
  for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != 0;) {
    uint64_t start, end;
    char rights[5];
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &start, &end, rights) != 3) abort();
    bool is_ranges = start <= (uint64_t)ranges && (uint64_t)ranges < end;
    if (rights[1] != 'w' || is_ranges) continue;
    uint64_t from = end - start > 1 << 20 ? end - (1 << 20) : start; /* of the stack what is near its top */
    ranges[count++] = (struct range){from, end - from};
  }
  uint64_t way = (uint64_t)mote_get_int(mote_argument(call, 0));
  wipe_all(ranges, way);
}
MOTE_FUNCTION(wipe, "(way: i64) -> null")

/* Takes memory until there is none. */
static void hog(mote_call *call) {
  (void)call;
  for (;;) {
    char *more = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED) abort();
    memset(more, 1, 1 << 20);
  }
}
MOTE_FUNCTION(hog, "() -> null")

/* Waits in a host function. */
static void ask(mote_call *call) {
  mote_host_call *host = mote_host("wait", 0);
  counter += mote_invoke(host) ? 1 : 2;
  mote_end(host);
  mote_return_int(call, counter);
}
MOTE_FUNCTION(ask, "() -> i64")

/* Leaves text in as many places as it can. */
static void keep_secret(mote_call *call) {
  mote_text secret = mote_get_text(mote_argument(call, 0));
  static char global[256];
  memcpy(global, secret.data, secret.size);
  char *heap = malloc(1 << 20);
  for (size_t at = 0; at + secret.size < 1 << 20; at += 4000) memcpy(heap + at, secret.data, secret.size);
  char *pages = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (size_t at = 0; at + secret.size < 1 << 20; at += 4096) memcpy(pages + at, secret.data, secret.size);
  int fd = open("/tmp/secret", O_WRONLY | O_CREAT, 0600);
  write(fd, secret.data, secret.size);
  volatile char stack[1 << 15];
  for (size_t at = 0; at + secret.size < sizeof stack; at += 2000)
    for (size_t i = 0; i < secret.size; i++) stack[at + i] = secret.data[i];
  munmap(pages + (1 << 19), 1 << 18);
  mote_return_int(call, counter);
}
MOTE_FUNCTION(keep_secret, "(secret: string) -> i64")

static void count(mote_call *call) { mote_return_int(call, ++counter); }
MOTE_FUNCTION(count, "() -> i64")

static void random_bytes(mote_call *call) {
  unsigned char bytes[16];
  if (syscall(SYS_getrandom, bytes, sizeof bytes, 0) != sizeof bytes) abort();
  mote_return_bytes(call, bytes, sizeof bytes);
}
MOTE_FUNCTION(random_bytes, "() -> bytes")

static void monotonic(mote_call *call) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  mote_return_int(call, now.tv_sec * 1000000000L + now.tv_nsec);
}
MOTE_FUNCTION(monotonic, "() -> i64")

int main(void) {
  /* Something of everything is in the snapshot. */
  mkdir("/tmp/there", 0755);
  int fd = open("/tmp/kept", O_RDWR | O_CREAT, 0644);
  for (int i = 0; i < 1000; i++) write(fd, "kept content ", 13);
  lseek(fd, 77, SEEK_SET);
  symlink("/tmp/kept", "/tmp/there/link");
  link("/tmp/kept", "/tmp/there/second");
  int ends[2];
  if (pipe(ends) == 0) write(ends[1], "in the pipe", 11);
  eventfd(3, 0);
  for (int i = 0; i < 8; i++) {
    kept[i] = malloc(5000);
    memset(kept[i], i, 5000);
  }
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  return mote_serve();
}
