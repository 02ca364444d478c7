// Files mapped privately and read-only: contents, the tail of the last page, beyond the end, rights.
#include "show.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096UL

static sigjmp_buf recover;
static volatile int last_signal, last_code;
static void caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  last_signal = signal;
  last_code = info->si_code;
  siglongjmp(recover, 1);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, NULL);
  sigaction(SIGSEGV, &action, NULL);
  mkdir("/tmp/mote-case", 0755);
  int fd = open("/tmp/mote-case/mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
  NEED(fd >= 0);
  for (int i = 0; i < 10; i++) {
    char block[1000];
    memset(block, 'a' + i, sizeof block);
    NEED(write(fd, block, sizeof block) == sizeof block);
  }
  char *map = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  NEED(map != MAP_FAILED);
  printf("%c %c %c, tail %d\n", map[0], map[5000], map[9999], map[10000]);
  if (sigsetjmp(recover, 1) == 0) {
    printf("read %d\n", map[3 * PAGE]);
  } else {
    printf("beyond the end: signal %d code %d\n", last_signal, last_code);
  }
  map[0] = 'Z';
  char first = 0;
  NEED(pread(fd, &first, 1, 0) == 1);
  printf("private write not in the file: %c %c\n", map[0], first);
  char *second = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
  NEED(second != MAP_FAILED);
  printf("offset: %c %c\n", second[0], second[PAGE - 1]);
  if (sigsetjmp(recover, 1) == 0) {
    second[0] = 1;
    puts("written");
  } else {
    printf("read-only: signal %d code %d\n", last_signal, last_code);
  }
  SHOW_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100));
  int read_only = open("/tmp/mote-case/mapped", O_RDONLY);
  SHOW_OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, read_only, 0));
  SHOW_OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, read_only, 0));
  int write_only = open("/tmp/mote-case/mapped", O_WRONLY);
  SHOW_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, write_only, 0));
  int directory = open("/tmp/mote-case", O_RDONLY);
  SHOW_OK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, directory, 0));
  NEED(close(fd) == 0 && unlink("/tmp/mote-case/mapped") == 0);
  printf("alive after close and unlink: %c\n", map[9999]);
  // A file over a part of an anonymous range, as a loader does it.
  char *range = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(range, '.', 4 * PAGE);
  NEED(mmap(range + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, read_only, PAGE) == range + PAGE);
  printf("%c%c%c%c\n", range[PAGE - 1], range[PAGE], range[2 * PAGE - 1], range[2 * PAGE]);
  return 0;
}
