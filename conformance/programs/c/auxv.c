// The auxiliary vector: what is equal everywhere, and what must make sense.
#include "show.h"
#include <elf.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int count, char **argument, char **environment) {
  (void)count;
  printf("PAGESZ %lu CLKTCK %lu SECURE %lu FLAGS %lu PHENT %lu\n", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK),
         getauxval(AT_SECURE), getauxval(AT_FLAGS), getauxval(AT_PHENT));
  printf("PLATFORM %s\n", (char *)getauxval(AT_PLATFORM));
  printf("EXECFN is argv[0] %d\n", strcmp((char *)getauxval(AT_EXECFN), argument[0]) == 0);
  printf("ids %d\n", getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid() && getauxval(AT_GID) == getgid() &&
                         getauxval(AT_EGID) == getegid());
  Elf64_Phdr *header = (Elf64_Phdr *)getauxval(AT_PHDR);
  unsigned long loads = 0;
  for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++) loads += header[i].p_type == PT_LOAD;
  printf("program headers %lu, loads %lu\n", getauxval(AT_PHNUM), loads);
  unsigned char *random = (unsigned char *)getauxval(AT_RANDOM);
  unsigned sum = 0;
  for (int i = 0; i < 16; i++) sum |= random[i];
  printf("random %d, base %lu, minimum signal stack %d\n", sum != 0, getauxval(AT_BASE), getauxval(AT_MINSIGSTKSZ) >= 1024);
  printf("entry in the program %d\n", getauxval(AT_ENTRY) != 0);
  char **end = environment;
  while (*end) end++;
  Elf64_auxv_t *vector = (Elf64_auxv_t *)(end + 1);
  int entries = 0;
  while (vector[entries].a_type != AT_NULL) entries++;
  printf("vector behind the environment %d\n", entries > 5 && entries < 40);
  printf("sysconf page %ld ticks %ld\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK));
  return 0;
}
