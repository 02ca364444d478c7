/* Symbols of a shared object in memory: that of the kernel, which has the same form, and what is left of a copy. */
#define _DEFAULT_SOURCE /* getauxval's header, with glibc */
#include "internal.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#define CHECK(condition) \
  if (!(condition)) {    \
    fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
    abort();             \
  }

enum { PAGE = 4096, DAMAGED = 100000 };

static size_t size_of(const void *vdso) {
  const Elf64_Ehdr *header = vdso;
  const Elf64_Phdr *part = (const void *)((const char *)vdso + header->e_phoff);
  while (part->p_type != PT_LOAD)
    part++;
  return part->p_memsz;
}

static void symbols_are_found(const void *vdso, size_t size) {
  const void *found = mote_symbol(vdso, size, "__vdso_clock_gettime");
  CHECK(found != NULL);
  int (*get)(clockid_t, struct timespec *);
  memcpy(&get, &found, sizeof get);
  struct timespec now = {0};
  CHECK(get(CLOCK_MONOTONIC, &now) == 0 && now.tv_sec + now.tv_nsec > 0);
  CHECK(mote_symbol(vdso, size, "__vdso_clock") == NULL);
  CHECK(mote_symbol(vdso, size, "") == NULL);
}

/* The sanitizer sees what is read behind the end. */
static void damage_is_noticed(const void *vdso, size_t size) {
  unsigned random = 1;
  for (int i = 0; i < DAMAGED; i++) {
    random = random * 1103515245 + 12345;
    size_t left = i % 2 == 0 ? size : (random >> 8) % size;
    unsigned char *copy = malloc(left + 1);
    memcpy(copy, vdso, left);
    for (int j = 0; j < 4 && left > 0; j++) {
      random = random * 1103515245 + 12345;
      copy[(random >> 8) % (left < PAGE ? left : PAGE / 2)] = (unsigned char)(random >> 4);
    }
    const unsigned char *found = mote_symbol(copy, left, "__vdso_clock_gettime");
    CHECK(found == NULL || (size_t)(found - copy) < left);
    free(copy);
  }
}

static void must_not_be_called(void *context) {
  (void)context;
  abort();
}

static void natively_nothing_is_restored(void) {
  CHECK(mote_restore_id() == 0);
  mote_on_restore(must_not_be_called, NULL);
  errno = EDOM;
  mote_ready();
  CHECK(errno == EDOM);
}

int main(void) {
  const void *vdso = (const void *)getauxval(AT_SYSINFO_EHDR);
  if (vdso != NULL) {
    symbols_are_found(vdso, size_of(vdso));
    damage_is_noticed(vdso, size_of(vdso));
  }
  natively_nothing_is_restored();
  puts("ok");
  return 0;
}
