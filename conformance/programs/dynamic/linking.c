// What the dynamic loader does: libraries, constructors, thread-local variables, indirect functions, dlopen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern int plugin_value(int); // linked in
static __thread int local = 17;
static int constructed;

__attribute__((constructor)) static void construct(void) { constructed = 1; }
__attribute__((destructor)) static void destroy(void) {
  puts("destructor");
  fflush(stdout);
}

#ifdef __GLIBC__
static int plain(int x) { return x + 1; }
static int (*choose(void))(int) { return plain; }
int indirect(int) __attribute__((ifunc("choose")));
#else
static int indirect(int x) { return x + 1; }
#endif

static int count_objects(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  *(int *)data += info->dlpi_phnum > 0;
  return 0;
}

int main(int argc, char **argv) {
  printf("%d arguments, constructed %d, thread-local %d, indirect %d\n", argc, constructed, local, indirect(4));
  printf("linked: %d %d\n", plugin_value(1), plugin_value(1));
  void *plugin = dlopen("libdynamic-opened.so", RTLD_NOW);
  if (!plugin) {
    puts(dlerror());
    return 1;
  }
  int (*opened)(int) = (int (*)(int))dlsym(plugin, "plugin_value");
  printf("opened: %d %d, another one: %d\n", opened(1), opened(1), opened != plugin_value);
  printf("missing: %d\n", dlopen("libnot-there.so", RTLD_NOW) == NULL);
  dlclose(plugin);
  int objects = 0;
  dl_iterate_phdr(count_objects, &objects);
  printf("objects: %d\n", objects > 2);
  printf("base %d, name %d, entry %d, secure %lu\n", getauxval(AT_BASE) != 0,
         strcmp((char *)getauxval(AT_EXECFN), argv[0]) == 0, getauxval(AT_ENTRY) != 0, getauxval(AT_SECURE));
  ElfW(Phdr) *headers = (ElfW(Phdr) *)getauxval(AT_PHDR);
  printf("headers: %d, interpreter %s\n", headers->p_type == PT_PHDR,
         (char *)headers - headers->p_vaddr + headers[1].p_vaddr);
  char path[4096] = "";
  if (readlink("/proc/self/exe", path, sizeof path - 1) > 0) printf("exe %d\n", strcmp(path, argv[0]) == 0);
  char *first = sbrk(0);
  printf("heap grows: %d\n", sbrk(4096) == first);
  return 0;
}
