/* Lists, maps, records, variants, and the messages that they come in. */
#include "internal.h"

static const mote_value NONE = {NULL, NULL};

/* Goes through nothing where there is nothing; false for values that have no elements. */
MOTE_HOT static bool begin(mote_value value, mote_iterator *it) {
  mote_kind kind = mote_kind_of(value);
  uint64_t count;
  *it = (mote_iterator){NONE, NONE, NONE, 0, false};
  if (kind != MOTE_LIST && kind != MOTE_MAP)
    return kind == MOTE_NONE || kind == MOTE_NULL;
  if (!mote_head(&value, &count) || count > (size_t)(value.end - value.at))
    return false;
  it->rest = value;
  it->left = (size_t)count;
  it->map = kind == MOTE_MAP;
  return true;
}

MOTE_HOT mote_iterator mote_begin(mote_value value) {
  mote_iterator it;
  if (!begin(value, &it))
    mote_mismatch(value, "a list or a map");
  return it;
}

MOTE_HOT bool mote_next(mote_iterator *it) {
  if (it->left == 0) {
    it->key = it->value = NONE;
    return false;
  }
  it->left--;
  if (it->map)
    it->key = mote_take(&it->rest);
  if (it->left > 0) {
    it->value = mote_take(&it->rest);
  } else {
    /* The last one ends where all of it does: a long argument is not gone through to find its end. */
    it->value = it->rest.at < it->rest.end ? it->rest : NONE;
    it->rest = NONE;
  }
  return it->value.at != NULL;
}

size_t mote_count(mote_value value) { return mote_begin(value).left; }

MOTE_HOT mote_value mote_item(mote_value list, size_t index) {
  mote_iterator it;
  if (!begin(list, &it) || it.map) {
    mote_mismatch(list, "a list");
    return NONE;
  }
  while (mote_next(&it))
    if (index-- == 0)
      return it.value;
  return NONE;
}

mote_value mote_field(mote_value map, const char *name) {
  mote_iterator it;
  if (!begin(map, &it) || (mote_kind_of(map) == MOTE_LIST)) {
    mote_mismatch(map, "a map");
    return NONE;
  }
  while (mote_next(&it))
    if (mote_kind_of(it.key) == MOTE_STRING && mote_text_is(mote_get_text(it.key), name))
      return it.value;
  return NONE;
}

mote_text mote_variant(mote_value value) {
  mote_iterator it;
  if (mote_kind_of(value) == MOTE_STRING)
    return mote_get_text(value);
  if (begin(value, &it) && it.map && it.left == 1 && mote_next(&it))
    return mote_get_text(it.key);
  mote_mismatch(value, "a variant");
  return (mote_text){"", 0};
}

mote_value mote_variant_fields(mote_value value) {
  mote_iterator it;
  if (begin(value, &it) && it.map && mote_next(&it))
    return it.value;
  return NONE;
}

MOTE_HOT mote_iterator mote_open_message(const mote_buffer *message, int *kind) {
  mote_value rest = {message->bytes, message->bytes + message->size};
  mote_iterator parts;
  if (!begin(mote_take(&rest), &parts) || parts.map || rest.at != rest.end)
    mote_die("the host sent %zu bytes that are no message", message->size);
  if (!mote_next(&parts) || mote_kind_of(parts.value) != MOTE_INT)
    mote_die("the host sent a message without a kind");
  int64_t number = mote_get_int(parts.value);
  *kind = number >= ANNOUNCE && number <= LOG ? (int)number : -1;
  return parts;
}
