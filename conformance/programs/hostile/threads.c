// Threads that race system calls against munmap, wait at wild addresses, and are as many as there may be.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char *area;
static atomic_int stop;
static const long size = 16 * 4096;

static void *unmaps(void *unused) {
  (void)unused;
  while (!stop) {
    munmap(area + 4096, size - 2 * 4096);
    mmap(area, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    mprotect(area, (size_t)size, PROT_NONE);
    mprotect(area, (size_t)size, PROT_READ | PROT_WRITE);
    madvise(area, (size_t)size, MADV_DONTNEED);
  }
  return NULL;
}

static void *transfers(void *unused) {
  (void)unused;
  int pipes[2], zero = open("/dev/zero", O_RDONLY);
  if (pipe2(pipes, O_NONBLOCK)) return NULL;
  for (int i = 0; i < 3000; i++) {
    char *at = area + (i * 997) % size;
    read(zero, at, 9000);
    write(pipes[1], at, 5000);
    read(pipes[0], at, 5000);
    struct iovec pieces[3] = {{at, 100}, {area, (size_t)size}, {at + 4000, 4000}};
    writev(pipes[1], pieces, 3);
    readv(pipes[0], pieces, 3);
    syscall(SYS_futex, (uintptr_t)at & ~3ul, FUTEX_WAKE, 100, NULL, NULL, 0);
    struct timespec soon = {0, 1000};
    syscall(SYS_futex, (uintptr_t)at & ~3ul, FUTEX_WAIT, 0, &soon, NULL, 0);
  }
  return NULL;
}

static int nothing(void *unused) {
  (void)unused;
  for (;;) pause();
  return 0;
}

int main(void) {
  area = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_t racer, others[3];
  pthread_create(&racer, NULL, unmaps, NULL);
  for (int i = 0; i < 3; i++) pthread_create(&others[i], NULL, transfers, NULL);
  for (int i = 0; i < 3; i++) pthread_join(others[i], NULL);
  stop = 1;
  pthread_join(racer, NULL);
  printf("raced\n");

  static const uintptr_t wild[] = {0, 1, 4, 0x1000, 0x7fffffffe000, 0x7ffffffff000, 0x800000000000, 0xffff800000000000, ~3ul};
  int answers = 0;
  for (unsigned i = 0; i < sizeof wild / sizeof *wild; i++)
    for (int operation = 0; operation < 14; operation++) {
      struct timespec past = {0, 0};
      long result = syscall(SYS_futex, wild[i], operation, 1, &past, wild[i], 1);
      answers += result < 0;
    }
  printf("wild futexes: some refused %d\n", answers > 0);

  long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  char *stacks = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  int made = 0;
  while (made < 10000 && clone(nothing, stacks + 8192 * ((made % 8000) + 1), (int)flags, NULL) > 0) made++;
  printf("threads: at least a thousand %d, then %s\n", made >= 1000, made < 10000 ? strerror(errno) : "");
  printf("wrong flags: %d", clone(nothing, stacks + 8192, CLONE_THREAD, NULL));
  printf(" %s\n", strerror(errno));
  syscall(SYS_exit_group, 0);
}
