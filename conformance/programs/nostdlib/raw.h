// Programs without a C library: the entry, system calls by hand, decimal and hexadecimal output.
#pragma once
typedef unsigned long word;

static inline long call(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

static inline void text(const char *s) {
  long n = 0;
  while (s[n]) n++;
  call(1, 1, (long)s, n, 0, 0, 0);
}

static inline void number(const char *name, long value) {
  char digits[24];
  int at = 23;
  int negative = value < 0;
  word left = negative ? -(word)value : (word)value;
  digits[at] = '\n';
  do {
    digits[--at] = (char)('0' + left % 10);
    left /= 10;
  } while (left);
  if (negative) digits[--at] = '-';
  text(name);
  text(" ");
  call(1, 1, (long)(digits + at), 24 - at, 0, 0, 0);
}

__attribute__((noreturn)) static inline void leave(long status) {
  call(231, status, 0, 0, 0, 0, 0);
  __builtin_unreachable();
}
