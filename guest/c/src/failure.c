/* The end of a program that cannot go on. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { STATUS = 70 }; /* EX_SOFTWARE of sysexits.h */

_Noreturn void mote_die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fflush(stdout);
  fputs("mote: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(STATUS);
}
