/* Reading values: views into a message, each access within its bounds. */
#include "internal.h"

enum { UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, SIMPLE };
enum { FALSE = 0xf4, TRUE = 0xf5, NULL_VALUE = 0xf6, HALF = 0xf9, SINGLE = 0xfa, DOUBLE = 0xfb };

static const mote_value NONE = {NULL, NULL};

static int major(mote_value value) { return value.at[0] >> 5; }

static size_t length(mote_value value) { return (size_t)(value.end - value.at); }

MOTE_HOT bool mote_head(mote_value *value, uint64_t *argument) {
  *argument = 0;
  if (value->at >= value->end)
    return false;
  int info = *value->at++ & 0x1f;
  if (info < 24) {
    *argument = (uint64_t)info;
    return true;
  }
  if (info > 27)
    return false; /* an indefinite length, or reserved */
  size_t bytes = (size_t)1 << (info - 24);
  if (length(*value) < bytes)
    return false;
  uint64_t number = 0;
  while (bytes-- > 0)
    number = number << 8 | *value->at++;
  *argument = number;
  return true;
}

/* Of what has the type SIMPLE, which are floats too, the protocol has these. */
static bool is_simple(uint8_t initial) {
  return (initial >= FALSE && initial <= NULL_VALUE) || (initial >= HALF && initial <= DOUBLE);
}

/* Moves behind a value; false if it is malformed. Needs no stack, however deep the value is: what counts
 * is how many values must still come. */
MOTE_HOT static bool skip(mote_value *value) {
  mote_value rest = *value;
  for (uint64_t left = 1; left > 0; left--) {
    uint64_t argument;
    if (left > length(rest))
      return false; /* each has a byte at least */
    uint8_t initial = *rest.at;
    if ((initial & 0x1f) < 24) {
      argument = initial & 0x1f;
      rest.at++;
    } else if (!mote_head(&rest, &argument)) {
      return false;
    }
    int type = initial >> 5;
    if (type >= TAG && !is_simple(initial))
      return false;
    /* No branches that depend on the type: the processor guesses wrong at most of them when the guest begins to run. */
    uint64_t inside = type >= BYTES && type <= MAP ? argument : 0;
    if (inside > length(rest))
      return false;
    bool flat = type < LIST;
    rest.at += flat ? inside : 0;
    left += flat ? 0 : inside << (type == MAP);
  }
  value->at = rest.at;
  return true;
}

MOTE_HOT mote_value mote_take(mote_value *rest) {
  mote_value value = *rest;
  if (value.at < value.end && (*value.at & 0x1f) < 24 && *value.at < LIST << 5) {
    /* A small integer or a short string, as most keys and many values are. */
    size_t content = *value.at < BYTES << 5 ? 0 : *value.at & 0x1f;
    if (content < length(value)) {
      value.end = rest->at += 1 + content;
      return value;
    }
  }
  if (value.at == NULL || !skip(rest)) {
    *rest = NONE;
    return NONE;
  }
  value.end = rest->at;
  return value;
}

MOTE_HOT mote_kind mote_kind_of(mote_value value) {
  if (value.at == NULL || value.at >= value.end)
    return MOTE_NONE;
  uint8_t initial = *value.at;
  int type = major(value);
  uint64_t argument;
  if (!mote_head(&value, &argument))
    return MOTE_NONE;
  switch (type) {
    case UNSIGNED:
      return argument > INT64_MAX ? MOTE_UINT : MOTE_INT;
    case NEGATIVE:
      return argument > INT64_MAX ? MOTE_NONE : MOTE_INT;
    case BYTES:
      return MOTE_BYTES;
    case TEXT:
      return MOTE_STRING;
    case LIST:
      return MOTE_LIST;
    case MAP:
      return MOTE_MAP;
    case SIMPLE:
      if (initial == FALSE || initial == TRUE)
        return MOTE_BOOL;
      if (initial == NULL_VALUE)
        return MOTE_NULL;
      return initial >= HALF && initial <= DOUBLE ? MOTE_FLOAT : MOTE_NONE;
    default:
      return MOTE_NONE;
  }
}

bool mote_get_bool(mote_value value) {
  if (mote_kind_of(value) != MOTE_BOOL)
    mote_mismatch(value, "a boolean");
  return mote_kind_of(value) == MOTE_BOOL && *value.at == TRUE;
}

MOTE_HOT int64_t mote_get_int(mote_value value) {
  uint64_t argument;
  mote_value rest = value;
  int type = value.at < value.end ? major(value) : SIMPLE;
  if (type > NEGATIVE || !mote_head(&rest, &argument) || argument > INT64_MAX) {
    mote_mismatch(value, "an integer of 64 bits with sign");
    return 0;
  }
  return type == NEGATIVE ? -1 - (int64_t)argument : (int64_t)argument;
}

MOTE_HOT uint64_t mote_get_uint(mote_value value) {
  uint64_t argument;
  mote_value rest = value;
  if (value.at >= value.end || major(value) != UNSIGNED || !mote_head(&rest, &argument)) {
    mote_mismatch(value, "an integer that is not negative");
    return 0;
  }
  return argument;
}

MOTE_HOT static mote_text content(mote_value value, int type, const char *wanted) {
  mote_value rest = value;
  uint64_t size;
  if (value.at < value.end && major(value) == type && mote_head(&rest, &size) && size <= length(rest))
    return (mote_text){(const char *)rest.at, (size_t)size};
  mote_mismatch(value, wanted);
  return (mote_text){"", 0};
}

MOTE_HOT mote_text mote_get_text(mote_value value) { return content(value, TEXT, "a string"); }

mote_text mote_get_bytes(mote_value value) { return content(value, BYTES, "bytes"); }

MOTE_HOT bool mote_text_is(mote_text text, const char *other) {
  size_t i = 0;
  while (i < text.size && other[i] != 0 && text.data[i] == other[i])
    i++;
  return i == text.size && other[i] == 0;
}
