// The library's string functions, chosen by CPUID, at every alignment up against a page that is not there.
#include "show.h"
#include <sys/mman.h>

int main(void) {
  enum { PAGE = 4096 };
  char *base = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(base != MAP_FAILED && mprotect(base + 2 * PAGE, PAGE, PROT_NONE) == 0);
  char *end = base + 2 * PAGE;
  unsigned long wrong = 0, work = 0;
  for (int length = 0; length < 300; length++) {
    char *text = end - length - 1;
    memset(text, 'a', length);
    text[length] = 0;
    wrong += strlen(text) != (size_t)length;
    wrong += strchr(text, 'b') != NULL;
    wrong += memchr(text, 0, length + 1) != text + length;
    wrong += strrchr(text, 0) != text + length;
    char *copy = base + 16 + length % 64;
    strcpy(copy, text);
    wrong += strcmp(copy, text) != 0 || memcmp(copy, text, length + 1) != 0;
    memmove(copy + 1, copy, length + 1);
    wrong += length > 0 && copy[1] != 'a';
    wrong += strnlen(text, length / 2) != (size_t)(length / 2);
    work += length;
  }
  static char source[600000], target[600000];
  for (unsigned i = 0; i < sizeof source; i++) source[i] = (char)(i * 7 + i / 256);
  for (unsigned size = 1; size < sizeof source; size = size * 3 / 2 + 1) {
    memset(target, 0, sizeof target);
    memcpy(target + size % 32, source, size - size % 32 > 0 ? size - size % 32 : 1);
    wrong += memcmp(target + size % 32, source, size > 64 ? size - 64 : 1) != 0;
  }
  char text[] = "one,two,,three", *save, *part = strtok_r(text, ",", &save);
  while (part) {
    printf("%s ", part);
    part = strtok_r(NULL, ",", &save);
  }
  printf("%s %zu %zu %s\n", strstr("a needle in the haystack", "needle"), strspn("abcde", "abc"), strcspn("abcde", "d"),
         strpbrk("abcde", "xd"));
  printf("wrong %lu work %lu\n", wrong, work);
  return wrong != 0;
}
