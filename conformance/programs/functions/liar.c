/* A guest that breaks the protocol, each time in the way that its argument says. It knows no library. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static unsigned char buffer[1 << 16];

static long out(long rax, const void *message, uint64_t size, void *into, uint64_t capacity) {
  register uint64_t r10 __asm__("r10") = capacity;
  __asm__ volatile("outb %%al, $0x7e" : "+a"(rax) : "D"(message), "S"(size), "d"(into), "r"(r10) : "memory");
  return rax;
}

static long exchange(const void *message, uint64_t size) { return out(1, message, size, buffer, sizeof buffer); }

#define SEND(literal) exchange(literal, sizeof literal - 1)
#define F(name) "\x82\x00\xa2\x67version\x01\x69" "functions\xa1\x61" name "\x6c() -> i64   "
#define ANNOUNCE F("f")

static void expect(long got, long expected) {
  if (got != expected) {
    printf("%ld instead of %ld\n", got, expected);
    exit(9);
  }
}

static void *repeat(const char *head, size_t head_size, const char *item, size_t item_size, size_t times) {
  char *message = malloc(head_size + item_size * times);
  memcpy(message, head, head_size);
  for (size_t i = 0; i < times; i++)
    memcpy(message + head_size + i * item_size, item, item_size);
  return message;
}

int main(int argc, char **argv) {
  const char *way = argc > 1 ? argv[1] : "";
#define WAY(name) else if (strcmp(way, name) == 0)
  if (argc < 2) {
    return 2;
  }
  /* Before or instead of an announcement */
  WAY("nothing") { return 3; }
  WAY("wait-first") { exchange(NULL, 0); }
  WAY("garbage") { SEND("\xff\xff\xff"); }
  WAY("empty-array") { SEND("\x80"); }
  WAY("call-first") { SEND("\x83\x01\x61x\x80"); }
  WAY("result-first") { SEND("\x82\x02\x01"); }
  WAY("version-2") { SEND("\x82\x00\xa2\x67version\x02\x69" "functions\xa0"); }
  WAY("no-functions") { SEND("\x82\x00\xa1\x67version\x01"); }
  WAY("bad-signature") { SEND("\x82\x00\xa2\x67version\x01\x69" "functions\xa1\x61" "f\x61("); }
  WAY("twice-named") {
    SEND("\x82\x00\xa2\x67version\x01\x69" "functions\xa2\x61" "f\x62()\x61" "f\x62()");
  }
  WAY("many-functions") {
    static const char head[] = "\x82\x00\xa2\x67version\x01\x69" "functions\xba\x00\x1e\x84\x80";
    exchange(repeat(head, sizeof head - 1, "\x61" "f\x62()", 5, 2000000), sizeof head - 1 + 5 * 2000000UL);
  }
  WAY("trailing") { SEND("\x82\x00\xa2\x67version\x01\x69" "functions\xa0\x00"); }
  WAY("deep") {
    char *message = repeat("\x82\x00\xa3\x67version\x01\x69" "functions\xa0\x61x", 25, "\x81", 1, 100000);
    exchange(message, 100025);
  }
  /* What the port refuses; the guest goes on and announces. */
  WAY("pointers") {
    expect(exchange((void *)16, 8), -14);
    expect(exchange((void *)0xffff800000000000, 8), -14);
    expect(exchange(buffer, 1UL << 63), -90);
    expect(exchange(buffer, ~0UL), -90);
    expect(exchange(buffer, (16 << 20) + 1), -90);
    expect(exchange((void *)(buffer + sizeof buffer - 4), 1 << 20), -14);
    expect(out(0, buffer, 8, buffer, 8), -38);
    expect(out(7, NULL, 0, NULL, 0), -38);
    long size = out(1, ANNOUNCE, sizeof ANNOUNCE - 1, (void *)0xffff800000000000, 64); /* the call is not lost */
    expect(size, -14);
    expect(out(1, NULL, 0, NULL, 0), 4);
    expect(out(1, NULL, 0, (void *)16, 100), -14);
    expect(out(1, NULL, 0, buffer, 3), 4);
    expect(out(1, NULL, 0, buffer, ~0UL), 4);
    expect(memcmp(buffer, "\x83\x01\x00\x80", 4), 0);
    SEND("\x82\x02\x18\x2a");
  }
  WAY("parts") {
    struct { const void *at; uint64_t size; } parts[9] = {{ANNOUNCE, 10}, {ANNOUNCE + 10, sizeof ANNOUNCE - 11}, {(void *)16, 0}};
    expect(out(2, parts, 0, buffer, 8), -22);
    expect(out(2, parts, 9, buffer, 8), -22);
    expect(out(2, parts, ~0UL, buffer, 8), -22);
    expect(out(2, (void *)16, 1, buffer, 8), -14);
    expect(out(2, (void *)(~0UL - 15), 2, buffer, 8), -14);
    expect(out(2, (void *)((1UL << 47) - 4096 - 8), 1, buffer, 8), -14);
    parts[2].size = 1;
    expect(out(2, parts, 3, buffer, 8), -14);
    parts[2].size = ~0UL;
    expect(out(2, parts, 3, buffer, 8), -90);
    parts[2].size = 1UL << 63;
    expect(out(2, parts, 3, buffer, 8), -90);
    parts[2].size = (16 << 20) - 20;
    expect(out(2, parts, 3, buffer, 8), -90);
    parts[2].size = 0;
    expect(out(2, parts, 3, buffer, sizeof buffer), 4);
    char *large = malloc(8192);
    memset(large, ' ', 8192);
    parts[0].at = "\x83\x04\x02\x7a\x00\x00\x60\x00";
    parts[0].size = 8;
    for (int i = 1; i < 4; i++) /* the same memory three times: a log record that is too long to be copied at once */
      parts[i].at = large, parts[i].size = 8192;
    expect(out(2, parts, 4, buffer, sizeof buffer), 0);
    parts[0].at = "\x82", parts[0].size = 1;
    parts[1].size = parts[2].size = 0;
    parts[3].at = "\x02\x18\x2a", parts[3].size = 3;
    out(2, parts, 4, buffer, sizeof buffer);
  }
  WAY("overlap") {
    memcpy(buffer, ANNOUNCE, sizeof ANNOUNCE - 1);
    long size = exchange(buffer, sizeof ANNOUNCE - 1);
    memcpy(buffer, "\x82\x02\x07", 3);
    expect(size, 4);
    exchange(buffer, 3);
  }
  /* Answers to a call */
  else {
    SEND(ANNOUNCE);
    if (strcmp(way, "announce-again") == 0) {
      SEND(ANNOUNCE);
    }
    WAY("wrong-type") { SEND("\x82\x02\x63" "abc"); }
    WAY("out-of-range") { SEND("\x82\x02\x1b\xff\xff\xff\xff\xff\xff\xff\xff"); }
    WAY("two-values") { SEND("\x83\x02\x01\x02"); }
    WAY("behind") { SEND("\x82\x02\x01\x00"); }
    WAY("cut") { SEND("\x82\x02\x1b\x00"); }
    WAY("error-forms") { SEND("\x83\x03\x01\x02"); }
    WAY("error-short") { SEND("\x82\x03\x61x"); }
    WAY("unknown-kind") { SEND("\x82\x18\x63\x00"); }
    WAY("negative-kind") { SEND("\x82\x20\x00"); }
    WAY("host-garbage") { SEND("\x83\x01\x64host\x81\xff"); }
    WAY("host-cut") { SEND("\x83\x01\x64host\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"); }
    WAY("host-bad-name") { SEND("\x83\x01\x01\x80"); }
    WAY("utf8") { SEND("\x83\x01\x62\xc3\x28\x80"); }
    WAY("endless-host-calls") {
      for (;;)
        SEND("\x83\x01\x64host\x80");
    }
    WAY("endless-logs") {
      for (;;)
        SEND("\x83\x04\x02\x78\x20" "0123456789012345678901234567890!");
    }
    WAY("log-level") { SEND("\x83\x04\x18\x63\x61x"); }
    WAY("never-answers") { exchange(NULL, 0); }
    WAY("nested-never") {
      SEND("\x83\x01\x65" "again\x80");
      exchange(NULL, 0);
    }
    WAY("result-for-host") { /* answers the outer call while the inner one waits */
      SEND("\x83\x01\x65" "again\x80");
      SEND("\x82\x02\x01");
      SEND("\x82\x02\x02");
    }
    WAY("no-room") { /* the answer goes where memory is accessible, but more than there may be */
      void *room = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      out(1, "\x83\x01\x65large\x80", 9, room, 64 << 20);
    }
    WAY("exits") { exit(5); }
    WAY("returns-then-exits") {
      SEND("\x82\x02\x05");
      exit(6);
    }
    WAY("ignores-the-call") { SEND("\x82\x02\x01"); }
  }
  for (;;)
    if (SEND("\x82\x02\x01") < 0)
      return 8;
}
