/* The port: one instruction, with registers as for a system call. Where there is no host it is a fault,
 * so exchange.c asks /dev/mote first. */
#include "internal.h"

#if !defined(__x86_64__)
#error "Mote runs x86-64 programs"
#endif

enum { EXCHANGE = 1, EXCHANGE_PARTS = 2 };

MOTE_HOT static long out(long kind, const void *what, size_t size, void *buffer, size_t capacity) {
  long result = kind;
  register size_t r10 __asm__("r10") = capacity;
  __asm__ volatile("outb %%al, $0x7e"
                   : "+a"(result)
                   : "D"(what), "S"(size), "d"(buffer), "r"(r10)
                   : "memory");
  return result;
}

MOTE_HOT long mote_port(const void *message, size_t size, void *buffer, size_t capacity) {
  return out(EXCHANGE, message, size, buffer, capacity);
}

long mote_port_parts(const mote_part *parts, size_t count, void *buffer, size_t capacity) {
  return out(EXCHANGE_PARTS, parts, count, buffer, capacity);
}
