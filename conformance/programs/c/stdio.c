// The C library's files: buffering, seeking, formatted input and output, temporary files.
#include "show.h"
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

int main(void) {
  NEED(mkdir("/tmp/mote-case", 0755) == 0 && chdir("/tmp/mote-case") == 0);
  FILE *f = fopen("f", "w+");
  NEED(f);
  for (int i = 0; i < 5000; i++) fprintf(f, "%d %x %s\n", i, i * i, i % 2 ? "odd" : "even");
  printf("at %ld\n", ftell(f));
  rewind(f);
  long sum = 0;
  int number;
  unsigned square;
  char word[10];
  while (fscanf(f, "%d %x %9s", &number, &square, word) == 3) sum += number + square % 7 + word[0];
  printf("sum %ld, end %d\n", sum, feof(f) != 0);
  fseek(f, -20, SEEK_END);
  char line[64];
  while (fgets(line, sizeof line, f)) fputs(line, stdout);
  fclose(f);
  f = fopen("f", "a");
  fputs("appended\n", f);
  fclose(f);
  f = fopen("f", "r");
  setvbuf(f, NULL, _IONBF, 0);
  fseek(f, -9, SEEK_END);
  printf("%s", fgets(line, sizeof line, f));
  ungetc('u', f);
  int first = getc(f);
  printf("%c %d\n", first, getc(f));
  SHOW(fputs("x", f));
  clearerr(f);
  fclose(f);
  SHOW(fopen("none/none", "w") == NULL);
  FILE *temporary = tmpfile();
  NEED(temporary);
  fputs("temporary", temporary);
  rewind(temporary);
  printf("%s\n", fgets(line, sizeof line, temporary));
  char name[] = "/tmp/mote-case/XXXXXX";
  int fd = mkstemp(name);
  printf("mkstemp %d %d\n", fd > 2, strcmp(name, "/tmp/mote-case/XXXXXX") != 0);
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  fprintf(memory, "%08.3f|%-6d|%+d|%#o|%e|%g|%a|%5s|%.2s|%c|%%|%ld", 3.14159, 42, 7, 8, 12345.678, 1e-10, 1.5, "ab", "xyz", 'c', -1L);
  fclose(memory);
  printf("%s %zu\n", text, size);
  printf("%f %f %f %g\n", INFINITY, -INFINITY, NAN, 0.1 + 0.2);
  printf("%Lf %.20Lg\n", 1.0L / 3, 1.0L / 3);
  printf("%ls %d\n", L"wide", wprintf(L"") < 0);
  double parsed;
  int fields = sscanf("0x1.8p3 rest", "%lf", &parsed);
  printf("%d %.17g\n", fields, parsed);
  long clamped = strtol("99999999999999999999", NULL, 10);
  printf("%ld %d\n", clamped, errno == ERANGE);
  fprintf(stderr, "unbuffered ");
  fputs("stderr\n", stderr);
  puts("left in the buffer until exit");
  return 0;
}
