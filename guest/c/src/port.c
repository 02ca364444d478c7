/* The port: one instruction, with registers as for a system call. Where there is no host it is a fault,
 * so exchange.c asks /dev/mote first. */
#include "internal.h"

#if !defined(__x86_64__)
#error "Mote runs x86-64 programs"
#endif

enum { EXCHANGE = 1 };

long mote_port(const void *message, size_t size, void *buffer, size_t capacity) {
  long result = EXCHANGE;
  register size_t r10 __asm__("r10") = capacity;
  __asm__ volatile("outb %%al, $0x7e"
                   : "+a"(result)
                   : "D"(message), "S"(size), "d"(buffer), "r"(r10)
                   : "memory");
  return result;
}
