/* Log records. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void mote_log(mote_level level, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = mote_format(format, arguments);
  va_end(arguments);
  if (mote_connect()) {
    mote_writer out = {0};
    mote_begin_message(&out, 3, LOG);
    mote_put_int(&out, level);
    mote_put_string(&out, text);
    mote_send(&out);
    free(out.bytes);
  } else {
    fprintf(stderr, "%s\n", text);
  }
  free(text);
}
