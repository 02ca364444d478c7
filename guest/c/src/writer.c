/* Writing values: CBOR in its shortest form, definite lengths only. */
#include "internal.h"

#include <string.h>

void mote_reset(mote_writer *out) {
  out->size = 0;
  out->depth = 0;
  out->values = 0;
  out->broken = false;
}

static uint8_t *room(mote_writer *out, size_t more) {
  size_t needed = out->size + more;
  if (needed > out->capacity) {
    size_t doubled = 2 * out->capacity;
    out->capacity = needed > doubled ? needed : doubled;
    if (out->capacity < 256)
      out->capacity = 256;
    out->bytes = mote_allocate(out->bytes, out->capacity);
  }
  uint8_t *place = out->bytes + out->size;
  out->size = needed;
  return place;
}

static void put_number(mote_writer *out, int initial, uint64_t value, int bytes) {
  uint8_t *place = room(out, (size_t)bytes + 1);
  *place++ = (uint8_t)initial;
  for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8)
    *place++ = (uint8_t)(value >> shift);
}

void mote_put_head(mote_writer *out, int major, uint64_t argument) {
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

/* A value is complete, and perhaps the lists and maps that end with it. */
static void completed(mote_writer *out) {
  while (out->depth > 0 && --out->open[out->depth - 1] == 0)
    out->depth--;
  if (out->depth == 0)
    out->values++;
}

static void begin(mote_writer *out, size_t values) {
  if (values == 0) {
    completed(out);
  } else if (out->depth == DEEPEST) {
    out->broken = true;
  } else {
    out->open[out->depth++] = values;
  }
}

void mote_put_null(mote_writer *out) {
  put_number(out, 0xf6, 0, 0);
  completed(out);
}

void mote_put_bool(mote_writer *out, bool value) {
  put_number(out, value ? 0xf5 : 0xf4, 0, 0);
  completed(out);
}

void mote_put_int(mote_writer *out, int64_t value) {
  if (value < 0)
    mote_put_head(out, 1, ~(uint64_t)value);
  else
    mote_put_head(out, 0, (uint64_t)value);
  completed(out);
}

void mote_put_uint(mote_writer *out, uint64_t value) {
  mote_put_head(out, 0, value);
  completed(out);
}

void mote_put_float(mote_writer *out, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put_number(out, 0xfa, bits, 4);
  completed(out);
}

void mote_put_double(mote_writer *out, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  put_number(out, 0xfb, bits, 8);
  completed(out);
}

static void put_bytes(mote_writer *out, int major, const void *bytes, size_t size) {
  mote_put_head(out, major, size);
  if (size > 0)
    memcpy(room(out, size), bytes, size);
  completed(out);
}

void mote_put_string(mote_writer *out, const char *text) { put_bytes(out, 3, text, strlen(text)); }

void mote_put_text(mote_writer *out, const char *utf8, size_t size) {
  put_bytes(out, 3, utf8, size);
}

void mote_put_bytes(mote_writer *out, const void *bytes, size_t size) {
  put_bytes(out, 2, bytes, size);
}

void mote_put_list(mote_writer *out, size_t elements) {
  mote_put_head(out, 4, elements);
  begin(out, elements);
}

void mote_put_map(mote_writer *out, size_t entries) {
  mote_put_head(out, 5, entries);
  begin(out, 2 * entries);
}

void mote_put_value(mote_writer *out, mote_value value) {
  mote_value rest = value;
  if (value.at == NULL || (mote_take(&rest), rest.at == NULL)) {
    mote_put_null(out);
    return;
  }
  size_t size = (size_t)(rest.at - value.at);
  memcpy(room(out, size), value.at, size);
  completed(out);
}
