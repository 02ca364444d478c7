// Who and where a program is: ids, host names, limits, randomness. What must differ is not printed.
#include "show.h"
#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void) {
  printf("pid is positive %d, tid the same %d, parent %d\n", getpid() > 0, syscall(SYS_gettid) == getpid(), getppid() >= 0);
  printf("real and effective ids agree %d %d\n", getuid() == geteuid(), getgid() == getegid());
  uid_t r, e, s;
  SHOW(syscall(SYS_getresuid, &r, &e, &s));
  printf("all three %d\n", r == e && e == s);
  struct utsname name;
  SHOW(uname(&name));
  printf("%s %s\n", name.sysname, name.machine);
  struct rlimit limit;
  for (int i = 0; i < 16; i++) {
    NEED(getrlimit(i, &limit) == 0);
    if (limit.rlim_cur > limit.rlim_max) printf("limit %d: soft above hard\n", i);
  }
  SHOW(getrlimit(16, &limit));
  SHOW(getrlimit(-1, &limit));
  SHOW(prlimit(0, RLIMIT_NOFILE, NULL, &limit));
  printf("some files %d\n", limit.rlim_cur >= 64);
  limit.rlim_cur = limit.rlim_max;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(dup2(0, 1500));
  SHOW(close(1500));
  limit.rlim_cur = 20;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  int last = -1, fd;
  while ((fd = dup(0)) >= 0) last = fd;
  printf("the last descriptor %d, then %s\n", last, strerror(errno));
  limit.rlim_cur = limit.rlim_max + 1;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  unsigned char a[32] = {0}, b[32] = {0};
  SHOW(getrandom(a, 32, 0));
  SHOW(getrandom(b, 32, GRND_NONBLOCK));
  printf("not twice the same %d\n", memcmp(a, b, 32) != 0);
  SHOW(getrandom(a, 32, 0x100));
  SHOW(getrandom(a, 0, 0));
  static unsigned char great[1 << 20];
  SHOW(getrandom(great, sizeof great, 0));
  unsigned long ones = 0;
  for (unsigned i = 0; i < sizeof great; i++) ones += __builtin_popcount(great[i]);
  printf("half of the bits %d\n", ones > 4180000 && ones < 4210000);
  char title[16] = "";
  SHOW(prctl(PR_SET_NAME, "a-name-that-is-too-long"));
  SHOW(prctl(PR_GET_NAME, title));
  printf("%s\n", title);
  SHOW(prctl(PR_GET_KEEPCAPS));
  SHOW(prctl(PR_SET_KEEPCAPS, 1));
  SHOW(prctl(PR_GET_KEEPCAPS));
  SHOW(prctl(PR_SET_KEEPCAPS, 2));
  SHOW(prctl(PR_SET_KEEPCAPS, 0));
  SHOW(sched_yield());
  SHOW(syscall(9999));
  SHOW(syscall(-1));
  return 0;
}
