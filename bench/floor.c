/* What KVM and the kernel themselves cost on this machine: the floor under every figure of Mote. It is a virtual machine
 * monitor with nothing in it: one memory slot, one vCPU, a guest of a few instructions at CPL 3 that leaves by an OUT.
 *
 *   cc -O2 -o floor floor.c
 *   ./floor            each figure once, one line a figure: name, value, unit
 *   ./floor --serve    one measurement for each line of standard input, one number for each on standard output, so that
 *                      another benchmark can take turns with it
 *
 * What can be asked for, all in microseconds:
 *   exit N      leaving the guest and entering it again, the mean of N
 *   switch N    two exits, and reading and writing what another thread of the guest has in the processor: special registers and
 *               vector registers; the mean of N
 *   create      making a machine, entering a guest that writes to 20 pages, its first exit
 *   destroy     unmaking the machine that `create` made last (both cost more while there is no other machine on the host;
 *               so `exit`, which keeps one, comes last or in a process of its own)
 *   copy N      copying N pages into fresh anonymous memory
 *   recopy N    copying N pages into memory that is there already, and in the cache
 *   coldcopy N  copying N pages into memory that is there already, and was not used for long
 *   touch N     a guest's first write to each of N pages that the host has filled
 *   drop PATH   takes a file out of the page cache; measures nothing
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
  PAGE = 4096,
  MEMORY = 64 << 20,
  TOUCHED_PAGES = 20,

  /* Guest physical memory; guest virtual addresses are the same, all of it open to CPL 3. */
  CODE = 0x1000,
  ROOT = 0x10000, /* page tables of four levels; those of the last level from TABLES on */
  DIRECTORIES = 0x11000,
  DIRECTORY = 0x12000,
  TSS = 0x20000,
  TABLES = 0x100000,
  TOUCHED = 0x800000,

  EXIT_PORT = 0x7e, /* KVM leaves rip behind an OUT to this port (KVM_X86_QUIRK_OUT_7E_INC_RIP) */
  TSS_SIZE = 0x68,
  IO_MAP_SIZE = 8192 + 1,
  TSS_BUSY = 11,
  TSS_AVAILABLE = 9, /* what QEMU's emulation of SVM demands before it honours the I/O map */
};

struct machine {
  uint8_t *memory;
  int vm, vcpu;
  struct kvm_run *run;
};

static int kvm;
static size_t run_size;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int check(int result, const char *what) {
  if (result < 0) err(1, "%s", what);
  return result;
}

static void *map(size_t size, int flags, int fd) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (memory == MAP_FAILED) err(1, "mmap");
  return memory;
}

static void put(uint8_t *memory, uint64_t at, uint64_t value) { memcpy(memory + at, &value, sizeof value); }

/* The guest: writes a byte to each of rcx pages from rdi on, then exits for ever. */
static const uint8_t guest[] = {
    0xc6, 0x07, 0x01,                         /* next: mov byte [rdi], 1 */
    0x48, 0x81, 0xc7, 0x00, 0x10, 0x00, 0x00, /*       add rdi, 4096 */
    0x48, 0xff, 0xc9,                         /*       dec rcx */
    0x75, 0xf1,                               /*       jnz next */
    0xe6, EXIT_PORT,                          /* exit: out EXIT_PORT, al */
    0xeb, 0xfc,                               /*       jmp exit */
};

static int image(void) {
  enum { PRESENT_WRITABLE_USER = 7 };
  int fd = check(memfd_create("image", MFD_CLOEXEC), "memfd_create");
  check(ftruncate(fd, MEMORY), "ftruncate");
  uint8_t *m = map(MEMORY, MAP_SHARED, fd);
  memcpy(m + CODE, guest, sizeof guest);
  put(m, ROOT, DIRECTORIES | PRESENT_WRITABLE_USER);
  put(m, DIRECTORIES, DIRECTORY | PRESENT_WRITABLE_USER);
  for (uint64_t table = 0; table < MEMORY >> 21; table++) {
    uint64_t at = TABLES + table * PAGE;
    put(m, DIRECTORY + table * 8, at | PRESENT_WRITABLE_USER);
    for (uint64_t page = 0; page < 512; page++) {
      put(m, at + page * 8, (table * 512 + page) << 12 | PRESENT_WRITABLE_USER);
    }
  }
  uint16_t io_map = TSS_SIZE;
  memcpy(m + TSS + 0x66, &io_map, sizeof io_map);
  memset(m + TSS + TSS_SIZE, 0, IO_MAP_SIZE); /* every port is open */
  munmap(m, MEMORY);
  return fd;
}

static void set_up(struct machine v) {
  struct kvm_sregs s;
  check(ioctl(v.vcpu, KVM_GET_SREGS, &s), "KVM_GET_SREGS");
  s.cr0 = 0x80050033; /* PG AM WP NE ET MP PE */
  s.cr3 = ROOT;
  s.cr4 = 0x620;  /* OSXMMEXCPT OSFXSR PAE */
  s.efer = 0xd01; /* NXE LMA LME SCE */
  struct kvm_segment code = {.limit = ~0u, .selector = 0x33, .present = 1, .type = 11, .dpl = 3, .s = 1, .l = 1, .g = 1};
  struct kvm_segment data = code;
  data.type = 3, data.selector = 0x2b, data.l = 0, data.db = 1;
  s.cs = code;
  s.ds = s.es = s.fs = s.gs = s.ss = data;
  s.tr = (struct kvm_segment){.base = TSS, .limit = TSS_SIZE + IO_MAP_SIZE - 1, .selector = 0x40, .present = 1};
  s.tr.type = access("/sys/module/kvm_amd", F_OK) == 0 ? TSS_AVAILABLE : TSS_BUSY;
  check(ioctl(v.vcpu, KVM_SET_SREGS, &s), "KVM_SET_SREGS");
  struct kvm_regs r = {.rflags = 2, .rip = CODE, .rsp = 0x8000, .rdi = TOUCHED, .rcx = TOUCHED_PAGES};
  check(ioctl(v.vcpu, KVM_SET_REGS, &r), "KVM_SET_REGS");
}

static void run(struct machine v) {
  check(ioctl(v.vcpu, KVM_RUN, 0), "KVM_RUN");
  if (v.run->exit_reason != KVM_EXIT_IO || v.run->io.port != EXIT_PORT) errx(1, "exit reason %d", v.run->exit_reason);
}

static struct machine create(int image_fd) {
  struct machine v = {.memory = map(MEMORY, MAP_PRIVATE | MAP_NORESERVE, image_fd)};
  v.vm = check(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
  struct kvm_userspace_memory_region slot = {.memory_size = MEMORY, .userspace_addr = (uintptr_t)v.memory};
  check(ioctl(v.vm, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");
  v.vcpu = check(ioctl(v.vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
  v.run = map(run_size, MAP_SHARED, v.vcpu);
  set_up(v);
  run(v);
  return v;
}

static void destroy(struct machine v) {
  munmap(v.run, run_size);
  close(v.vcpu);
  close(v.vm);
  munmap(v.memory, MEMORY);
}

static double copy(long pages) {
  static uint8_t *source;
  static long source_pages;
  if (pages > source_pages) {
    source = realloc(source, pages * PAGE);
    if (source == NULL) err(1, "malloc");
    memset(source, 0x5a, pages * PAGE);
    source_pages = pages;
  }
  double start = now_us();
  uint8_t *fresh = map(pages * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  memcpy(fresh, source, pages * PAGE);
  double took = now_us() - start;
  munmap(fresh, pages * PAGE);
  return took;
}

/* Two buffers that are copied to and fro, as the buffers of a call are used again. */
static double recopy(long pages) {
  static uint8_t *from, *to;
  static long room;
  if (pages > room) {
    from = realloc(from, pages * PAGE);
    to = realloc(to, pages * PAGE);
    if (from == NULL || to == NULL) err(1, "malloc");
    memset(from, 0x5a, pages * PAGE);
    memset(to, 0xa5, pages * PAGE);
    room = pages;
  }
  double start = now_us();
  memcpy(to, from, pages * PAGE);
  double took = now_us() - start;
  uint8_t *other = from;
  from = to;
  to = other;
  return took;
}

/* A garbage-collected heap gives new memory that was last used a collection ago: each copy goes to the next place of 256 MiB. */
static double coldcopy(long pages) {
  enum { RING = 256 << 20 };
  static uint8_t *ring, *from;
  static long room, next;
  if (ring == NULL) {
    ring = map(RING, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    memset(ring, 0x5a, RING);
  }
  if (pages > room) {
    from = realloc(from, pages * PAGE);
    if (from == NULL) err(1, "malloc");
    room = pages;
  }
  memset(from, 0xa5, pages * PAGE); /* in the cache, as what a guest has just written */
  if (next + pages * PAGE > RING) next = 0;
  double start = now_us();
  memcpy(ring + next, from, pages * PAGE);
  double took = now_us() - start;
  next += pages * PAGE;
  return took;
}

static int image_fd;
static struct machine last; /* what `create` made and `destroy` unmakes */
static int there;           /* whether it does */

static double measure_destroy(void) {
  if (!there) errx(1, "destroy without create");
  double start = now_us();
  destroy(last);
  there = 0;
  return now_us() - start;
}

static double measure_create(void) {
  if (there) measure_destroy();
  double start = now_us();
  last = create(image_fd);
  there = 1;
  return now_us() - start;
}

static double measure_touch(long n) {
  if (n > (MEMORY - TOUCHED) / PAGE - TOUCHED_PAGES) errx(1, "%ld pages are too many", n);
  struct machine v = create(image_fd);
  uint64_t first = TOUCHED + TOUCHED_PAGES * PAGE;
  memset(v.memory + first, 0x5a, n * PAGE);
  struct kvm_regs r = {.rflags = 2, .rip = CODE, .rsp = 0x8000, .rdi = first, .rcx = n};
  check(ioctl(v.vcpu, KVM_SET_REGS, &r), "KVM_SET_REGS");
  double start = now_us();
  run(v);
  double took = now_us() - start;
  destroy(v);
  return took;
}

static double drop(const char *path) {
  int fd = check(open(path, O_RDONLY | O_CLOEXEC), path);
  check(fsync(fd), "fsync");
  errno = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  if (errno != 0) err(1, "posix_fadvise");
  close(fd);
  return 0;
}

static double measure_exit(long n) {
  static struct machine v;
  if (v.memory == NULL) v = create(image_fd);
  for (int i = 0; i < 10; i++) run(v);
  double start = now_us();
  for (long i = 0; i < n; i++) run(v);
  return (now_us() - start) / n;
}

static double measure_switch(long n) {
  static struct machine v;
  if (v.memory == NULL) v = create(image_fd);
  static struct kvm_xsave vectors __attribute__((aligned(64)));
  struct kvm_sregs special;
  for (int i = 0; i < 10; i++) run(v);
  double start = now_us();
  for (long i = 0; i < n; i++) {
    run(v);
    run(v);
    check(ioctl(v.vcpu, KVM_GET_SREGS, &special), "KVM_GET_SREGS");
    check(ioctl(v.vcpu, KVM_GET_XSAVE, &vectors), "KVM_GET_XSAVE");
    check(ioctl(v.vcpu, KVM_SET_SREGS, &special), "KVM_SET_SREGS");
    check(ioctl(v.vcpu, KVM_SET_XSAVE, &vectors), "KVM_SET_XSAVE");
  }
  return (now_us() - start) / n;
}

static double measure(const char *what, long n) {
  if (strcmp(what, "exit") == 0 && n > 0) return measure_exit(n);
  if (strcmp(what, "switch") == 0 && n > 0) return measure_switch(n);
  if (strcmp(what, "create") == 0) return measure_create();
  if (strcmp(what, "destroy") == 0) return measure_destroy();
  if (strcmp(what, "touch") == 0 && n > 0) return measure_touch(n);
  if (strcmp(what, "copy") == 0 && n > 0) return copy(n);
  if (strcmp(what, "recopy") == 0 && n > 0) return recopy(n);
  if (strcmp(what, "coldcopy") == 0 && n > 0) return coldcopy(n);
  errx(1, "what is `%s %ld`?", what, n);
}

static void serve(void) {
  char line[4096], what[64], path[4000];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long n = 0;
    if (sscanf(line, "%63s %ld", what, &n) < 1) continue;
    int drops = sscanf(line, "drop %3999[^\n]", path) == 1;
    printf("%.3f\n", drops ? drop(path) : measure(what, n));
    fflush(stdout);
  }
}

static int ascending(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

static double median(double *values, int n) {
  qsort(values, n, sizeof *values, ascending);
  return values[n / 2];
}

static void all(void) {
  enum { ROUNDS = 101 };
  static double exits[ROUNDS], creates[ROUNDS], destroys[ROUNDS], copies[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    creates[i] = measure_create();
    destroys[i] = measure_destroy();
    copies[i] = copy(200);
  }
  for (int i = 0; i < ROUNDS; i++) exits[i] = measure_exit(200);
  printf("exit %.2f us\n", median(exits, ROUNDS));
  printf("create %.1f us\n", median(creates, ROUNDS));
  printf("destroy %.1f us\n", median(destroys, ROUNDS));
  printf("copy-200-pages %.1f us\n", median(copies, ROUNDS));
}

int main(int argc, char **argv) {
  if (argc > 2 || (argc == 2 && strcmp(argv[1], "--serve") != 0)) errx(2, "usage: floor [--serve]");
  kvm = check(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
  run_size = check(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
  image_fd = image();
  if (argc == 2) {
    serve();
  } else {
    all();
  }
}
