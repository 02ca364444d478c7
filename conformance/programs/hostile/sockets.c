// Sockets and epoll as no program should use them; every answer has a native one.
#include "hostile.h"
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

static void show(const char *what, long result) { printf("%s: %ld errno %d\n", what, result, result < 0 ? errno : 0); }

static int epoll_add(int set, int fd, unsigned events) {
  struct epoll_event event = {.events = events};
  return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static void epoll_loops(void) {
  int sets[8];
  for (int i = 0; i < 8; i++) sets[i] = epoll_create1(0);
  show("itself", epoll_add(sets[0], sets[0], EPOLLIN));
  for (int i = 0; i < 7; i++) show("chain", epoll_add(sets[i], sets[i + 1], EPOLLIN));
  show("back", epoll_add(sets[7], sets[0], EPOLLIN));
  show("back by two", epoll_add(sets[2], sets[0], EPOLLIN));
  show("twice", epoll_add(sets[0], sets[1], EPOLLIN));
  int pair[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  show("the last", epoll_add(sets[4], pair[0], EPOLLIN));
  struct epoll_event events[4];
  show("nothing", epoll_wait(sets[0], events, 4, 0));
  write(pair[1], "x", 1);
  show("through all", epoll_wait(sets[0], events, 4, 0));
  int copy = dup(pair[0]);
  close(pair[0]);
  show("of a copy", epoll_wait(sets[4], events, 4, 0));
  show("gone by number", epoll_ctl(sets[4], EPOLL_CTL_DEL, pair[0], events));
  close(copy);
  show("gone", epoll_wait(sets[4], events, 4, 0));
  show("no room", epoll_wait(sets[4], events, 0, 0));
  show("bad room", call6(SYS_epoll_wait, sets[4], (long)events, -1, 0, 0, 0));
  show("too much room", call6(SYS_epoll_wait, sets[4], (long)events, INT32_MAX, 0, 0, 0));
  show("not a set", epoll_wait(pair[1], events, 1, 0));
  show("exclusive set", epoll_add(sets[5], sets[6], EPOLLIN | EPOLLEXCLUSIVE));
  show("exclusive one-shot", epoll_add(sets[5], pair[1], EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT));
  show("a file", epoll_add(sets[5], open("/proc/self/exe", O_RDONLY), EPOLLIN));
  show("bad event", epoll_ctl(sets[5], EPOLL_CTL_ADD, pair[1], 0));
  show("bad operation", epoll_ctl(sets[5], 9, pair[1], events));
  for (int i = 0; i < 8; i++) close(sets[i]);
}

static long send_rights(int over, int count, const int *fds) {
  _Alignas(8) char control[CMSG_SPACE(300 * sizeof(int))] = {0};
  struct iovec one = {"x", 1};
  struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(count * sizeof(int))};
  struct cmsghdr header = {.cmsg_len = CMSG_LEN(count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(control, &header, sizeof header);
  memcpy(control + CMSG_LEN(0), fds, count * sizeof(int));
  return sendmsg(over, &message, MSG_DONTWAIT);
}

static void rights(void) {
  int pair[2], fds[300];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  for (int i = 0; i < 300; i++) fds[i] = pair[1];
  show("many", send_rights(pair[0], 253, fds));
  show("too many", send_rights(pair[0], 254, fds));
  fds[1] = -1;
  show("a bad one", send_rights(pair[0], 2, fds));
  char byte[8];
  _Alignas(8) char control[4096];
  struct iovec one = {byte, 8};
  struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 30};
  show("three of many", recvmsg(pair[1], &message, 0));
  printf("flags %#x control %zu\n", message.msg_flags, (size_t)message.msg_controllen);
  // In themselves and in each other; more than may be on their way if nobody cleaned up.
  long failed = 0;
  for (int round = 0; round < 300; round++) {
    int a[2], b[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, a);
    socketpair(AF_UNIX, SOCK_STREAM, 0, b);
    failed += send_rights(a[0], 2, a) != 1;
    failed += send_rights(b[0], 2, a) != 1;
    failed += send_rights(a[1], 2, b) != 1;
    for (int i = 0; i < 2; i++) close(a[i]), close(b[i]);
  }
  printf("cycles that could not be sent: %ld\n", failed);
  int inner[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, inner);
  show("and still", send_rights(inner[0], 1, inner));
}

static void names(void) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  int fd;
  static const long sizes[] = {0, 1, 2, 3, 4, 107, 108, 109, 110, 111, 128, 129, INT32_MAX, -1, INT32_MIN};
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    memset(name.sun_path, 0, sizeof name.sun_path);
    memcpy(name.sun_path, "\0mote", 5);
    name.sun_path[6] = (char)('a' + i);
    long result = call6(SYS_bind, fd, (long)&name, sizes[i], 0, 0, 0);
    printf("abstract %ld: %ld", sizes[i], result);
    struct sockaddr_un told = {0};
    socklen_t size = sizeof told;
    if (sizes[i] != 2) getsockname(fd, (void *)&told, &size), printf(" told %u", size);
    printf("\n");
    close(fd);
  }
  chdir("/tmp");
  for (int length = 105; length <= 108; length++) {
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    memset(name.sun_path, 'p', sizeof name.sun_path);
    memcpy(name.sun_path, "mote-case-", 10);
    if (length < 108) name.sun_path[length] = 0;
    show("path", bind(fd, (void *)&name, sizeof name));
    struct sockaddr_un told;
    socklen_t size = sizeof told;
    getsockname(fd, (void *)&told, &size);
    printf("told %u\n", size);
    show("again", bind(fd, (void *)&name, sizeof name));
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    show("taken", bind(other, (void *)&name, sizeof name));
    show("nobody listens", connect(other, (void *)&name, sizeof name));
    char path[120] = {0};
    memcpy(path, name.sun_path, length < 108 ? (size_t)length : 108);
    unlink(path);
    show("no such", connect(other, (void *)&name, sizeof name));
    close(fd), close(other);
  }
  int socket4 = socket(AF_INET, SOCK_DGRAM, 0), socket6 = socket(AF_INET6, SOCK_DGRAM, 0);
  struct sockaddr_in6 any = {0};
  static const short families[] = {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, 77};
  for (int family = 0; family < 5; family++) {
    any.sin6_family = (sa_family_t)families[family];
    for (int size = 0; size < 34; size += size == 2 || size == 16 || size == 24 ? 4 : 1) {
      int f4 = socket(AF_INET, SOCK_DGRAM, 0), f6 = socket(AF_INET6, SOCK_DGRAM, 0);
      printf("family %d size %d: %ld %ld", families[family], size, call6(SYS_bind, f4, (long)&any, size, 0, 0, 0), call6(SYS_bind, f6, (long)&any, size, 0, 0, 0));
      printf(" %ld %ld\n", call6(SYS_sendto, socket4, (long)"x", 1, 0, (long)&any, size), call6(SYS_sendto, socket6, (long)"x", 1, 0, (long)&any, size));
      close(f4), close(f6);
    }
  }
}

static int pair_of(int type, int *fds) { return socketpair(AF_UNIX, type, 0, fds); }

static void messages(void) {
  int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
  static const int flags[] = {0, MSG_PEEK, MSG_TRUNC, MSG_WAITALL, MSG_PEEK | MSG_TRUNC, MSG_PEEK | MSG_WAITALL, MSG_ERRQUEUE, 0x80000, MSG_CTRUNC};
  for (int t = 0; t < 3; t++) {
    for (unsigned f = 0; f < sizeof flags / sizeof *flags; f++) {
      int fds[2];
      char room[4];
      pair_of(types[t], fds);
      show("sent", send(fds[0], "abcdefgh", 8, MSG_NOSIGNAL));
      printf("type %d flags %#x: ", types[t], flags[f]);
      show("first", recv(fds[1], room, 4, flags[f] | MSG_DONTWAIT));
      show("second", recv(fds[1], room, 4, MSG_DONTWAIT));
      show("third", recv(fds[1], room, 4, MSG_DONTWAIT));
      show("none", recv(fds[1], 0, 0, MSG_DONTWAIT));
      close(fds[0]), close(fds[1]);
    }
  }
  int fds[2];
  pair_of(SOCK_STREAM, fds);
  char buffer[64] = "0123456789";
  _Alignas(8) char control[256];
  // Ranges that overlap, that are nowhere, too many, too long.
  struct iovec ranges[] = {{buffer, 4}, {buffer + 2, 4}, {0, 0}, {buffer + 1, 3}};
  struct msghdr message = {.msg_iov = ranges, .msg_iovlen = 4};
  show("overlapping", sendmsg(fds[0], &message, 0));
  show("into themselves", recvmsg(fds[1], &message, MSG_DONTWAIT));
  printf("%.11s\n", buffer);
  for (int i = 0; i < 5; i++) {
    static const long counts[] = {1025, -1, INT64_MAX, 1l << 32, 1024};
    message = (struct msghdr){.msg_iov = i == 4 ? 0 : ranges, .msg_iovlen = (size_t)counts[i]};
    show("count", sendmsg(fds[0], &message, MSG_DONTWAIT));
  }
  struct iovec longest[] = {{buffer, (size_t)INT64_MAX}, {buffer, (size_t)-1}};
  message = (struct msghdr){.msg_iov = longest, .msg_iovlen = 2};
  show("too long", sendmsg(fds[0], &message, MSG_DONTWAIT));
  show("no header", call6(SYS_sendmsg, fds[0], 8, 0, 0, 0, 0));
  struct iovec one = {"x", 1};
  static const unsigned long lengths[] = {0, 1, 15, 16, 17, 19, 20, 24, 25, 255, 256, 257, (unsigned long)INT64_MAX, (unsigned long)-1, 1ul << 32};
  for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    for (unsigned j = 0; j < 4; j++) {
      memset(control, 0, sizeof control);
      struct cmsghdr header = {.cmsg_len = lengths[i], .cmsg_level = j == 3 ? 77 : SOL_SOCKET, .cmsg_type = j == 0 ? SCM_RIGHTS : j == 1 ? SCM_CREDENTIALS : 99};
      int at = (int)j % 2; // not aligned
      memcpy(control + at, &header, sizeof header);
      message = (struct msghdr){.msg_iov = &one, .msg_iovlen = 1, .msg_control = control + at, .msg_controllen = 64};
      printf("cmsg of %ld, %u: ", (long)lengths[i], j);
      show("", sendmsg(fds[0], &message, MSG_DONTWAIT));
    }
    message = (struct msghdr){.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = lengths[i]};
    memset(control, 0, sizeof control);
    printf("control of %ld: ", (long)lengths[i]);
    show("", sendmsg(fds[0], &message, MSG_DONTWAIT));
  }
  message = (struct msghdr){.msg_iov = &one, .msg_iovlen = 1, .msg_control = (void *)8, .msg_controllen = 64};
  show("control nowhere", sendmsg(fds[0], &message, MSG_DONTWAIT));
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof self;
  bind(udp, (void *)&self, size);
  getsockname(udp, (void *)&self, &size);
  char *large = calloc(1, 70000);
  int datagrams[] = {0, 1, 65507, 65508, 65535, 65536, 70000};
  for (int i = 0; i < 7; i++) {
    show("datagram", sendto(udp, large, datagrams[i], MSG_DONTWAIT, (void *)&self, sizeof self));
    show("arrives", recv(udp, large, 70000, MSG_DONTWAIT));
  }
}

static void connections(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof self;
  bind(fd, (void *)&self, size);
  getsockname(fd, (void *)&self, &size);
  show("to itself", connect(fd, (void *)&self, sizeof self));
  char byte = 0;
  show("says", send(fd, "m", 1, MSG_NOSIGNAL));
  show("hears", recv(fd, &byte, 1, MSG_DONTWAIT));
  show("says no more", shutdown(fd, SHUT_WR));
  show("hears the end", recv(fd, &byte, 1, 0));
  show("says after the end", send(fd, "m", 1, MSG_NOSIGNAL));
  show("listens", listen(fd, 1));
  close(fd);
  int backlogs[] = {0, 1, -1, INT32_MAX, INT32_MIN};
  for (int i = 0; i < 5; i++) {
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0mote-backlog"};
    bind(listener, (void *)&name, 20);
    show("backlog", listen(listener, backlogs[i]));
    int made = 0, error = 0;
    for (; made < 20 && !error; made++) {
      int caller = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
      if (connect(caller, (void *)&name, 20) != 0) error = errno;
    }
    printf("%d in the queue, errno %d\n", made, error);
    close(listener);
    for (int j = 3; j < 60; j++) close(j);
  }
  int kinds[] = {SHUT_RD, SHUT_WR, SHUT_RDWR, 3, -1};
  for (int i = 0; i < 5; i++) {
    int pair[2];
    pair_of(SOCK_STREAM, pair);
    send(pair[1], "left", 4, 0);
    show("shutdown", shutdown(pair[0], kinds[i]));
    show("again", shutdown(pair[0], kinds[i]));
    show("there", recv(pair[0], &byte, 1, MSG_DONTWAIT));
    show("to there", send(pair[1], "m", 1, MSG_NOSIGNAL));
    show("from there", send(pair[0], "m", 1, MSG_NOSIGNAL));
    struct pollfd both[] = {{.fd = pair[0], .events = POLLIN | POLLOUT | POLLRDHUP}, {.fd = pair[1], .events = POLLIN | POLLOUT | POLLRDHUP}};
    poll(both, 2, 0);
    printf("poll %#x %#x\n", both[0].revents, both[1].revents);
    close(pair[0]), close(pair[1]);
  }
}

static int waited_on;

static void *closer(void *unused) {
  (void)unused;
  usleep(20000);
  close(waited_on);
  usleep(20000);
  return 0;
}

// A thread closes, or shuts down, what another one waits in.
static void races(void) {
  for (int round = 0; round < 3; round++) {
    int pair[2];
    pair_of(SOCK_STREAM, pair);
    struct timeval soon = {.tv_usec = 60000};
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    waited_on = pair[0];
    pthread_t thread;
    pthread_create(&thread, 0, closer, 0);
    char byte;
    struct pollfd one = {.fd = pair[0], .events = POLLIN};
    struct epoll_event event;
    int set = epoll_create1(0);
    epoll_add(set, pair[0], EPOLLIN);
    switch (round) {
      case 0: show("recv", recv(pair[0], &byte, 1, 0)); break;
      case 1: show("poll", poll(&one, 1, 60)); break;
      default: show("epoll", epoll_wait(set, &event, 1, 60)); break;
    }
    show("its end", send(pair[1], "m", 1, MSG_NOSIGNAL));
    pthread_join(thread, 0);
    close(pair[1]), close(set);
  }
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 1 << 12);
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "epoll")) epoll_loops();
  else if (!strcmp(what, "rights")) rights();
  else if (!strcmp(what, "names")) names();
  else if (!strcmp(what, "messages")) messages();
  else if (!strcmp(what, "connections")) connections();
  else if (!strcmp(what, "races")) races();
  else return 2;
  return 0;
}
