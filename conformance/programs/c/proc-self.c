// /proc/self: the program's own name, command line, mappings, descriptors.
#include "show.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char **argument) {
  (void)count;
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  NEED(length > 0);
  path[length] = 0;
  printf("exe is argv[0] %d\n", strcmp(path, argument[0]) == 0);
  struct stat by_exe, by_name;
  SHOW(stat("/proc/self/exe", &by_exe));
  SHOW(stat(argument[0], &by_name));
  printf("the same file %d\n", by_exe.st_ino == by_name.st_ino && by_exe.st_dev == by_name.st_dev);
  int exe = open("/proc/self/exe", O_RDONLY);
  unsigned char magic[4] = {0};
  NEED(exe >= 0 && read(exe, magic, 4) == 4);
  printf("an ELF file %d\n", memcmp(magic, "\177ELF", 4) == 0);

  int cmdline = open("/proc/self/cmdline", O_RDONLY);
  length = read(cmdline, path, sizeof path);
  int words = 0;
  for (ssize_t i = 0; i < length; i++) words += path[i] == 0;
  printf("words in the command line %d of %d\n", words, count);

  char *mine = mmap(NULL, 3 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(mine != MAP_FAILED && mprotect(mine + 4096, 4096, PROT_NONE) == 0);
  FILE *maps = fopen("/proc/self/maps", "r");
  NEED(maps);
  char line[512];
  unsigned long previous = 0;
  int ordered = 1, stack = 0, stack_has_local = 0, text = 0, heap = 0, mine_seen = 0;
  void *block = malloc(100);
  while (fgets(line, sizeof line, maps)) {
    unsigned long start, end, offset, inode;
    char rights[5], device[16];
    int named = 0;
    int fields = sscanf(line, "%lx-%lx %4s %lx %15s %lu %n", &start, &end, rights, &offset, device, &inode, &named);
    if (fields < 6) printf("odd line: %s", line);
    ordered &= start >= previous && end > start;
    previous = end;
    if (strstr(line, "[stack]")) {
      stack++;
      stack_has_local |= (unsigned long)&stack >= start && (unsigned long)&stack < end;
    }
    heap += strstr(line, "[heap]") != NULL && (unsigned long)block >= start && (unsigned long)block < end;
    text += (unsigned long)main >= start && (unsigned long)main < end && strcmp(rights, "r-xp") == 0;
    mine_seen += start == (unsigned long)mine + 4096 && end == start + 4096 && strcmp(rights, "---p") == 0;
  }
  printf("ordered %d, one stack %d with the locals %d, text %d, heap %d, mine %d\n", ordered, stack, stack_has_local, text, heap,
         mine_seen);
  char *name = path;
  for (int fd = 0; fd < 3; fd++) {
    sprintf(line, "/proc/self/fd/%d", fd);
    length = readlink(line, name, 100);
    printf("fd %d is a pipe %d\n", fd, length > 5 && memcmp(name, "pipe:", 5) == 0);
  }
  SHOW(readlink("/proc/self/fd/77", name, 100));
  DIR *list = opendir("/proc/self/fd");
  NEED(list);
  int entries = 0;
  for (struct dirent *entry; (entry = readdir(list));) entries += entry->d_name[0] != '.';
  printf("descriptors listed %d\n", entries);
  SHOW(open("/proc/self/nothing", O_RDONLY));
  SHOW(access("/proc/cpuinfo", R_OK));
  SHOW(access("/proc/meminfo", R_OK));
  return 0;
}
