/* Texts of this library's own, and messages that begin. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *mote_format(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (size < 0)
    mote_die("a format cannot be used: %s", format);
  char *text = mote_allocate(NULL, (size_t)size + 1);
  vsnprintf(text, (size_t)size + 1, format, arguments);
  return text;
}

char *mote_copy(mote_text text) {
  char *string = mote_allocate(NULL, text.size + 1);
  memcpy(string, text.data, text.size);
  string[text.size] = 0;
  return string;
}

void mote_begin_message(mote_writer *out, int fields, int kind) {
  mote_reset(out);
  mote_put_head(out, 4, (uint64_t)fields);
  mote_put_head(out, 0, (uint64_t)kind);
}
