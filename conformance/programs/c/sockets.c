// Sockets within one process: TCP, UDP and AF_UNIX over loopback, their states, options and errors.
#include "show.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in address(const char *host, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &to.sin_addr);
  return to;
}

static int port_of(int fd) {
  struct sockaddr_in own;
  socklen_t length = sizeof own;
  NEED(getsockname(fd, (struct sockaddr *)&own, &length) == 0);
  return ntohs(own.sin_port);
}

static int to(int fd, const char *host, int port) {
  struct sockaddr_in there = address(host, port);
  return connect(fd, (struct sockaddr *)&there, sizeof there);
}

static int at(int fd, const char *host, int port) {
  struct sockaddr_in here = address(host, port);
  return bind(fd, (struct sockaddr *)&here, sizeof here);
}

static void state(const char *when, int fd) {
  struct pollfd poller = {fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0};
  poll(&poller, 1, 0);
  printf("%s: %x\n", when, poller.revents);
}

static int option(int fd, int level, int name) {
  int value = -7;
  socklen_t length = sizeof value;
  if (getsockopt(fd, level, name, &value, &length) != 0) {
    return -1;
  }
  return value;
}

static int set(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

static void connection(int *ends) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  NEED(listen(listener, 5) == 0);
  ends[0] = socket(AF_INET, SOCK_STREAM, 0);
  NEED(to(ends[0], "127.0.0.1", port_of(listener)) == 0);
  ends[1] = accept(listener, NULL, NULL);
  NEED(ends[1] >= 0);
  close(listener);
}

static void tcp(void) {
  char bytes[64];
  int ends[2];
  int fresh = socket(AF_INET, SOCK_STREAM, 0);
  state("fresh", fresh);
  SHOW(recv(fresh, bytes, 1, 0));
  SHOW(send(fresh, bytes, 1, MSG_NOSIGNAL));
  SHOW(shutdown(fresh, SHUT_WR));
  SHOW(accept(fresh, NULL, NULL));
  SHOW(to(fresh, "127.0.0.1", 1));
  SHOW(to(fresh, "127.0.0.1", 1));
  close(fresh);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  SHOW(listen(listener, 2));
  SHOW(option(listener, SOL_SOCKET, SO_ACCEPTCONN));
  SHOW(accept4(listener, NULL, NULL, 0));
  SHOW(accept4(listener, NULL, NULL, 1));
  state("listener", listener);
  int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  SHOW(to(client, "127.0.0.1", port_of(listener)));
  struct pollfd poller = {client, POLLOUT, 0};
  SHOW(poll(&poller, 1, 1000));
  SHOW(option(client, SOL_SOCKET, SO_ERROR));
  SHOW(to(client, "127.0.0.1", port_of(listener)));
  SHOW(to(client, "127.0.0.1", port_of(listener)));
  state("listener called", listener);
  struct sockaddr_in peer;
  socklen_t length = sizeof peer;
  int server = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  NEED(server >= 0);
  printf("peer: %s same port %d length %u\n", inet_ntoa(peer.sin_addr), ntohs(peer.sin_port) == port_of(client), length);
  SHOW(fcntl(server, F_GETFL) == (O_RDWR | O_NONBLOCK));
  SHOW(listen(client, 1));
  SHOW(at(client, "127.0.0.1", 0));
  state("client", client);
  SHOW(read(server, bytes, 1));
  SHOW(send(client, "hello world", 11, 0));
  usleep(1000);
  state("server", server);
  int waiting = 0;
  SHOW(ioctl(server, FIONREAD, &waiting));
  printf("waiting %d\n", waiting);
  SHOW(recv(server, bytes, 5, MSG_PEEK));
  SHOW(recv(server, bytes, 5, 0));
  SHOW(recv(server, bytes, 50, MSG_DONTWAIT));
  SHOW(recv(server, bytes, 50, MSG_DONTWAIT));
  SHOW(lseek(client, 0, SEEK_SET));
  SHOW(shutdown(client, SHUT_WR));
  usleep(1000);
  state("server after FIN", server);
  state("client after its FIN", client);
  SHOW(read(server, bytes, 5));
  SHOW(send(client, "x", 1, MSG_NOSIGNAL));
  SHOW(send(server, "back", 4, 0));
  SHOW(recv(client, bytes, 50, MSG_WAITALL));
  close(server);
  usleep(1000);
  state("client after both", client);
  SHOW(read(client, bytes, 5));
  close(client);
  close(listener);

  connection(ends);
  close(ends[1]);
  usleep(1000);
  state("peer closed", ends[0]);
  SHOW(send(ends[0], "x", 1, MSG_NOSIGNAL));
  usleep(1000);
  state("reset", ends[0]);
  SHOW(read(ends[0], bytes, 1));
  SHOW(send(ends[0], "x", 1, MSG_NOSIGNAL));
  state("after the error", ends[0]);
  close(ends[0]);

  connection(ends);
  SHOW(send(ends[0], "unread", 6, 0));
  usleep(1000);
  close(ends[1]);
  usleep(1000);
  state("closed with bytes", ends[0]);
  SHOW(option(ends[0], SOL_SOCKET, SO_ERROR) == ECONNRESET);
  SHOW(read(ends[0], bytes, 1));
  close(ends[0]);

  connection(ends);
  struct linger now = {1, 0};
  SHOW(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &now, sizeof now));
  close(ends[1]);
  usleep(1000);
  SHOW(read(ends[0], bytes, 1));
  close(ends[0]);

  connection(ends);
  struct timeval soon = {0, 20000};
  SHOW(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon));
  SHOW(read(ends[0], bytes, 1));
  SHOW(shutdown(ends[0], SHUT_RD));
  state("shut for reading", ends[0]);
  SHOW(read(ends[0], bytes, 1));
  SHOW(shutdown(ends[0], SHUT_RDWR));
  state("shut for both", ends[0]);
  signal(SIGPIPE, SIG_IGN);
  SHOW(write(ends[0], bytes, 1));
  SHOW(shutdown(ends[0], 3));
}

static void addresses(void) {
  int first = socket(AF_INET, SOCK_STREAM, 0);
  SHOW(at(first, "127.0.0.1", 0));
  SHOW(at(first, "127.0.0.1", 0));
  int port = port_of(first);
  printf("ephemeral %d\n", port >= 32768 && port <= 60999);
  int second = socket(AF_INET, SOCK_STREAM, 0);
  SHOW(at(second, "127.0.0.1", port));
  SHOW(at(second, "0.0.0.0", port));
  SHOW(at(second, "127.0.0.2", port));
  SHOW(at(socket(AF_INET, SOCK_STREAM, 0), "203.0.113.1", 0));
  struct sockaddr_in6 six = {.sin6_family = AF_INET6};
  SHOW(bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&six, sizeof six));
  SHOW(bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&six, 4));
  SHOW(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
  SHOW(socket(AF_INET, SOCK_SEQPACKET, 0));
  SHOW(socket(77, SOCK_STREAM, 0));
  SHOW(socket(AF_INET, 9, 0));
  SHOW(bind(0, (struct sockaddr *)&six, sizeof six));
  struct sockaddr_in there = address("127.0.0.1", port);
  SHOW(connect(first, (struct sockaddr *)&there, -1));
  SHOW(connect(first, (struct sockaddr *)&there, 200));

  int both = socket(AF_INET6, SOCK_STREAM, 0);
  SHOW(option(both, IPPROTO_IPV6, IPV6_V6ONLY));
  SHOW(bind(both, (struct sockaddr *)&six, sizeof six));
  SHOW(listen(both, 1));
  socklen_t length = sizeof six;
  getsockname(both, (struct sockaddr *)&six, &length);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  SHOW(to(client, "127.0.0.1", ntohs(six.sin6_port)));
  int server = accept(both, (struct sockaddr *)&six, &length);
  NEED(server >= 0);
  char text[64];
  printf("mapped %s\n", inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text));
  getsockname(server, (struct sockaddr *)&six, &length);
  printf("mapped %s\n", inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text));
}

static void options(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  SHOW(option(fd, SOL_SOCKET, SO_TYPE));
  SHOW(option(fd, SOL_SOCKET, SO_DOMAIN));
  SHOW(option(fd, SOL_SOCKET, SO_PROTOCOL));
  SHOW(option(fd, SOL_SOCKET, SO_REUSEADDR));
  SHOW(set(fd, SOL_SOCKET, SO_REUSEADDR, 5));
  SHOW(option(fd, SOL_SOCKET, SO_REUSEADDR));
  SHOW(set(fd, SOL_SOCKET, SO_KEEPALIVE, 1));
  SHOW(option(fd, SOL_SOCKET, SO_KEEPALIVE));
  SHOW(set(fd, SOL_SOCKET, SO_SNDBUF, 10000));
  SHOW(option(fd, SOL_SOCKET, SO_SNDBUF));
  SHOW(set(fd, SOL_SOCKET, SO_RCVBUF, 1));
  SHOW(option(fd, SOL_SOCKET, SO_RCVBUF));
  SHOW(set(fd, IPPROTO_TCP, TCP_NODELAY, 1));
  SHOW(option(fd, IPPROTO_TCP, TCP_NODELAY));
  SHOW(set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30));
  SHOW(option(fd, IPPROTO_TCP, TCP_KEEPIDLE));
  SHOW(set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 0));
  SHOW(set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000));
  SHOW(set(fd, SOL_SOCKET, 999, 1));
  SHOW(option(fd, SOL_SOCKET, 999));
  SHOW(set(fd, SOL_SOCKET, SO_TYPE, 1));
  int one = 1;
  SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 2));
  SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, 4));
  SHOW(setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &one, 4));
  struct linger linger;
  socklen_t length = sizeof linger;
  SHOW(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length));
  printf("linger %d %d\n", linger.l_onoff, linger.l_linger);
  struct stat facts;
  fstat(fd, &facts);
  printf("mode %o\n", facts.st_mode & S_IFMT);
}

static void udp(void) {
  char bytes[32];
  int server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  SHOW(at(server, "127.0.0.1", 0));
  int client = socket(AF_INET, SOCK_DGRAM, 0);
  SHOW(send(client, "x", 1, 0));
  SHOW(recv(server, bytes, 1, 0));
  struct sockaddr_in there = address("127.0.0.1", port_of(server));
  SHOW(sendto(client, "first", 5, 0, (struct sockaddr *)&there, sizeof there));
  SHOW(sendto(client, "", 0, 0, (struct sockaddr *)&there, sizeof there));
  SHOW(sendto(client, "third", 5, 0, (struct sockaddr *)&there, sizeof there));
  state("arrived", server);
  int waiting = 0;
  ioctl(server, FIONREAD, &waiting);
  printf("waiting %d\n", waiting);
  struct sockaddr_in from;
  socklen_t length = sizeof from;
  SHOW(recvfrom(server, bytes, 3, MSG_TRUNC, (struct sockaddr *)&from, &length));
  printf("from %s same port %d\n", inet_ntoa(from.sin_addr), ntohs(from.sin_port) == port_of(client));
  SHOW(recv(server, bytes, 32, 0));
  SHOW(recv(server, bytes, 32, 0));
  SHOW(recv(server, bytes, 32, 0));
  SHOW(to(client, "127.0.0.1", port_of(server)));
  SHOW(send(client, "x", 1, 0));
  close(server);
  SHOW(send(client, "x", 1, 0));
  usleep(1000);
  state("nobody there", client);
  SHOW(send(client, "x", 1, 0));
  static char much[66000];
  SHOW(send(client, much, sizeof much, 0));
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  SHOW(connect(client, &none, sizeof none));
  SHOW(send(client, "x", 1, 0));
}

static socklen_t named(struct sockaddr_un *name, const char *text, int length) {
  memset(name, 0, sizeof *name);
  name->sun_family = AF_UNIX;
  memcpy(name->sun_path, text, length);
  return offsetof(struct sockaddr_un, sun_path) + length;
}

static void local(int type, const char *text, int size) {
  char bytes[64];
  struct sockaddr_un name;
  socklen_t length = named(&name, text, size);
  int server = socket(AF_UNIX, type, 0);
  SHOW(bind(server, (struct sockaddr *)&name, length));
  int client = socket(AF_UNIX, type, 0);
  SHOW(bind(client, (struct sockaddr *)&name, length));
  SHOW(connect(client, (struct sockaddr *)&name, length));
  SHOW(listen(server, 1));
  SHOW(connect(client, (struct sockaddr *)&name, length));
  int end = type == SOCK_DGRAM ? server : accept(server, NULL, NULL);
  struct sockaddr_un own;
  length = sizeof own;
  SHOW(getpeername(client, (struct sockaddr *)&own, &length));
  printf("name of %u bytes\n", length);
  length = sizeof own;
  SHOW(getsockname(client, (struct sockaddr *)&own, &length));
  printf("name of %u bytes\n", length);
  SHOW(write(client, "one", 3));
  SHOW(write(client, "two", 3));
  SHOW(read(end, bytes, 64));
  SHOW(recv(end, bytes, 64, MSG_DONTWAIT));
  struct ucred who;
  length = sizeof who;
  getsockopt(client, SOL_SOCKET, SO_PEERCRED, &who, &length);
  printf("peer is me: %d\n", who.pid == getpid());
  close(end);
  close(server);
  state("closed", client);
  SHOW(send(client, "x", 1, MSG_NOSIGNAL));
  SHOW(send(client, "x", 1, MSG_NOSIGNAL));
  close(client);
}

static void descriptors(void) {
  int ends[2];
  NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  int pipes[2];
  NEED(pipe(pipes) == 0);
  char data[4] = "abc";
  struct iovec vector = {data, 3};
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
  } control;
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(2 * sizeof(int));
  memcpy(CMSG_DATA(header), pipes, sizeof pipes);
  SHOW(sendmsg(ends[0], &message, 0));
  SHOW(write(ends[0], "more", 4));
  close(pipes[0]);
  close(pipes[1]);
  memset(&control, 0, sizeof control);
  char room[16];
  vector = (struct iovec){room, sizeof room};
  message.msg_controllen = sizeof control.bytes;
  SHOW(recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC));
  printf("control %zu flags %x\n", message.msg_controllen, message.msg_flags & ~MSG_CMSG_CLOEXEC);
  memcpy(pipes, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof pipes);
  SHOW(write(pipes[1], "through", 7));
  SHOW(read(pipes[0], room, 16));
  SHOW(fcntl(pipes[0], F_GETFD));
  SHOW(read(ends[1], room, 16));
  message.msg_controllen = 12;
  SHOW(sendmsg(ends[0], &message, MSG_DONTWAIT));
  message.msg_controllen = sizeof control.bytes;
  header->cmsg_len = 1000;
  SHOW(sendmsg(ends[0], &message, MSG_DONTWAIT));
  header->cmsg_len = CMSG_LEN(sizeof(int));
  *(int *)CMSG_DATA(header) = 999;
  SHOW(sendmsg(ends[0], &message, MSG_DONTWAIT));
  message.msg_iovlen = 5000;
  SHOW(sendmsg(ends[0], &message, MSG_DONTWAIT));
  SHOW(shutdown(ends[0], SHUT_WR));
  state("shut", ends[1]);
  SHOW(shutdown(ends[0], SHUT_RD));
  state("shut", ends[1]);
  state("shut", ends[0]);
}

static void the_interface(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq lo = {.ifr_name = "lo"}, none = {.ifr_name = "lo1"};
  SHOW(ioctl(fd, SIOCGIFINDEX, &lo));
  SHOW(lo.ifr_ifindex);
  SHOW(ioctl(fd, SIOCGIFNAME, &lo));
  printf("%s\n", lo.ifr_name);
  SHOW(ioctl(fd, SIOCGIFMTU, &lo));
  SHOW(lo.ifr_mtu);
  SHOW(ioctl(fd, SIOCGIFHWADDR, &lo));
  SHOW(lo.ifr_hwaddr.sa_family);
  SHOW(ioctl(fd, SIOCGIFINDEX, &none));
  none.ifr_ifindex = 1000000;
  SHOW(ioctl(fd, SIOCGIFNAME, &none));
  SHOW(ioctl(0, SIOCGIFINDEX, &lo));
  SHOW(close(fd));
}

int main(void) {
  the_interface();
  tcp();
  addresses();
  options();
  udp();
  unlink("/tmp/mote-case-socket");
  local(SOCK_STREAM, "/tmp/mote-case-socket", 22);
  unlink("/tmp/mote-case-socket");
  local(SOCK_SEQPACKET, "\0mote-case", 10);
  local(SOCK_DGRAM, "\0mote-case", 10);
  SHOW(socketpair(AF_INET, SOCK_STREAM, 0, (int[2]){0, 0}));
  descriptors();
  struct ifaddrs *all;
  SHOW(getifaddrs(&all));
  return 0;
}
