// A program that replaces itself: execve and execveat. argv[1] says what is tried.
//   count N       goes through itself N times
//   state         what the next program keeps and what it loses
//   errors        calls that fail, after which the program goes on
//   large         one megabyte of arguments, and too much
//   at            execveat, by descriptors and paths
//   run FILE ...  FILE, with what follows
//   show          prints its arguments
#include "show.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static char *self;
static char *const environment[] = {"FIRST=1", "SECOND=two words", NULL};

static void go(char *const arguments[]) {
  fflush(stdout);
  execve(self, arguments, environment);
  printf("exec failed: %s\n", strerror(errno));
  exit(98);
}

static void count(int left) {
  static char zeros[100000]; // fresh each time
  for (size_t i = 0; i < sizeof zeros; i++) NEED(zeros[i] == 0);
  memset(zeros, 1, sizeof zeros);
  char *heap = sbrk(100000);
  NEED(heap != (char *)-1 && heap[0] == 0 && heap[99999] == 0);
  memset(heap, 1, 100000);
  if (left == 0) {
    printf("there\n");
    return;
  }
  char number[16];
  sprintf(number, "%d", left - 1);
  go((char *[]){self, "count", number, NULL});
}

static void handler(int signal) { printf("signal %d\n", signal); }

static void state(void) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART};
  sigaddset(&action.sa_mask, SIGHUP);
  NEED(sigaction(SIGUSR1, &action, NULL) == 0);
  action.sa_handler = SIG_IGN;
  NEED(sigaction(SIGUSR2, &action, NULL) == 0);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGRTMIN);
  NEED(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0);
  NEED(raise(SIGTERM) == 0 && kill(getpid(), SIGRTMIN) == 0 && kill(getpid(), SIGRTMIN) == 0);
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  NEED(sigaltstack(&stack, NULL) == 0);
  struct itimerval timer = {.it_value.tv_sec = 1000, .it_interval.tv_sec = 7};
  NEED(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  NEED(dup2(1, 20) == 20 && dup2(1, 21) == 21 && fcntl(21, F_SETFD, FD_CLOEXEC) == 0);
  NEED(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) == 3 && dup2(3, 22) == 22);
  NEED(prctl(PR_SET_NAME, "another name") == 0);
  umask(027);
  NEED(mmap((void *)0x10000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
  float big = 1e30f;
  __asm__ volatile("ldmxcsr %0" : : "m"((uint32_t){0x9fc0})); // other rounding, denormals are zero
  __asm__ volatile("movss %0, %%xmm15" : : "m"(big) : "xmm15");
  go((char *[]){self, "state-after", NULL});
}

static void print_file(const char *name) {
  char text[4096];
  int fd = open(name, O_RDONLY);
  NEED(fd >= 0);
  long length = read(fd, text, sizeof text);
  close(fd);
  printf("%s: ", name);
  for (long i = 0; i < length; i++) putchar(text[i] ? text[i] : '|');
  printf(" (%ld)\n", length);
}

static void state_after(void) {
  uint32_t mxcsr;
  uint16_t control;
  __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
  __asm__ volatile("fnstcw %0" : "=m"(control));
  printf("mxcsr %x, x87 control %x\n", mxcsr, control);
  int signals[] = {SIGUSR1, SIGUSR2, SIGTERM};
  for (int i = 0; i < 3; i++) {
    struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } action;
    NEED(syscall(SYS_rt_sigaction, signals[i], NULL, &action, 8) == 0);
    printf("signal %d: handler %p flags %lx mask %lx\n", signals[i], action.handler, action.flags, action.mask);
  }
  unsigned long set;
  NEED(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &set, 8) == 0);
  printf("blocked %lx\n", set);
  NEED(syscall(SYS_rt_sigpending, &set, 8) == 0);
  printf("pending %lx\n", set);
  stack_t stack;
  NEED(sigaltstack(NULL, &stack) == 0);
  printf("alternate stack %d, size %zu\n", stack.ss_flags, stack.ss_size);
  struct itimerval timer;
  NEED(getitimer(ITIMER_REAL, &timer) == 0);
  printf("timer %d, every %ld\n", timer.it_value.tv_sec > 900, timer.it_interval.tv_sec);
  for (int fd = 0; fd < 24; fd++) printf("%c", fcntl(fd, F_GETFD) < 0 ? '-' : 'o');
  printf("\n");
  char name[16];
  NEED(prctl(PR_GET_NAME, name) == 0);
  printf("name %s, umask %o\n", name, umask(0));
  SHOW(msync((void *)0x10000000, 4096, MS_ASYNC));
  print_file("/proc/self/environ");
  char path[4096] = "";
  NEED(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  printf("exe is this: %d, AT_EXECFN is this: %d\n", strcmp(path, self) == 0,
         strcmp((char *)getauxval(AT_EXECFN), self) == 0);
}

static void try(const char *file) {
  printf("%s: ", file);
  SHOW(execve(file, (char *[]){(char *)file, NULL}, environment));
}

static void errors(void) {
  try("missing");
  try("");
  try("folder");
  try("folder/");
  try("plain");
  try("plain/x");
  try("text");
  try("empty");
  try("short-elf");
  try("loop");
  try("no-interpreter");
  try("bad-interpreter");
  try("folder-interpreter");
  try("plain-interpreter");
  try("/proc/self/maps");
  try("/dev/null");
  char *const arguments[] = {self, "show", NULL};
  // By the system call itself: the C library declares that such pointers do not occur.
  SHOW(syscall(SYS_execve, 8, arguments, environment));
  SHOW(syscall(SYS_execve, 0, arguments, environment));
  SHOW(syscall(SYS_execve, self, 8, environment));
  SHOW(syscall(SYS_execve, self, arguments, 8));
  SHOW(syscall(SYS_execve, self, (long[]){8, 0}, environment));
  char *long_path = malloc(5000);
  memset(long_path, 'x', 4999);
  long_path[4999] = 0;
  SHOW(execve(long_path, arguments, environment));
  long_path[300] = 0;
  SHOW(execve(long_path, arguments, environment));
  printf("still here\n");
}

static void large(void) {
  char *many[1002] = {self, "large-after"};
  for (int i = 2; i < 1001; i++) {
    many[i] = malloc(1000);
    memset(many[i], 'a' + i % 26, 999);
    many[i][999] = 0;
  }
  char *too_long = malloc(131073);
  memset(too_long, 'y', 131072);
  too_long[131072] = 0;
  SHOW(execve(self, (char *[]){self, too_long, NULL}, environment));
  static char *too_many[40002];
  for (int i = 0; i < 40000; i++) too_many[i] = many[i % 999 + 2];
  SHOW(execve(self, too_many, environment));
  too_long[131071] = 0; // with its NUL, exactly as long as it may be
  many[1000] = too_long;
  go(many);
}

static void large_after(int argc, char **argv) {
  unsigned long sum = 0;
  for (int i = 0; i < argc; i++) {
    for (char *c = i ? argv[i] : ""; *c; c++) sum = sum * 31 + (unsigned char)*c;
  }
  printf("%d arguments, sum %lx\n", argc, sum);
}

static void at(int step) {
  char next[2] = {(char)('0' + step + 1), 0};
  char *arguments[] = {self, "at", next, NULL};
  fflush(stdout);
  int fd = open(self, O_PATH | O_CLOEXEC);
  int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int script = open("script", O_RDONLY | O_CLOEXEC);
  NEED(fd >= 0 && here >= 0 && script >= 0);
  printf("step %d: name ends %s\n", step, strncmp((char *)getauxval(AT_EXECFN), "/dev/fd/", 8) ? "as given" : "in fd");
  fflush(stdout);
  if (step == 0) {
    SHOW(syscall(SYS_execveat, fd, "", arguments, environment, 0));
    SHOW(syscall(SYS_execveat, fd, "x", arguments, environment, 0));
    SHOW(syscall(SYS_execveat, 77, "x", arguments, environment, 0));
    SHOW(syscall(SYS_execveat, fd, "", arguments, environment, 0x4000));
    SHOW(syscall(SYS_execveat, here, "link", arguments, environment, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_execveat, script, "", arguments, environment, AT_EMPTY_PATH));
    SHOW(syscall(SYS_execveat, here, "", arguments, environment, AT_EMPTY_PATH));
    SHOW(syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH));
  } else if (step == 1) {
    SHOW(syscall(SYS_execveat, AT_FDCWD, self, arguments, environment, 0));
  } else if (step == 2) { // from memory
    int copy = memfd_create("copy", MFD_CLOEXEC);
    int from = open(self, O_RDONLY);
    char part[65536];
    for (long n; (n = read(from, part, sizeof part)) > 0;) NEED(write(copy, part, n) == n);
    SHOW(syscall(SYS_execveat, copy, "", arguments, environment, AT_EMPTY_PATH));
  } else {
    char path[4096] = "";
    NEED(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
    printf("%s\n", path);
    fflush(stdout);
    if (step == 3) { // once more, by the link to what has no name
      SHOW(execve("/proc/self/exe", arguments, environment));
    }
  }
}

int main(int argc, char **argv) {
  self = argv[0];
  const char *what = argc > 1 ? argv[1] : "show";
  if (!strcmp(what, "count")) count(atoi(argv[2]));
  else if (!strcmp(what, "state")) state();
  else if (!strcmp(what, "state-after")) state_after();
  else if (!strcmp(what, "errors")) errors();
  else if (!strcmp(what, "large")) large();
  else if (!strcmp(what, "large-after")) large_after(argc, argv);
  else if (!strcmp(what, "at")) at(argc > 2 ? atoi(argv[2]) : 0);
  else if (!strcmp(what, "run")) {
    fflush(stdout);
    execve(argv[2], argv + 2, environment);
    printf("%s: %s\n", argv[2], strerror(errno));
  } else {
    char name[16];
    prctl(PR_GET_NAME, name);
    printf("%d arguments, name %s:", argc, name);
    for (int i = 1; i < argc; i++) printf(" [%s]", argv[i]);
    printf("\n");
  }
  return 0;
}
