/* Memory, or the end of the program: a guest without memory for a message cannot even say so in one. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *mote_allocate(void *old, size_t size) {
  void *memory = realloc(old, size);
  if (memory == NULL)
    mote_die("no memory for %zu bytes", size);
  return memory;
}

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

char *mote_copy(const char *data, size_t size) {
  char *string = mote_allocate(NULL, size + 1);
  memcpy(string, data, size);
  string[size] = 0;
  return string;
}
