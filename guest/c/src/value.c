/* Reading values: views into a message, each access within its bounds. */
#include "internal.h"

#include <string.h>

enum { UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, SIMPLE };

static const mote_value NONE = {NULL, NULL};

static int major(mote_value value) { return value.at[0] >> 5; }

/* The head of a value; `value->at` is moved behind it. */
static bool head(mote_value *value, uint64_t *argument) {
  int info = *value->at++ & 0x1f;
  if (info < 24) {
    *argument = (uint64_t)info;
    return true;
  }
  if (info > 27)
    return false;
  ptrdiff_t bytes = (ptrdiff_t)1 << (info - 24);
  if (value->end - value->at < bytes)
    return false;
  uint64_t number = 0;
  while (bytes-- > 0)
    number = number << 8 | *value->at++;
  *argument = number;
  return true;
}

/* Moves behind a value; false if it is malformed. */
static bool skip(mote_value *rest, int depth) {
  if (rest->at >= rest->end || depth > 2 * DEEPEST)
    return false;
  int type = major(*rest);
  uint64_t argument;
  if (!head(rest, &argument))
    return false;
  size_t left = (size_t)(rest->end - rest->at);
  switch (type) {
    case BYTES:
    case TEXT:
      if (argument > left)
        return false;
      rest->at += argument;
      return true;
    case LIST:
    case MAP:
      if (argument > left)
        return false;
      for (uint64_t i = type == MAP ? 2 * argument : argument; i > 0; i--)
        if (!skip(rest, depth + 1))
          return false;
      return true;
    case TAG:
      return false;
    default:
      return true;
  }
}

mote_value mote_take(mote_value *rest) {
  mote_value value = *rest;
  if (value.at == NULL || !skip(rest, 0)) {
    *rest = NONE;
    return NONE;
  }
  value.end = rest->at;
  return value;
}

mote_kind mote_kind_of(mote_value value) {
  if (value.at == NULL || value.at >= value.end)
    return MOTE_NONE;
  switch (major(value)) {
    case UNSIGNED:
    case NEGATIVE:
      return MOTE_INT;
    case BYTES:
      return MOTE_BYTES;
    case TEXT:
      return MOTE_STRING;
    case LIST:
      return MOTE_LIST;
    case MAP:
      return MOTE_MAP;
    case SIMPLE:
      switch (*value.at) {
        case 0xf4:
        case 0xf5:
          return MOTE_BOOL;
        case 0xf6:
          return MOTE_NULL;
        case 0xf9:
        case 0xfa:
        case 0xfb:
          return MOTE_FLOAT;
        default:
          return MOTE_NONE;
      }
    default:
      return MOTE_NONE;
  }
}

bool mote_get_bool(mote_value value) {
  return mote_kind_of(value) == MOTE_BOOL && *value.at == 0xf5;
}

int64_t mote_get_int(mote_value value) {
  uint64_t argument;
  if (mote_kind_of(value) != MOTE_INT)
    return 0;
  bool negative = major(value) == NEGATIVE;
  if (!head(&value, &argument))
    return 0;
  if (argument > INT64_MAX)
    return negative ? INT64_MIN : INT64_MAX;
  return negative ? -1 - (int64_t)argument : (int64_t)argument;
}

uint64_t mote_get_uint(mote_value value) {
  uint64_t argument;
  if (mote_kind_of(value) != MOTE_INT || major(value) == NEGATIVE || !head(&value, &argument))
    return 0;
  return argument;
}

/* Widens the bits of a float; a NaN keeps its payload, which a conversion by the processor changes. */
static uint64_t widen(uint32_t bits) {
  uint64_t wide;
  if ((bits & 0x7f800000) == 0x7f800000)
    return (uint64_t)(bits & 0x80000000) << 32 | 0x7ff0000000000000 |
           (uint64_t)(bits & 0x7fffff) << 29;
  float narrow;
  memcpy(&narrow, &bits, sizeof narrow);
  double number = narrow;
  memcpy(&wide, &number, sizeof wide);
  return wide;
}

static uint32_t widen_half(uint32_t half) {
  uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent == 0x1f)
    return sign | 0x7f800000 | fraction << 13;
  if (exponent != 0)
    return sign | (exponent + 112) << 23 | fraction << 13;
  float number = (float)fraction * 0x1p-24f;
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return sign | bits;
}

/* The bits of a float of any width, as those of a double. */
static bool float_bits(mote_value value, uint64_t *bits) {
  if (mote_kind_of(value) != MOTE_FLOAT)
    return false;
  uint8_t initial = *value.at;
  if (!head(&value, bits))
    return false;
  if (initial == 0xf9)
    *bits = widen(widen_half((uint32_t)*bits));
  else if (initial == 0xfa)
    *bits = widen((uint32_t)*bits);
  return true;
}

double mote_get_double(mote_value value) {
  uint64_t bits;
  double number = 0;
  if (float_bits(value, &bits))
    memcpy(&number, &bits, sizeof number);
  return number;
}

float mote_get_float(mote_value value) {
  uint64_t wide;
  float number = 0;
  if (!float_bits(value, &wide))
    return 0;
  if ((wide & 0x7ff0000000000000) == 0x7ff0000000000000) {
    uint32_t bits = (uint32_t)(wide >> 32 & 0x80000000) | 0x7f800000 | (uint32_t)(wide >> 29 & 0x7fffff);
    memcpy(&number, &bits, sizeof number);
  } else {
    double exact;
    memcpy(&exact, &wide, sizeof exact);
    number = (float)exact;
  }
  return number;
}

static mote_text content(mote_value value, mote_kind kind) {
  mote_text text = {"", 0};
  uint64_t size;
  if (mote_kind_of(value) != kind || !head(&value, &size) || size > (size_t)(value.end - value.at))
    return text;
  text.data = (const char *)value.at;
  text.size = (size_t)size;
  return text;
}

mote_text mote_get_text(mote_value value) { return content(value, MOTE_STRING); }

mote_text mote_get_bytes(mote_value value) { return content(value, MOTE_BYTES); }

bool mote_text_is(mote_text text, const char *other) {
  return strlen(other) == text.size && memcmp(text.data, other, text.size) == 0;
}

mote_iterator mote_begin(mote_value value) {
  mote_iterator it = {NONE, NONE, NONE, 0, false};
  mote_kind kind = mote_kind_of(value);
  uint64_t count;
  if ((kind != MOTE_LIST && kind != MOTE_MAP) || !head(&value, &count) ||
      count > (size_t)(value.end - value.at))
    return it;
  it.rest = value;
  it.left = (size_t)count;
  it.map = kind == MOTE_MAP;
  return it;
}

bool mote_next(mote_iterator *it) {
  if (it->left == 0)
    return false;
  it->left--;
  if (it->map)
    it->key = mote_take(&it->rest);
  it->value = mote_take(&it->rest);
  return it->value.at != NULL;
}

size_t mote_count(mote_value value) { return mote_begin(value).left; }

mote_value mote_item(mote_value list, size_t index) {
  for (mote_iterator it = mote_begin(list); mote_next(&it); index--)
    if (index == 0)
      return it.value;
  return NONE;
}

mote_value mote_field(mote_value map, const char *name) {
  for (mote_iterator it = mote_begin(map); it.map && mote_next(&it);)
    if (mote_kind_of(it.key) == MOTE_STRING && mote_text_is(mote_get_text(it.key), name))
      return it.value;
  return NONE;
}
