/* A file that shared mappings show: changed by them, by writing, by taking them away; before a snapshot and after. */
#define _GNU_SOURCE
#include <mote.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 8 };

static int fd;
static char *first, *second;

/* What each page holds, by each way of looking, as one number per page: the same by all of them, or -1. */
static int64_t look(int page) {
  char byte = 0;
  if (pread(fd, &byte, 1, page * PAGE) != 1) return -2;
  char seen = first[page * PAGE];
  if (second != NULL && second[page * PAGE] != seen) return -1;
  return seen == byte ? byte : -1;
}

static void sum(mote_call *call) {
  int64_t total = 0;
  for (int i = 0; i < PAGES; i++) {
    int64_t value = look(i);
    if (value < 0) {
      mote_return_int(call, value);
      return;
    }
    total = total * 3 + value;
  }
  mote_return_int(call, total);
}
MOTE_FUNCTION(sum, "() -> i64")

/* By what: 0 the first mapping, 1 the second, 2 writing; 3 takes the second mapping away, 4 makes it again, 5 throws pages away. */
static void change(mote_call *call) {
  int64_t how = mote_get_int(mote_argument(call, 0));
  int page = (int)mote_get_int(mote_argument(call, 1));
  char value = (char)mote_get_int(mote_argument(call, 2));
  switch (how) {
    case 0: first[page * PAGE] = value; break;
    case 1: if (second != NULL) second[page * PAGE] = value; break;
    case 2: if (pwrite(fd, &value, 1, page * PAGE) != 1) abort(); break;
    case 3: if (second != NULL && munmap(second, PAGES * PAGE) != 0) abort(); second = NULL; break;
    case 4:
      if (second == NULL) second = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      if (second == MAP_FAILED) abort();
      break;
    default: if (madvise(first, PAGES * PAGE, MADV_DONTNEED) != 0) abort();
  }
  mote_return_null(call);
}
MOTE_FUNCTION(change, "(how: i64, page: i64, value: i64) -> null")

int main(void) {
  fd = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || ftruncate(fd, PAGES * PAGE) != 0) abort();
  first = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  second = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (first == MAP_FAILED || second == MAP_FAILED) abort();
  for (int i = 0; i < PAGES; i++) first[i * PAGE] = (char)i;
  return mote_serve();
}
