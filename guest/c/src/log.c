/* Log records. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_record(mote_writer *out, mote_level level, const char *text) {
  mote_begin_message(out, LOG, 2);
  mote_put_int(out, level);
  mote_put_readable(out, text, strlen(text));
}

void mote_log(mote_level level, const char *format, ...) {
  static mote_writer record; /* its buffer stays for the next one */
  va_list arguments;
  va_start(arguments, format);
  char *text = mote_format(format, arguments);
  va_end(arguments);
  if ((int)level < MOTE_TRACE || level > MOTE_ERROR)
    level = MOTE_ERROR;
  if (!mote_connect()) {
    fprintf(stderr, "%s\n", text);
  } else {
    put_record(&record, level, text);
    if (!mote_send(&record)) {
      put_record(&record, MOTE_WARNING, "a log record was larger than the host takes");
      mote_send(&record);
    }
  }
  free(text);
}
