// A WASI command that answers one request, as a CGI program. What it does is the path of the request:
//   /            what it can tell of the request, its files, its arguments, its state
//   /random      random bytes
//   /exit/N      ends with a status
//   /trap        writes, and traps three calls deep, in a file and at lines that the test knows
//   /plain       text without headers
//   /missing     a status of its own
//   /big         a megabyte
//   /sleep       waits for 20 ms
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int runs; // always 1: each request has an instance of its own

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value ? value : "-";
}

static void innermost(int *p) {
  if (p)
    __builtin_trap(); // line 27
}

__attribute__((noinline)) static void middle(int *p) { innermost(p); }

__attribute__((noinline)) static void outermost(int *p) { middle(p); }

static void report(int argc, char **argv) {
  char body[4096] = "";
  size_t size = fread(body, 1, sizeof body - 1, stdin);
  printf("Content-Type: text/plain\nX-Runs: %d\n\n", runs);
  printf("%s %s ? %s\n", variable("REQUEST_METHOD"), variable("PATH_INFO"), variable("QUERY_STRING"));
  printf("token %s, type %s, length %s\n", variable("HTTP_X_TOKEN"), variable("CONTENT_TYPE"), variable("CONTENT_LENGTH"));
  printf("%d argument: %s, SETTING %s\n", argc, argv[0], variable("SETTING"));
  printf("body of %zu: %s\n", size, body);
  char line[64] = "-";
  FILE *file = fopen("/data.txt", "r");
  if (file)
    fscanf(file, "%63[^\n]", line);
  int written = open("/new.txt", O_WRONLY | O_CREAT, 0600);
  printf("data.txt: %s, new.txt: %s\n", line, written < 0 ? strerror(errno) : "written");
  FILE *scratch = fopen("/tmp/scratch", "a+");
  if (!scratch || fprintf(scratch, "x") < 0 || fclose(scratch))
    printf("no scratch file: %s\n", strerror(errno));
  scratch = fopen("/tmp/scratch", "r");
  int lines = 0;
  while (scratch && fgetc(scratch) != EOF)
    lines++;
  printf("scratch %d\n", lines);
}

int main(int argc, char **argv) {
  const char *path = variable("PATH_INFO");
  runs++;
  fprintf(stderr, "log %s\n", path);
  if (!strcmp(path, "/random")) {
    unsigned char bytes[16];
    getentropy(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
      printf("%02x", bytes[i]);
  } else if (!strncmp(path, "/exit/", 6)) {
    printf("before the end");
    fflush(stdout);
    exit(atoi(path + 6));
  } else if (!strcmp(path, "/trap")) {
    printf("before the trap\n");
    fflush(stdout);
    outermost(&runs);
  } else if (!strcmp(path, "/plain")) {
    printf("Note: this is no header\n\nfor nothing tells");
  } else if (!strcmp(path, "/missing")) {
    printf("Status: 404 Not Found\r\n\r\nno such thing");
  } else if (!strcmp(path, "/big")) {
    for (int i = 0; i < 1 << 16; i++)
      printf("0123456789abcde\n");
  } else if (!strcmp(path, "/sleep")) {
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    long ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    printf("%s", ms >= 20 ? "slept" : "woke too early");
  } else {
    report(argc, argv);
  }
}
