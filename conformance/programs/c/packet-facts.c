// What goes with datagrams over loopback: where they went to, hops, traffic class; asked for by option and by sendmsg, for IPv4,
// IPv6 and IPv4 at a socket of IPv6; and control buffers that are too small or wrong.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in6 last_source;

static void show_address(int family, const void *address) {
  char text[INET6_ADDRSTRLEN];
  printf("%s", inet_ntop(family, address, text, sizeof text));
}

static void show_control(struct msghdr *message) {
  printf(" flags %#x control %zu:", message->msg_flags, (size_t)message->msg_controllen);
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
    int value = 0;
    size_t size = c->cmsg_len - CMSG_LEN(0);
    printf(" [%d %d %zu: ", c->cmsg_level, c->cmsg_type, size);
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO && size == sizeof(struct in_pktinfo)) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(c), sizeof info);
      printf("at %d ", info.ipi_ifindex);
      show_address(AF_INET, &info.ipi_spec_dst);
      printf(" ");
      show_address(AF_INET, &info.ipi_addr);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO && size == sizeof(struct in6_pktinfo)) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(c), sizeof info);
      printf("at %d ", info.ipi6_ifindex);
      show_address(AF_INET6, &info.ipi6_addr);
    } else {
      memcpy(&value, CMSG_DATA(c), size < sizeof value ? size : sizeof value);
      printf("%d", value);
    }
    printf("]");
  }
  printf("\n");
}

static void receive(const char *what, int fd, size_t room) {
  char byte[16];
  _Alignas(8) char control[512];
  memset(control, 0x55, sizeof control);
  struct iovec one = {byte, sizeof byte};
  struct msghdr message = {.msg_name = &last_source, .msg_namelen = sizeof last_source, .msg_iov = &one, .msg_iovlen = 1,
                           .msg_control = control, .msg_controllen = room};
  ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT);
  printf("%s: %zd", what, count);
  if (count < 0) printf(" errno %d\n", errno);
  else show_control(&message);
}

struct one { int level, type, size; const void *data; };

static void send_with(const char *what, int fd, const void *to, socklen_t size, int count, const struct one *all) {
  _Alignas(8) char control[512] = {0};
  struct iovec one = {"x", 1};
  struct msghdr message = {.msg_name = (void *)to, .msg_namelen = size, .msg_iov = &one, .msg_iovlen = 1,
                           .msg_control = control, .msg_controllen = sizeof control};
  size_t used = 0;
  for (int i = 0; i < count; i++) {
    struct cmsghdr header = {.cmsg_len = CMSG_LEN(all[i].size), .cmsg_level = all[i].level, .cmsg_type = all[i].type};
    memcpy(control + used, &header, sizeof header);
    memcpy(control + used + CMSG_LEN(0), all[i].data, all[i].size);
    used += CMSG_SPACE(all[i].size);
  }
  message.msg_controllen = used;
  ssize_t sent = sendmsg(fd, &message, 0);
  printf("send %s: %zd errno %d\n", what, sent, sent < 0 ? errno : 0);
}

static int make(int family, const void *address, socklen_t size, void *bound) {
  int fd = socket(family, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, address, size) != 0) {
    printf("bind: errno %d\n", errno);
    exit(1);
  }
  getsockname(fd, bound, &size);
  return fd;
}

static void option(int fd, int level, int name, int value) {
  int result = setsockopt(fd, level, name, &value, sizeof value), now = -7;
  int error = result < 0 ? errno : 0;
  socklen_t size = sizeof now;
  getsockopt(fd, level, name, &now, &size);
  printf("option %d %d = %d: %d errno %d, now %d\n", level, name, value, result, error, now);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 4096);
  int number, byte = 0;
  struct sockaddr_in at4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int receiver = make(AF_INET, &at4, sizeof at4, &at4);
  int sender = socket(AF_INET, SOCK_DGRAM, 0);
  send_with("before any option", sender, &at4, sizeof at4, 0, 0);
  receive("nothing asked for", receiver, 256);
  option(receiver, IPPROTO_IP, IP_PKTINFO, 1);
  option(receiver, IPPROTO_IP, IP_RECVTTL, 5);
  option(receiver, IPPROTO_IP, IP_RECVTOS, 1);
  send_with("IPv4", sender, &at4, sizeof at4, 0, 0);
  receive("all of IPv4", receiver, 256);
  for (size_t room = 0; room < 90; room += 7) {
    send_with("for little room", sender, &at4, sizeof at4, 0, 0);
    printf("room %zu ", room);
    receive("little room", receiver, room);
  }
  option(sender, IPPROTO_IP, IP_TTL, 9);
  option(sender, IPPROTO_IP, IP_TOS, 0x28);
  send_with("with options", sender, &at4, sizeof at4, 0, 0);
  receive("of options", receiver, 256);
  number = 17;
  byte = 0x48;
  struct one ttl = {IPPROTO_IP, IP_TTL, 4, &number}, tos = {IPPROTO_IP, IP_TOS, 4, &byte}, tos1 = {IPPROTO_IP, IP_TOS, 1, &byte};
  send_with("ttl and tos", sender, &at4, sizeof at4, 2, (struct one[]){ttl, tos});
  receive("ttl and tos", receiver, 256);
  send_with("tos of a byte", sender, &at4, sizeof at4, 1, &tos1);
  receive("tos of a byte", receiver, 256);
  int wrong[] = {0, 256, -1, 1 << 30};
  for (int i = 0; i < 4; i++) {
    struct one bad = {IPPROTO_IP, IP_TTL, 4, &wrong[i]}, bad_tos = {IPPROTO_IP, IP_TOS, 4, &wrong[i]};
    send_with("bad ttl", sender, &at4, sizeof at4, 1, &bad);
    if (wrong[i]) send_with("bad tos", sender, &at4, sizeof at4, 1, &bad_tos);
  }
  struct one short_ttl = {IPPROTO_IP, IP_TTL, 3, &number}, unknown = {IPPROTO_IP, 99, 4, &number};
  send_with("short ttl", sender, &at4, sizeof at4, 1, &short_ttl);
  send_with("unknown", sender, &at4, sizeof at4, 1, &unknown);
  struct one other = {IPPROTO_IPV6, IPV6_HOPLIMIT, 4, &number}, socket_level = {SOL_SOCKET, 77, 4, &number};
  send_with("of the other family", sender, &at4, sizeof at4, 1, &other);
  send_with("of the socket", sender, &at4, sizeof at4, 1, &socket_level);
  struct in_pktinfo info = {.ipi_ifindex = 1, .ipi_spec_dst.s_addr = htonl(0x7f000005)};
  struct one from = {IPPROTO_IP, IP_PKTINFO, sizeof info, &info};
  while (recv(receiver, &byte, 1, MSG_DONTWAIT) >= 0) {}
  send_with("from 127.0.0.5", sender, &at4, sizeof at4, 1, &from);
  receive("from 127.0.0.5", receiver, 256);
  show_address(AF_INET, &((struct sockaddr_in *)&last_source)->sin_addr);
  info.ipi_spec_dst.s_addr = htonl(0x08080808);
  send_with(" from elsewhere", sender, &at4, sizeof at4, 1, &from);
  info = (struct in_pktinfo){.ipi_ifindex = 4711};
  send_with("from no interface", sender, &at4, sizeof at4, 1, &from);

  struct sockaddr_in6 at6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int receiver6 = make(AF_INET6, &at6, sizeof at6, &at6);
  int sender6 = socket(AF_INET6, SOCK_DGRAM, 0);
  option(receiver6, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  option(receiver6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  option(receiver6, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
  send_with("IPv6", sender6, &at6, sizeof at6, 0, 0);
  receive("all of IPv6", receiver6, 256);
  for (size_t room = 0; room < 90; room += 9) {
    send_with("for little room", sender6, &at6, sizeof at6, 0, 0);
    printf("room %zu ", room);
    receive("little room", receiver6, room);
  }
  option(sender6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 3);
  option(sender6, IPPROTO_IPV6, IPV6_TCLASS, 0x60);
  send_with("with options", sender6, &at6, sizeof at6, 0, 0);
  receive("of options", receiver6, 256);
  int hops = 77, class = 0x90, usual = -1, large = 256;
  struct one limit = {IPPROTO_IPV6, IPV6_HOPLIMIT, 4, &hops}, traffic = {IPPROTO_IPV6, IPV6_TCLASS, 4, &class};
  send_with("both", sender6, &at6, sizeof at6, 2, (struct one[]){traffic, limit});
  receive("both", receiver6, 256);
  struct one usual_limit = {IPPROTO_IPV6, IPV6_HOPLIMIT, 4, &usual}, large_limit = {IPPROTO_IPV6, IPV6_HOPLIMIT, 4, &large};
  struct one large_traffic = {IPPROTO_IPV6, IPV6_TCLASS, 4, &large}, long_limit = {IPPROTO_IPV6, IPV6_HOPLIMIT, 8, &(long){5}};
  send_with("the usual limit", sender6, &at6, sizeof at6, 1, &usual_limit);
  receive("the usual limit", receiver6, 256);
  send_with("large limit", sender6, &at6, sizeof at6, 1, &large_limit);
  send_with("large class", sender6, &at6, sizeof at6, 1, &large_traffic);
  send_with("long limit", sender6, &at6, sizeof at6, 1, &long_limit);
  struct in6_pktinfo info6 = {.ipi6_addr = IN6ADDR_LOOPBACK_INIT, .ipi6_ifindex = 1};
  struct one from6 = {IPPROTO_IPV6, IPV6_PKTINFO, sizeof info6, &info6};
  send_with("from ::1", sender6, &at6, sizeof at6, 1, &from6);
  receive("from ::1", receiver6, 256);
  info6.ipi6_ifindex = 4711;
  send_with("from no interface", sender6, &at6, sizeof at6, 1, &from6);

  struct sockaddr_in6 any6 = {.sin6_family = AF_INET6};
  int both = make(AF_INET6, &any6, sizeof any6, &any6);
  option(both, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  option(both, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  option(both, IPPROTO_IP, IP_RECVTTL, 1);
  at4.sin_port = any6.sin6_port;
  send_with("IPv4 to IPv6", sender, &at4, sizeof at4, 0, 0);
  receive("IPv4 at IPv6", both, 256);
  at6.sin6_port = any6.sin6_port;
  send_with("IPv6 to any", sender6, &at6, sizeof at6, 0, 0);
  receive("IPv6 at any", both, 256);
  int stream = socket(AF_INET, SOCK_STREAM, 0);
  option(stream, IPPROTO_IP, IP_RECVTTL, 1);
  option(stream, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  return 0;
}
