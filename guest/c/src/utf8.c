/* Well-formed UTF-8, as RFC 3629 has it: no surrogates, nothing above U+10FFFF, no longer forms. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* The length of the character at the beginning; 0 if there is none. */
static size_t character(const uint8_t *at, size_t left) {
  uint8_t first = at[0];
  if (first < 0x80)
    return 1;
  size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || size > left)
    return 0;
  uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < least || at[1] > most)
    return 0;
  for (size_t i = 2; i < size; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  return size;
}

/* How much at the beginning is well-formed. */
MOTE_HOT static size_t well_formed(const uint8_t *text, size_t size) {
  size_t i = 0;
  while (i < size) {
    uint64_t eight;
    if (size - i >= sizeof eight && (memcpy(&eight, text + i, sizeof eight), (eight & 0x8080808080808080) == 0)) {
      i += sizeof eight; /* ASCII */
      continue;
    }
    size_t length = character(text + i, size - i);
    if (length == 0)
      return i;
    i += length;
  }
  return i;
}

MOTE_HOT bool mote_is_utf8(const char *text, size_t size) {
  return well_formed((const uint8_t *)text, size) == size;
}

void mote_put_readable(mote_writer *out, const char *text, size_t size) {
  static const char replacement[] = "\xef\xbf\xbd";
  enum { REPLACEMENT = sizeof replacement - 1 };
  if (mote_is_utf8(text, size)) {
    mote_put_text(out, text, size);
    return;
  }
  char *readable = mote_allocate(NULL, REPLACEMENT * size);
  size_t length = 0;
  while (size > 0) {
    size_t good = well_formed((const uint8_t *)text, size);
    memcpy(readable + length, text, good);
    length += good;
    text += good;
    size -= good;
    if (size > 0) {
      memcpy(readable + length, replacement, REPLACEMENT);
      length += REPLACEMENT;
      text++;
      size--;
    }
  }
  mote_put_text(out, readable, length);
  free(readable);
}
