/* Leaves things where a snapshot, an instance or a later call might find them. */
#define _GNU_SOURCE
#include <mote.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FILE_SIZE = 8 << 20, KEPT_PAGES = 256 };

static char *first, *second, *kept;

static char *map(const char *path, char content) {
  int fd = open(path, O_RDWR | O_CREAT, 0600);
  if (fd < 0 || ftruncate(fd, FILE_SIZE) != 0 || pwrite(fd, &content, 1, FILE_SIZE / 2) != 1) abort();
  char *pages = mmap(NULL, FILE_SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
  if (pages == MAP_FAILED) abort();
  close(fd);
  return pages;
}

/* The last vector register, which nobody else uses. */
static void set_vector(mote_call *call) {
  int64_t value = mote_get_int(mote_argument(call, 0));
  mote_return_null(call);
  __asm__ volatile("movq %0, %%xmm15" ::"r"(value));
}
MOTE_FUNCTION(set_vector, "(value: i64) -> null")

static void vector(mote_call *call) {
  int64_t value;
  __asm__ volatile("movq %%xmm15, %0" : "=r"(value));
  mote_return_int(call, value);
}
MOTE_FUNCTION(vector, "() -> i64")

static void unmap_first(mote_call *call) {
  if (munmap(first, FILE_SIZE) != 0) abort();
  mote_return_null(call);
}
MOTE_FUNCTION(unmap_first, "() -> null")

static void read_second(mote_call *call) { mote_return_int(call, second[FILE_SIZE / 2]); }
MOTE_FUNCTION(read_second, "() -> i64")

/* Pages that were written before the snapshot go. */
static void unmap_kept(mote_call *call) {
  if (munmap(kept, KEPT_PAGES * 4096) != 0) abort();
  mote_return_null(call);
}
MOTE_FUNCTION(unmap_kept, "() -> null")

static void sum_kept(mote_call *call) {
  int64_t sum = 0;
  for (int i = 0; i < KEPT_PAGES; i++) sum += kept[i * 4096];
  mote_return_int(call, sum);
}
MOTE_FUNCTION(sum_kept, "() -> i64")

/* The pages by which a guest is restored. */
static void spoil(mote_call *call) {
  mote_return_int(call, mprotect((void *)0x7ffff8000000, 8192, PROT_READ) == 0 ? 0 : errno);
}
MOTE_FUNCTION(spoil, "() -> i64")

static void hog(mote_call *call) {
  size_t size = 4 << 20;
  char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) abort();
  memset(pages, 1, size);
  mote_return_null(call);
}
MOTE_FUNCTION(hog, "() -> null")

/* Takes a page in ever new places, each of which needs a page table, until it gets none. */
static void scatter(mote_call *call) {
  int64_t count = 0;
  for (uint64_t at = 0x100000000000; at < 0x180000000000; at += 2 << 20) {
    char *page = mmap((void *)at, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (page == MAP_FAILED) break;
    page[0] = 1;
    munmap(page, 4096);
    count++;
  }
  mote_return_int(call, count);
}
MOTE_FUNCTION(scatter, "() -> i64")

/* Waits in a host function. */
static void ask(mote_call *call) {
  mote_host_call *host = mote_host("wait", 0);
  int64_t answered = mote_invoke(host) ? 1 : 0;
  mote_end(host);
  mote_return_int(call, answered);
}
MOTE_FUNCTION(ask, "() -> i64")

static void peak(mote_call *call) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  mote_return_int(call, usage.ru_maxrss);
}
MOTE_FUNCTION(peak, "() -> i64")

int main(void) {
  second = map("/tmp/second", 'B'); /* the higher address */
  first = map("/tmp/first", 'A');
  kept = mmap(NULL, KEPT_PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (kept == MAP_FAILED) abort();
  memset(kept, 1, KEPT_PAGES * 4096);
  return mote_serve();
}
