/* A plain program that knows nothing of snapshots: it waits for its input in one way or another, and answers each line
 * with what was drawn at the start and the line's number. Its status is how many lines there were. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <unistd.h>

static int how;
static const char *const ways[] = {"getline", "read", "readv", "poll", "poll-with-time", "select", "pselect", NULL};
enum { GETLINE, READ, READV, POLL, POLL_WITH_TIME, SELECT, PSELECT };

static void wait_for_input(void) {
  struct pollfd in = {0, POLLIN, 0};
  struct timespec minute = {60, 0};
  fd_set set;
  FD_ZERO(&set);
  FD_SET(0, &set);
  switch (how) {
    case POLL: if (poll(&in, 1, -1) != 1) abort(); break;
    case POLL_WITH_TIME: if (poll(&in, 1, 60000) != 1) abort(); break;
    case SELECT: if (select(1, &set, NULL, NULL, NULL) != 1) abort(); break;
    case PSELECT: if (pselect(1, &set, NULL, NULL, &minute, NULL) != 1) abort(); break;
  }
}

static ssize_t next_byte(char *byte) {
  struct iovec into = {byte, 1};
  wait_for_input();
  return how == READV ? readv(0, &into, 1) : read(0, byte, 1);
}

/* As getline, by single bytes. */
static ssize_t next_line(char **line, size_t *size) {
  if (how == GETLINE) return getline(line, size, stdin);
  if (*line == NULL) *line = malloc(*size = 1000);
  size_t length = 0;
  while (length < *size - 1 && next_byte(*line + length) == 1)
    if ((*line)[length++] == '\n') break;
  (*line)[length] = 0;
  return length == 0 ? -1 : (ssize_t)length;
}

int main(int argc, char **argv) {
  while (ways[how] != NULL && strcmp(ways[how], argc > 1 ? argv[1] : "") != 0) how++;
  uint64_t start;
  if (getrandom(&start, sizeof start, 0) != sizeof start) abort();
  char *line = NULL;
  size_t size = 0;
  int lines = 0;
  while (next_line(&line, &size) > 0) printf("%016" PRIx64 " %d %s", start, ++lines, line);
  return lines;
}
