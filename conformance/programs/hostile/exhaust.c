// Takes as much as it can of one thing: time, memory in each way, mappings, files, descriptors, names, output.
// `exhaust WHAT [NUMBER]`; what can be refused is refused with an errno, which is told.
#include "hostile.h"
#include <linux/futex.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static void tell(const char *what, long count, int error) {
  printf("%s %ld, then errno %d (%s)\n", what, count, error, strerror(error));
}

static void endless_output(int fd) {
  static char line[1 << 16];
  memset(line, 'y', sizeof line);
  while (write(fd, line, sizeof line) > 0) {}
  _exit(3);
}

// Grows by brk and touches what it got, until it gets no more.
static void memory_by_brk(void) {
  long grown = 0;
  while (1) {
    char *at = sbrk(1 << 16);
    if (at == (void *)-1) break;
    memset(at, 1, 1 << 16);
    grown += 1 << 16;
  }
  tell("brk: MiB", grown >> 20, errno);
}

// Takes address space far beyond the limit, which is no harm, and touches it, which must end.
static void memory_by_mmap(void) {
  for (long mapped = 0; mapped < 1l << 40; mapped += 1 << 24) {
    char *at = mmap(0, 1 << 24, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) {
      tell("mmap", mapped, errno);
      exit(3);
    }
    for (long i = 0; i < 1 << 24; i += PAGE) at[i] = 1;
  }
}

static void memory_by_small_maps(void) {
  for (long pages = 0;; pages++) {
    char *at = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
      tell("pages", pages > 1000, errno);
      exit(0);
    }
    *at = 1;
  }
}

static long deeper(volatile char *above) {
  volatile char frame[4096];
  frame[0] = above[0];
  return deeper(frame) + frame[1];
}

// As many mappings as there may be: neighbours differ in their rights, so that they cannot be joined.
static void mappings(void) {
  int kinds[] = {PROT_NONE, PROT_READ};
  long made = 0;
  while (made < 200000 && mmap(0, PAGE, kinds[made & 1], MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) made++;
  int error = errno;
  printf("%s mappings\n", made > 65000 && made <= 65530 ? "some 65530" : "too few or too many");
  printf("then errno %d\n", error);
}

// One page in each 2 MiB, GiB and 512 GiB: page tables as costly as can be.
static void scatter(void) {
  long made = 0;
  for (long step = 1l << 39; step >= 1l << 21; step >>= 9) {
    for (long at = 1l << 32; at < 0x7f0000000000 && made < 60000; at += step) {
      char *page = mmap((void *)at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (page == MAP_FAILED) {
        tell("scattered", made > 100, errno);
        exit(0);
      }
      *page = 1;
      made++;
    }
  }
  printf("scattered over %ld places\n", made);
}

// The same without eager binding: large reservations, touched in one place each.
static void scatter_touching(void) {
  long made = 0;
  for (long at = 1l << 32; at < 0x7f0000000000; at += 1l << 30) {
    char *area = mmap((void *)at, 1l << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED) {
      tell("areas", made, errno);
      exit(3);
    }
    for (long i = 0; i < 1l << 30; i += 1l << 21) area[i] = 1;
    made++;
  }
}

// Pages at random places, as some allocators ask for them, given back at once: a hint need not be followed.
static void random_hints(void) {
  long wrong = 0;
  for (int i = 0; i < 20000; i++) {
    long hint = (long)(random_bits() & 0x3ffffffff000);
    char *page = mmap((void *)hint, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
      tell("random hints", i, errno);
      exit(3);
    }
    wrong += *page != 0;
    *page = 1;
    munmap(page, PAGE);
  }
  printf("random hints, %ld pages not empty\n", wrong);
}

static void reservations(void) {
  char *last = 0;
  for (int i = 0; i < 100; i++) {
    last = mmap(0, 600l << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (last == MAP_FAILED) {
      tell("reservation", i, errno);
      exit(3);
    }
  }
  mprotect(last + (300l << 30), PAGE, PROT_READ | PROT_WRITE);
  last[300l << 30] = 7;
  printf("%d in the middle of 600 GiB, the hundredth\n", last[300l << 30]);
  mprotect(last, 600l << 30, PROT_READ | PROT_WRITE);
  printf("all of it accessible: %d %d\n", last[300l << 30], last[599l << 30]);
  printf("unmapped: %d\n", munmap(last, 600l << 30));
  char *all = mmap(0, 64l << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  printf("64 TiB: %s\n", all == MAP_FAILED ? "none" : "reserved");
}

static void file_content(void) {
  static char block[1 << 16];
  int fd = open("/tmp/hog", O_CREAT | O_RDWR, 0600);
  long written = 0, n;
  while ((n = write(fd, block, sizeof block)) > 0) written += n;
  tell("KiB of one file", written >> 10, errno);
  printf("truncated: %d", ftruncate(fd, 0));
  printf(", written again: %ld\n", (long)write(fd, block, sizeof block));
  // Sparse: size without content, to the end of all offsets.
  printf("sparse: %d\n", ftruncate(fd, INT64_MAX));
  printf("at the end: %ld\n", call6(SYS_pwrite64, fd, (long)"x", 1, INT64_MAX, 0, 0));
  printf("before it: %ld\n", call6(SYS_pwrite64, fd, (long)"x", 1, INT64_MAX - 1, 0, 0));
  printf("allocated: %ld\n", call6(SYS_fallocate, fd, 0, 0, INT64_MAX, 0, 0));
  printf("allocated: %ld\n", call6(SYS_fallocate, fd, 0, 0, 1l << 40, 0, 0));
}

static void file_count(void) {
  long made = 0;
  char name[64];
  while (1) {
    snprintf(name, sizeof name, "/tmp/file-%ld", made);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) break;
    close(fd);
    made++;
  }
  tell("files", made, errno);
  printf("one fewer: %d", unlink("/tmp/file-7"));
  printf(", one more: %s\n", open("/tmp/file-7", O_CREAT | O_WRONLY, 0600) >= 0 ? "made" : "refused");
}

// Down and down, in relative steps, with the longest names.
static void directory_depth(void) {
  char name[256];
  memset(name, 'd', 255);
  name[255] = 0;
  long depth = 0;
  chdir("/tmp");
  while (mkdir(name, 0700) == 0 && chdir(name) == 0) depth++;
  int error = errno;
  tell("directories deep", depth, error);
  char path[PAGE];
  printf("path: %s\n", getcwd(path, sizeof path) ? "short" : "too long");
  printf("stat: %d\n", stat(".", &(struct stat){0}));
  for (long i = 0; i < depth; i++) chdir("..");
  printf("back: %s\n", getcwd(path, sizeof path));
  printf("renamed: %d\n", rename(name, "other"));
}

static void names(void) {
  char target[4096];
  long made = 0;
  memset(target, 't', sizeof target - 1);
  target[4095] = 0;
  char name[64];
  while (1) {
    snprintf(name, sizeof name, "/tmp/link-%ld", made);
    if (symlink(target, name) != 0) break;
    made++;
  }
  tell("long links", made, errno);
  // Links to links to links, each path as long as a path can be.
  snprintf(target, sizeof target, "/tmp/a");
  unlink("/tmp/link-0");
  printf("loop: %d", symlink("/tmp/loop", "/tmp/loop"));
  printf(" %d", open("/tmp/loop", O_RDONLY));
  printf(" errno %d\n", errno);
}

static void descriptors(void) {
  long made = 0;
  while (dup(1) >= 0) made++;
  tell("dup", made, errno);
  printf("dup2 far away: %d", dup2(1, 100000));
  printf(" %d\n", errno);
  call6(SYS_close_range, 3, ~0u, 0, 0, 0, 0);
  made = 0;
  int fds[2];
  static char block[1 << 16];
  while (pipe2(fds, O_NONBLOCK) == 0) {
    made++;
    while (write(fds[1], block, sizeof block) > 0) {}
    fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
    while (write(fds[1], block, sizeof block) > 0) {}
  }
  tell("full pipes", made, errno);
  call6(SYS_close_range, 3, ~0u, 0, 0, 0, 0);
  made = 0;
  while (eventfd(0, 0) >= 0) made++;
  tell("eventfds", made, errno);
  call6(SYS_close_range, 3, ~0u, 0, 0, 0, 0);
  made = 0;
  int fd;
  while ((fd = memfd_create("m", 0)) >= 0) {
    made++;
    write(fd, block, sizeof block);
  }
  tell("memfds", made, errno);
}

// Nameless files that only mappings hold, each with a page of its own.
static void held_files(void) {
  long made = 0;
  int fd;
  while ((fd = memfd_create("m", 0)) >= 0) {
    if (write(fd, "content", 7) != 7) break;
    if (mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED) break;
    close(fd);
    made++;
  }
  int error = errno;
  printf("%s files held by mappings, then errno %d\n", made > 1000 ? "thousands of" : "too few", error);
}

// The longest text that the layer makes, held by as many open files as there may be.
static void held_texts(void) {
  int kinds[] = {PROT_NONE, PROT_READ};
  for (long made = 0; made < 65000; made++) mmap(0, PAGE, kinds[made & 1], MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long held = 0;
  int fd;
  char c;
  while ((fd = open("/proc/self/maps", O_RDONLY)) >= 0) {
    if (read(fd, &c, 1) != 1) break;
    held++;
  }
  tell("texts held", held, errno);
}

static void locks(void) {
  int fd = open("/tmp/lock", O_CREAT | O_RDWR, 0600);
  long made = 0;
  for (;; made++) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2 * made, .l_len = 1};
    if (fcntl(fd, F_SETLK, &lock) != 0) break;
  }
  tell("locks", made > 1000, errno);
}

static void signals(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, 0);
  for (long i = 0; i < 200000; i++) {
    siginfo_t info = {.si_code = SI_QUEUE};
    if (call6(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN + i % 20, (long)&info, 0, 0, 0) != 0) {
      tell("signals queued", i > 100, EAGAIN);
      return;
    }
  }
  puts("signals queued or dropped");
}

// A page in each of as many files as there may be.
static void scattered_content(void) {
  static char block[PAGE];
  char name[64];
  long made = 0;
  while (1) {
    snprintf(name, sizeof name, "/tmp/file-%ld", made);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    if (fd < 0 || write(fd, block, sizeof block) < 0) break;
    fallocate(fd, 0, 1l << 30, PAGE);
    close(fd);
    made++;
  }
  tell("files with pages", made > 1000, errno);
}

static void long_names(void) {
  char name[300];
  long made = 0;
  memset(name, 'n', sizeof name);
  memcpy(name, "/tmp/", 5);
  for (;; made++) {
    snprintf(name + 250, 24, "%06ld", made);
    if (mknod(name, S_IFREG | 0600, 0) != 0) break;
  }
  tell("long names", made > 1000, errno);
}

static volatile int wait_word;

__attribute__((noreturn)) static int waiting_thread(void *unused) {
  (void)unused;
  while (1) call6(SYS_futex, (long)&wait_word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}

// Threads that wait, each with queued signals of its own.
static void threads(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, 0);
  long made = 0;
  while (1) {
    char *stack = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) break;
    int tid = clone(waiting_thread, stack + 2 * PAGE,
                    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, 0);
    if (tid < 0) break;
    for (int signal = SIGRTMIN; signal < SIGRTMIN + 20; signal++) call6(SYS_tgkill, getpid(), tid, signal, 0, 0, 0);
    made++;
  }
  tell("threads", made > 100, errno);
}

static void timers(void) {
  long made = 0;
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  struct itimerspec far = {.it_value = {.tv_sec = 100000}};
  while (made < 1l << 20 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) {
    timer_settime(timer, 0, &far, 0);
    made++;
  }
  tell("timers", made > 100, errno);
}

// Every file in every set.
static void epoll_watches(void) {
  int files[1000];
  for (int i = 0; i < 1000; i++) files[i] = eventfd(0, 0);
  long made = 0;
  int error = 0;
  while (!error) {
    int set = epoll_create1(0);
    for (int i = 0; i < 1000 && !error; i++) {
      struct epoll_event event = {.events = EPOLLIN | EPOLLOUT};
      if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, files[i], &event) != 0) error = errno;
      made += !error;
    }
  }
  tell("watches", made > 1000, error);
}

// Watches, and events that nobody reads.
static void inotify_watches(void) {
  char name[64];
  long made = 0;
  int notifier = inotify_init1(IN_NONBLOCK), error = 0;
  while (!error && made < 1l << 20) {
    snprintf(name, sizeof name, "/tmp/watched-%ld", made);
    close(open(name, O_CREAT | O_WRONLY, 0600));
    if (inotify_add_watch(notifier, name, IN_ALL_EVENTS) < 0) error = errno;
    made += !error;
  }
  tell("inotify watches", made > 1000, error);
  memset(name, 0, sizeof name);
  for (long i = 0; i < 20000; i++) chmod(i & 1 ? "/tmp/watched-0" : "/tmp/watched-1", 0600);
  puts("events kept or dropped");
}

static void fill(int fd, const void *block, size_t size) {
  while (send(fd, block, size, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {}
}

// Socket pairs of each kind, all full.
static void full_sockets(void) {
  static char block[1 << 16];
  int kinds[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}, pair[2];
  long made = 0;
  while (socketpair(AF_UNIX, kinds[made % 3], 0, pair) == 0) {
    for (int i = 0; i < 2; i++) {
      fill(pair[i], block, sizeof block);
      fill(pair[i], block, 1);
    }
    made++;
  }
  tell("full sockets", made > 100, errno);
}

// Datagrams without a byte, which cost the host more than the guest.
static void datagrams(void) {
  long made = 0, sent = 0;
  while (1) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof self;
    if (fd < 0 || bind(fd, (void *)&self, size) != 0) break;
    getsockname(fd, (void *)&self, &size);
    for (int i = 0; i < 20; i++) {
      if (sendto(fd, "", 0, MSG_DONTWAIT, (void *)&self, sizeof self) != 0) break;
      sent++;
    }
    made++;
  }
  int error = errno;
  tell("sockets full of nothing", made > 100 && sent > 100, error);
}

// Sockets that travel in themselves: nobody can ever receive what is in them.
static void descriptors_in_flight(void) {
  long sent = 0;
  int error = 0;
  while (!error && sent < 2000) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) { error = errno; break; }
    union { struct cmsghdr header; char space[CMSG_SPACE(2 * sizeof(int))]; } control = {0};
    struct iovec one = {.iov_base = "x", .iov_len = 1};
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(2 * sizeof(int))};
    memcpy(CMSG_DATA(&control.header), pair, sizeof pair);
    if (sendmsg(pair[0], &message, MSG_DONTWAIT) < 0) error = errno;
    else sent++;
    close(pair[0]);
    close(pair[1]);
  }
  tell("sockets in themselves", sent > 100, error);
}

// Connections that nobody accepts, closed by whoever made them.
static void unaccepted(void) {
  long made = 0;
  int error = 0;
  while (!error) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    if (listener < 0 || bind(listener, (void *)&at, size) != 0 || listen(listener, 4096) != 0) { error = errno; break; }
    getsockname(listener, (void *)&at, &size);
    for (int i = 0; i < 4096; i++) {
      int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      if (fd < 0 || connect(fd, (void *)&at, sizeof at) != 0) {
        if (fd < 0) error = errno;
        close(fd);
        break;
      }
      fill(fd, "unread", 6);
      close(fd);
      made++;
    }
  }
  tell("unaccepted", made > 100, error);
}

static void abstract_names(void) {
  long made = 0;
  while (1) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memset(name.sun_path, 'a', sizeof name.sun_path);
    name.sun_path[0] = 0;
    memcpy(name.sun_path + 1, &made, sizeof made);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (void *)&name, sizeof name) != 0) break;
    made++;
  }
  tell("abstract names", made > 100, errno);
}

// One call that moves as much as a call can: nothing stops a program from asking.
static void long_calls(void) {
  static char buffer[1 << 20];
  struct { void *base; size_t length; } vector[1024];
  for (int i = 0; i < 1024; i++) vector[i].base = buffer, vector[i].length = sizeof buffer;
  int random = open("/dev/urandom", O_RDONLY);
  int sparse = open("/tmp/sparse", O_CREAT | O_RDWR, 0600);
  int other = open("/tmp/other", O_CREAT | O_RDWR, 0600);
  ftruncate(sparse, 1l << 40);
  int null = open("/dev/null", O_WRONLY);
  while (1) {
    call6(SYS_readv, random, (long)vector, 1024, 0, 0, 0);
    call6(SYS_writev, null, (long)vector, 1024, 0, 0, 0);
    call6(SYS_sendfile, null, sparse, 0, 1l << 40, 0, 0);
    lseek(sparse, 0, SEEK_SET);
    call6(SYS_copy_file_range, sparse, 0, other, 0, 1l << 40, 0);
    call6(SYS_getrandom, (long)buffer, 1l << 40, 0, 0, 0, 0);
  }
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 1 << 12);
  const char *what = argc > 1 ? argv[1] : "";
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (!strcmp(what, "time")) while (1) __asm__ volatile("");
  else if (!strcmp(what, "calls")) while (1) call6(SYS_getppid, 0, 0, 0, 0, 0, 0);
  else if (!strcmp(what, "output")) endless_output(1);
  else if (!strcmp(what, "error-output")) endless_output(2);
  else if (!strcmp(what, "brk")) memory_by_brk();
  else if (!strcmp(what, "mmap")) memory_by_mmap();
  else if (!strcmp(what, "small-maps")) memory_by_small_maps();
  else if (!strcmp(what, "stack")) return (int)deeper(argv[1]);
  else if (!strcmp(what, "mappings")) mappings();
  else if (!strcmp(what, "scatter")) scatter();
  else if (!strcmp(what, "scatter-touching")) scatter_touching();
  else if (!strcmp(what, "random-hints")) random_hints();
  else if (!strcmp(what, "reservations")) reservations();
  else if (!strcmp(what, "file-content")) file_content();
  else if (!strcmp(what, "file-count")) file_count();
  else if (!strcmp(what, "directory-depth")) directory_depth();
  else if (!strcmp(what, "names")) names();
  else if (!strcmp(what, "descriptors")) descriptors();
  else if (!strcmp(what, "held-files")) held_files();
  else if (!strcmp(what, "held-texts")) held_texts();
  else if (!strcmp(what, "locks")) locks();
  else if (!strcmp(what, "signals")) signals();
  else if (!strcmp(what, "scattered-content")) scattered_content();
  else if (!strcmp(what, "long-names")) long_names();
  else if (!strcmp(what, "threads")) threads();
  else if (!strcmp(what, "timers")) timers();
  else if (!strcmp(what, "epoll-watches")) epoll_watches();
  else if (!strcmp(what, "inotify-watches")) inotify_watches();
  else if (!strcmp(what, "full-sockets")) full_sockets();
  else if (!strcmp(what, "datagrams")) datagrams();
  else if (!strcmp(what, "descriptors-in-flight")) descriptors_in_flight();
  else if (!strcmp(what, "unaccepted")) unaccepted();
  else if (!strcmp(what, "abstract-names")) abstract_names();
  else if (!strcmp(what, "long-calls")) long_calls();
  else return 2;
  return 0;
}
