// epoll within one process: level, edge, one-shot, turns, nested sets, copies, errors.
#include "show.h"
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static int control(int set, int operation, int fd, uint32_t events, uint64_t data) {
  struct epoll_event event = {events, {.u64 = data}};
  return epoll_ctl(set, operation, fd, &event);
}

static void wait_now(const char *when, int set, int most) {
  struct epoll_event events[8];
  int count = epoll_wait(set, events, most, 0);
  printf("%s: %d", when, count);
  for (int i = 0; i < count; i++) {
    printf(" %llu:%x", (unsigned long long)events[i].data.u64, events[i].events);
  }
  printf("\n");
}

int main(void) {
  int set = epoll_create1(EPOLL_CLOEXEC);
  int fd = eventfd(0, EFD_NONBLOCK);
  NEED(set >= 0 && fd >= 0);
  uint64_t one = 1;

  SHOW(control(set, EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  wait_now("nothing", set, 8);
  SHOW(write(fd, &one, 8));
  wait_now("level", set, 8);
  wait_now("level again", set, 8);
  SHOW(control(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET, 2));
  wait_now("edge", set, 8);
  wait_now("edge again", set, 8);
  SHOW(write(fd, &one, 8));
  wait_now("edge, another arrival", set, 8);
  SHOW(control(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT, 3));
  wait_now("one shot", set, 8);
  SHOW(write(fd, &one, 8));
  wait_now("one shot, spent", set, 8);
  SHOW(control(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT, 4));
  wait_now("both", set, 8);

  SHOW(control(set, EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  SHOW(control(set, EPOLL_CTL_ADD, set, EPOLLIN, 1));
  SHOW(control(set, EPOLL_CTL_ADD, 99, EPOLLIN, 1));
  SHOW(control(set, 7, fd, EPOLLIN, 1));
  SHOW(control(fd, EPOLL_CTL_ADD, set, EPOLLIN, 1));
  SHOW(epoll_ctl(set, EPOLL_CTL_ADD, fd, NULL));
  SHOW(control(set, EPOLL_CTL_DEL, fd, 0, 0));
  SHOW(control(set, EPOLL_CTL_DEL, fd, 0, 0));
  SHOW(control(set, EPOLL_CTL_MOD, fd, EPOLLIN, 0));
  SHOW(control(set, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 0));
  struct epoll_event event;
  SHOW(epoll_wait(set, &event, 0, 0));
  SHOW(epoll_wait(fd, &event, 1, 0));
  SHOW(epoll_wait(set, &event, 1, 20));
  int file = open("/proc/self/exe", O_RDONLY);
  SHOW(control(set, EPOLL_CTL_ADD, file, EPOLLIN, 0));
  int directory = open("/", O_RDONLY);
  SHOW(control(set, EPOLL_CTL_ADD, directory, EPOLLIN, 0));

  for (int i = 0; i < 5; i++) {
    control(set, EPOLL_CTL_ADD, eventfd(1, 0), EPOLLIN, 10 + i);
  }
  wait_now("turns", set, 2);
  wait_now("turns", set, 2);
  wait_now("turns", set, 2);
  close(set);

  set = epoll_create1(0);
  int copy = dup(fd);
  SHOW(control(set, EPOLL_CTL_ADD, fd, EPOLLIN, 5));
  SHOW(control(set, EPOLL_CTL_ADD, copy, EPOLLIN, 6));
  close(fd);
  wait_now("one number closed", set, 8);
  close(copy);
  wait_now("both closed", set, 8);

  int outer = epoll_create1(0);
  fd = eventfd(0, 0);
  SHOW(control(outer, EPOLL_CTL_ADD, set, EPOLLIN | EPOLLET, 20));
  SHOW(control(set, EPOLL_CTL_ADD, outer, EPOLLIN, 20));
  SHOW(control(set, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 21));
  wait_now("outer", outer, 8);
  SHOW(write(fd, &one, 8));
  wait_now("outer", outer, 8);
  wait_now("outer again", outer, 8);
  struct pollfd poller = {set, POLLIN, 0};
  SHOW(poll(&poller, 1, 0));
  wait_now("inner", set, 8);
  SHOW(poll(&poller, 1, 0));
  int chain[6];
  for (int i = 0; i < 6; i++) {
    chain[i] = epoll_create1(0);
  }
  for (int i = 0; i < 3; i++) {
    SHOW(control(chain[i], EPOLL_CTL_ADD, chain[i + 1], EPOLLIN, 0));
  }
  SHOW(control(chain[2], EPOLL_CTL_ADD, chain[0], EPOLLIN, 0));

  int pipes[2];
  NEED(pipe2(pipes, O_NONBLOCK) == 0);
  char bytes[16];
  set = epoll_create1(0);
  SHOW(control(set, EPOLL_CTL_ADD, pipes[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 30));
  SHOW(control(set, EPOLL_CTL_ADD, pipes[1], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 31));
  wait_now("pipe", set, 8);
  SHOW(write(pipes[1], "abc", 3));
  wait_now("pipe written", set, 1);
  wait_now("", set, 8);
  SHOW(write(pipes[1], "abc", 3));
  wait_now("pipe written again", set, 1);
  SHOW(read(pipes[0], bytes, 1));
  close(pipes[1]);
  wait_now("pipe hung up", set, 8);

  int ends[2];
  NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  set = epoll_create1(0);
  SHOW(control(set, EPOLL_CTL_ADD, ends[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 40));
  wait_now("socket", set, 8);
  SHOW(write(ends[1], "abc", 3));
  wait_now("socket written", set, 8);
  wait_now("socket", set, 8);
  SHOW(shutdown(ends[1], SHUT_WR));
  wait_now("socket shut", set, 8);
  close(ends[1]);
  wait_now("socket closed", set, 8);
  return 0;
}
