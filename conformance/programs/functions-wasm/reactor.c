// Functions that are called by themselves: a WASI reactor, in C.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT(name) __attribute__((export_name(#name), noinline))

static int calls;
static unsigned started; // a random number that is drawn at the start, and so is in the snapshot
static volatile int sink;

__attribute__((constructor)) static void start(void) { getentropy(&started, sizeof started); }

EXPORT(add) int32_t add(int32_t a, int32_t b) { return a + b; }
EXPORT(mul64) int64_t mul64(int64_t a, int64_t b) { return a * b; }
EXPORT(half) float half(float x) { return x / 2; }
EXPORT(twice) double twice(double x) { return x * 2; }
EXPORT(nothing) void nothing(void) {}
EXPORT(count) int32_t count(void) { return ++calls; }
EXPORT(at_start) int32_t at_start(void) { return (int32_t)started; }

EXPORT(draw) int64_t draw(void) {
  int64_t number;
  getentropy(&number, sizeof number);
  return number;
}

EXPORT(say) void say(int32_t number) {
  printf("said %d\n", number);
  fflush(stdout);
}

EXPORT(divide) int32_t divide(int32_t a, int32_t b) { return a / b; }

EXPORT(load) int32_t load(int32_t address) { return *(volatile int32_t *)(uintptr_t)address; }

EXPORT(recurse) int32_t recurse(int32_t depth) {
  char frame[64];
  frame[depth % 64] = (char)depth;
  sink = frame[0];
  return depth == 0 ? 0 : recurse(depth - 1) + sink - sink + 1;
}

EXPORT(fail) void fail(void) { abort(); }

EXPORT(allocate) int32_t allocate(int32_t pages) {
  char *memory = malloc((size_t)pages << 16);
  if (!memory)
    return 0;
  memset(memory, sink, (size_t)pages << 16);
  sink = memory[sink];
  free(memory);
  return pages;
}
