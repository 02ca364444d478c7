// Writable shared mappings of files: what is written there is the file's, and the other way round.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
static sigjmp_buf recover;
static void bus(int signal) { siglongjmp(recover, signal); }
static void at(const char *what, int fd, long position) {
  char text[17] = "";
  long count = pread(fd, text, 16, position);
  for (int i = 0; i < 16; i++)
    if (text[i] == 0) text[i] = '.';
  printf("%s: %ld [%s]\n", what, count, text);
}

static void one_file(int fd) {
  if (ftruncate(fd, 4 * PAGE + 100)) printf("ftruncate %s\n", strerror(errno));
  char *map = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) {
    printf("mmap %s\n", strerror(errno));
    return;
  }
  strcpy(map + 10, "from the mapping");
  at("read", fd, 10);
  pwrite(fd, "by write", 8, 12);
  printf("mapped: %.20s\n", map + 10);
  strcpy(map + PAGE - 4, "across pages");
  at("across", fd, PAGE - 4);
  pwrite(fd, "ACROSS AGAIN", 12, 2 * PAGE - 6);
  printf("mapped: %.12s\n", map + 2 * PAGE - 6);

  char *second = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  strcpy(second + 10, "second");
  printf("first sees: %s\n", map + 10);
  strcpy(map + 10, "first");
  printf("second sees: %s\n", second + 10);
  for (int i = 0; i < 100; i++) {
    map[200] = (char)i;
    second[201] = (char)(map[200] + 1);
    if (second[200] != i || map[201] != i + 1) printf("they differ at %d\n", i);
  }
  char *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  private[10] = 'P';
  printf("private: %.5s, shared: %.5s\n", private + 10, map + 10);
  munmap(second, PAGE);
  printf("after munmap: %.5s\n", map + 10);

  strcpy(map + 3 * PAGE, "will be cut");
  if (ftruncate(fd, 3 * PAGE + 4)) printf("ftruncate\n");
  if (ftruncate(fd, 5 * PAGE)) printf("ftruncate\n");
  at("cut", fd, 3 * PAGE);
  printf("mapped: %.16s|\n", map + 3 * PAGE);
  if (ftruncate(fd, PAGE)) printf("ftruncate\n");
  int caught = sigsetjmp(recover, 1);
  if (!caught) map[2 * PAGE] = 1;
  printf("behind the end: %s\n", caught == SIGBUS ? "SIGBUS" : "nothing");
  if (ftruncate(fd, 5 * PAGE)) printf("ftruncate\n");
  map[2 * PAGE] = 'x';
  at("grown", fd, 2 * PAGE);

  strcpy(map + 100, "punched");
  printf("punch %d", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 3));
  printf(" [%.4s] %.4s\n", map + 100, map + 103);
  printf("dontneed %d %s\n", madvise(map, PAGE, MADV_DONTNEED), map + 103);
  printf("msync %d\n", msync(map, 5 * PAGE, MS_SYNC));
  char *moved = mremap(map, 5 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
  printf("moved: %s\n", moved + 103);
  strcpy(moved + 300, "after the move");
  at("moved", fd, 300);
  char buffer[PAGE];
  lseek(fd, 300, SEEK_SET);
  long count = read(fd, moved + 400, 14); // from the file into its own mapping
  printf("into itself: %ld %s\n", count, moved + 400);
  count = pwrite(fd, moved + 300, 14, 500); // and back
  printf("out of itself: %ld %s\n", count, moved + 500);
  memcpy(buffer, moved, PAGE);
  munmap(moved, 6 * PAGE);
  at("unmapped", fd, 500);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  signal(SIGBUS, bus);
  int fd = open("/tmp/mote-case-shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
  one_file(fd);
  unlink("/tmp/mote-case-shared");
  close(fd);
  fd = memfd_create("memory", MFD_ALLOW_SEALING);
  one_file(fd);

  char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  int result = fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
  printf("seal while mapped: %d %s\n", result, strerror(errno));
  munmap(map, PAGE);
  printf("seal: %d\n", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  printf("map sealed: %s\n", map == MAP_FAILED ? strerror(errno) : "mapped");
  close(fd);

  fd = open("/tmp/mote-case-shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
  pwrite(fd, "content", 7, 0);
  int reads = open("/tmp/mote-case-shared", O_RDONLY);
  map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reads, 0);
  printf("writable by a read-only descriptor: %s\n", map == MAP_FAILED ? strerror(errno) : "mapped");
  map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reads, 0);
  printf("readable: %s\n", map);
  result = mprotect(map, PAGE, PROT_READ | PROT_WRITE);
  printf("mprotect: %d %s\n", result, strerror(errno));
  pwrite(fd, "CON", 3, 0);
  printf("sees a write: %s\n", map);
  char *other = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  close(reads);
  other[3] = 'T';
  printf("sees the other mapping: %s\n", map);
  unlink("/tmp/mote-case-shared");
  other[4] = 'E';
  printf("after unlink: %s\n", map);
  return 0;
}
