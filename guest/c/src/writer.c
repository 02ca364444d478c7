/* Writing values: CBOR in its shortest form, definite lengths only. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

/* The bytes that are worth a part; the tests have a lower number. */
#ifndef MOTE_LARGE
#define MOTE_LARGE (64 << 10)
#endif

enum { UNSIGNED = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, LIST = 4, MAP = 5 };

enum { SHORT = 256 };

MOTE_HOT static uint8_t *room(mote_writer *out, size_t more) {
  if (more > SIZE_MAX / 2 - out->size)
    mote_die("no memory for a value of %zu bytes", more);
  size_t needed = out->size + more;
  if (needed > out->capacity) {
    size_t doubled = out->capacity < 128 ? 256 : 2 * out->capacity;
    out->capacity = needed > doubled ? needed : doubled;
    out->bytes = mote_allocate(out->bytes, out->capacity);
  }
  uint8_t *place = out->bytes + out->size;
  out->size = needed;
  return place;
}

/* Most of what is copied is short, and the code of memcpy is in no cache when the guest begins to run. */
MOTE_HOT static void copy(uint8_t *to, const uint8_t *from, size_t size) {
  if (size > SHORT) {
    memcpy(to, from, size);
    return;
  }
  for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t)) {
    uint64_t eight;
    memcpy(&eight, from, sizeof eight);
    memcpy(to, &eight, sizeof eight);
    to += sizeof eight;
    from += sizeof eight;
  }
  while (size-- > 0)
    *to++ = *from++;
}

MOTE_HOT static void put_number(mote_writer *out, int initial, uint64_t value, int bytes) {
  uint8_t *place = room(out, (size_t)bytes + 1);
  *place++ = (uint8_t)initial;
  for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8)
    *place++ = (uint8_t)(value >> shift);
}

MOTE_HOT void mote_put_head(mote_writer *out, int major, uint64_t argument) {
  int type = major << 5;
  if (argument < 24)
    put_number(out, type | (int)argument, 0, 0);
  else if (argument <= UINT8_MAX)
    put_number(out, type | 24, argument, 1);
  else if (argument <= UINT16_MAX)
    put_number(out, type | 25, argument, 2);
  else if (argument <= UINT32_MAX)
    put_number(out, type | 26, argument, 4);
  else
    put_number(out, type | 27, argument, 8);
}

MOTE_HOT void mote_begin_message(mote_writer *out, int kind, int values) {
  mote_begin_value(out);
  out->call = mote_current;
  mote_put_head(out, LIST, (uint64_t)values + 1);
  mote_put_head(out, UNSIGNED, (uint64_t)kind);
  out->start = out->size;
  out->missing = (uint64_t)values;
}

MOTE_HOT void mote_begin_value(mote_writer *out) {
  out->size = out->start = 0;
  out->missing = 1;
  out->surplus = out->not_text = false;
  out->part_size = 0;
  out->call = NULL;
}

MOTE_HOT size_t mote_size(const mote_writer *out) { return out->size + out->part_size; }

/* Makes it the part, if it lasts as long as the message. */
static bool refer(mote_writer *out, const void *bytes, size_t size) {
  if (size < MOTE_LARGE || out->part_size > 0 || out->call == NULL || out->call != mote_current)
    return false;
  const uint8_t *at = bytes;
  mote_value lasting = out->call->arguments;
  if (at < lasting.at || at >= lasting.end || size > (size_t)(lasting.end - at))
    return false;
  out->part = bytes;
  out->part_at = out->size;
  out->part_size = size;
  return true;
}

MOTE_HOT const char *mote_defect(const mote_writer *out) {
  if (out->surplus)
    return "has more values than it must have";
  if (out->missing > 0)
    return "has fewer values than it must have";
  if (out->not_text)
    return "has a string that is not UTF-8";
  return NULL;
}

/* A value comes, and `inner` more that it consists of. */
MOTE_HOT static void count(mote_writer *out, uint64_t inner) {
  if (out->missing == 0)
    out->surplus = true;
  else
    out->missing--;
  if (__builtin_add_overflow(out->missing, inner, &out->missing))
    out->missing = UINT64_MAX; /* so many never come */
}

void mote_put_null(mote_writer *out) {
  count(out, 0);
  put_number(out, 0xf6, 0, 0);
}

void mote_put_bool(mote_writer *out, bool value) {
  count(out, 0);
  put_number(out, value ? 0xf5 : 0xf4, 0, 0);
}

MOTE_HOT void mote_put_int(mote_writer *out, int64_t value) {
  count(out, 0);
  if (value < 0)
    mote_put_head(out, NEGATIVE, ~(uint64_t)value);
  else
    mote_put_head(out, UNSIGNED, (uint64_t)value);
}

void mote_put_uint(mote_writer *out, uint64_t value) {
  count(out, 0);
  mote_put_head(out, UNSIGNED, value);
}

void mote_put_float(mote_writer *out, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  count(out, 0);
  put_number(out, 0xfa, bits, 4);
}

void mote_put_double(mote_writer *out, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  count(out, 0);
  put_number(out, 0xfb, bits, 8);
}

void *mote_put_space(mote_writer *out, size_t size) {
  count(out, 0);
  mote_put_head(out, BYTES, size);
  return room(out, size);
}

void mote_put_bytes(mote_writer *out, const void *bytes, size_t size) {
  count(out, 0);
  mote_put_head(out, BYTES, size);
  if (!refer(out, bytes, size))
    copy(room(out, size), bytes, size);
}

MOTE_HOT void mote_put_text(mote_writer *out, const char *utf8, size_t size) {
  if (!mote_is_utf8(utf8, size))
    out->not_text = true;
  count(out, 0);
  mote_put_head(out, TEXT, size);
  copy(room(out, size), (const uint8_t *)utf8, size);
}

void mote_put_string(mote_writer *out, const char *text) {
  if (text == NULL)
    mote_put_null(out);
  else
    mote_put_text(out, text, strlen(text));
}

void mote_put_format(mote_writer *out, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (size < 0)
    mote_die("a format cannot be used: %s", format);
  count(out, 0);
  mote_put_head(out, TEXT, (uint64_t)size);
  char *place = (char *)room(out, (size_t)size + 1);
  vsnprintf(place, (size_t)size + 1, format, arguments);
  out->size--; /* the NUL */
  if (!mote_is_utf8(place, (size_t)size))
    out->not_text = true;
}

void mote_put_list(mote_writer *out, size_t elements) {
  count(out, elements);
  mote_put_head(out, LIST, elements);
}

MOTE_HOT void mote_put_map(mote_writer *out, size_t entries) {
  count(out, entries > UINT64_MAX / 2 ? UINT64_MAX : 2 * (uint64_t)entries);
  mote_put_head(out, MAP, entries);
}

MOTE_HOT void mote_put_value(mote_writer *out, mote_value value) {
  if (value.at >= value.end) {
    mote_put_null(out);
    return;
  }
  size_t size = (size_t)(value.end - value.at);
  count(out, 0);
  if (!refer(out, value.at, size))
    copy(room(out, size), value.at, size);
}
