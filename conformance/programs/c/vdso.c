// The vDSO, found as a C library would find it: its symbols, each clock beside the system call, and
// that no clock ever runs backwards between the two.
//   vdso                      everything
//   vdso read NUMBER          reads clocks so many times and does nothing else
#include "show.h"
#include <elf.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static int (*vdso_gettime)(clockid_t, struct timespec *);
static int (*vdso_getres)(clockid_t, struct timespec *);
static int (*vdso_day)(struct timeval *, struct timezone *);
static time_t (*vdso_time)(time_t *);
static long (*vdso_cpu)(unsigned *, unsigned *, void *);

static unsigned elf_hash(const char *name) {
  unsigned hash = 0;
  for (; *name; name++) {
    hash = (hash << 4) + (unsigned char)*name;
    hash ^= hash >> 24 & 0xf0;
  }
  return hash & 0xfffffff;
}

// A defined symbol of version LINUX_2.6, its binding in *bind.
static void *find(const char *name, int *bind) {
  char *image = (char *)getauxval(AT_SYSINFO_EHDR);
  if (image == NULL) return NULL;
  Elf64_Ehdr *header = (Elf64_Ehdr *)image;
  Elf64_Phdr *segment = (Elf64_Phdr *)(image + header->e_phoff);
  Elf64_Dyn *dynamic = NULL;
  char *base = NULL;
  for (int i = 0; i < header->e_phnum; i++) {
    if (segment[i].p_type == PT_LOAD) base = image + segment[i].p_offset - segment[i].p_vaddr;
    if (segment[i].p_type == PT_DYNAMIC) dynamic = (Elf64_Dyn *)(image + segment[i].p_offset);
  }
  Elf64_Sym *symbols = NULL;
  char *strings = NULL;
  Elf64_Word *hash = NULL;
  Elf64_Versym *versions = NULL;
  Elf64_Verdef *definitions = NULL;
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    void *at = base + dynamic->d_un.d_ptr;
    switch (dynamic->d_tag) {
      case DT_SYMTAB: symbols = at; break;
      case DT_STRTAB: strings = at; break;
      case DT_HASH: hash = at; break;
      case DT_VERSYM: versions = at; break;
      case DT_VERDEF: definitions = at; break;
    }
  }
  if (symbols == NULL || strings == NULL || hash == NULL || versions == NULL || definitions == NULL) return NULL;
  for (unsigned i = hash[2 + elf_hash(name) % hash[0]]; i != 0; i = hash[2 + hash[0] + i]) {
    if (strcmp(strings + symbols[i].st_name, name) != 0 || symbols[i].st_shndx == 0) continue;
    Elf64_Verdef *definition = definitions;
    while (definition->vd_ndx != (versions[i] & 0x7fff) && definition->vd_next != 0)
      definition = (Elf64_Verdef *)((char *)definition + definition->vd_next);
    Elf64_Verdaux *version = (Elf64_Verdaux *)((char *)definition + definition->vd_aux);
    if (definition->vd_hash != elf_hash("LINUX_2.6") || strcmp(strings + version->vda_name, "LINUX_2.6") != 0) continue;
    *bind = ELF64_ST_BIND(symbols[i].st_info);
    return base + symbols[i].st_value;
  }
  return NULL;
}

static long long nanos(const struct timespec *time) { return time->tv_sec * SECOND + time->tv_nsec; }

static long long by_vdso(clockid_t clock) {
  struct timespec time = {-1, -1};
  if (vdso_gettime(clock, &time) != 0 || time.tv_nsec < 0 || time.tv_nsec >= SECOND) return -1;
  return nanos(&time);
}

static long long by_call(clockid_t clock) {
  struct timespec time;
  return syscall(SYS_clock_gettime, clock, &time) == 0 ? nanos(&time) : -1;
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signal) {
  (void)signal;
  alarms++;
}

int main(int count, char **argument) {
  static const char *name[] = {"clock_gettime", "gettimeofday", "time", "clock_getres", "getcpu"};
  void *function[5];
  for (int i = 0; i < 5; i++) {
    char full[40] = "__vdso_";
    int bind = -1, weak_bind = -1;
    function[i] = find(strcat(full, name[i]), &bind);
    void *weak = find(name[i], &weak_bind);
    if (count < 2) printf("%s %d bind %d, weak %d bind %d\n", full, function[i] != NULL, bind, weak == function[i], weak_bind);
    NEED(function[i] != NULL);
  }
  vdso_gettime = (int (*)(clockid_t, struct timespec *))function[0];
  vdso_day = (int (*)(struct timeval *, struct timezone *))function[1];
  vdso_time = (time_t (*)(time_t *))function[2];
  vdso_getres = (int (*)(clockid_t, struct timespec *))function[3];
  vdso_cpu = (long (*)(unsigned *, unsigned *, void *))function[4];

  if (count == 3) { // by the C library, as programs do
    static const clockid_t ids[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                                    CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI};
    struct timeval day;
    for (long i = 0, number = atol(argument[2]); i < number; i++) {
      clock_gettime(ids[i % 7], &(struct timespec){0});
      gettimeofday(&day, NULL);
      time(NULL);
    }
    return 0;
  }

  static const struct { const char *name; clockid_t id; } clock[] = {
      {"REALTIME", CLOCK_REALTIME}, {"MONOTONIC", CLOCK_MONOTONIC}, {"MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
      {"BOOTTIME", CLOCK_BOOTTIME}, {"TAI", CLOCK_TAI}, {"REALTIME_COARSE", CLOCK_REALTIME_COARSE},
      {"MONOTONIC_COARSE", CLOCK_MONOTONIC_COARSE}};
  for (int i = 0; i < 7; i++) {
    // Between two calls that are close together; natively a coarse clock may be a tick behind.
    int within = 0;
    for (int n = 0; n < 1000 && !within; n++) {
      long long before = by_call(clock[i].id), between = by_vdso(clock[i].id), after = by_call(clock[i].id);
      within = before <= between && between <= after && after - before < 1000000;
    }
    struct timespec told = {0}, asked = {0};
    int told_result = vdso_getres(clock[i].id, &told), asked_result = syscall(SYS_clock_getres, clock[i].id, &asked);
    printf("%s within 1 ms of the call %d, resolution %d %d\n", clock[i].name, within, told_result == 0,
           told_result == asked_result && nanos(&told) == nanos(&asked));
  }

  // Never backwards, read in turns, with a signal every now and then.
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm, .sa_flags = SA_RESTART}, NULL);
  setitimer(ITIMER_REAL, &(struct itimerval){{0, 3000}, {0, 3000}}, NULL);
  for (int i = 0; i < 2; i++) {
    long long last = 0, backwards = 0;
    for (int n = 0; n < 1000000; n++) {
      long long next = n % 100 == 99 ? by_call(clock[i].id) : by_vdso(clock[i].id);
      backwards += next < last;
      last = next;
    }
    printf("%s backwards %lld\n", clock[i].name, backwards);
  }
  setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
  printf("alarms %d\n", alarms > 0);

  // Both take the same time to pass; some other process may come between two readings.
  int same = 0;
  for (int n = 0; n < 20 && !same; n++) {
    long long vdso_start = by_vdso(CLOCK_MONOTONIC), call_start = by_call(CLOCK_MONOTONIC);
    usleep(50000);
    long long difference = (by_vdso(CLOCK_MONOTONIC) - vdso_start) - (by_call(CLOCK_MONOTONIC) - call_start);
    same = llabs(difference) < 500000;
  }
  printf("same pace %d\n", same);

  struct timeval day = {0};
  struct timezone zone = {77, 77};
  printf("gettimeofday %d, ", vdso_day(&day, &zone));
  struct timespec now;
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  printf("near %d, micros %d, zone %d %d, nothing %d\n", llabs(nanos(&now) - day.tv_sec * SECOND - day.tv_usec * 1000) < SECOND,
         day.tv_usec >= 0 && day.tv_usec < 1000000, zone.tz_minuteswest, zone.tz_dsttime, vdso_day(NULL, NULL));
  time_t stored = 0, returned = vdso_time(&stored);
  printf("time %d %d %d\n", stored == returned, labs(returned - now.tv_sec) <= 1, labs(vdso_time(NULL) - returned) <= 1);
  unsigned cpu = 4711, node = 4711;
  printf("getcpu %ld, ", vdso_cpu(&cpu, &node, NULL));
  printf("known %d, nothing %ld\n", cpu != 4711 && node != 4711, vdso_cpu(NULL, NULL, NULL));
  printf("getres without a place %d\n", vdso_getres(CLOCK_MONOTONIC, NULL));

  // What it cannot do is asked for: the kernel's own answers.
  static const clockid_t odd[] = {10, 12, 31, 32, 33, 77, 1000, -1, 0x7fffffff, -0x7fffffff - 1};
  for (int i = 0; i < 10; i++)
    printf("clock %d: %d %d\n", odd[i], vdso_gettime(odd[i], &(struct timespec){0}), vdso_getres(odd[i], &(struct timespec){0}));
  printf("CPU time %d %d\n", vdso_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), by_vdso(CLOCK_THREAD_CPUTIME_ID) > 0);

  // The data lies before the image and cannot be written; without it the C library still works by calls.
  char *image = (char *)getauxval(AT_SYSINFO_EHDR);
  printf("ELF %d\n", memcmp(image, ELFMAG, SELFMAG) == 0);
  SHOW(mprotect(image - 4096, 4096, PROT_READ | PROT_WRITE));
  SHOW(mprotect(image, 4096, PROT_READ | PROT_EXEC));
  return 0;
}
