/*
 * A function reads a value as what it is not. The host has checked the arguments by the signature, so this
 * is a mistake of the function, or a call that only the fallback could check. Nobody looks for a place
 * until there is a mismatch: then the way to the value is found by its address in the message.
 */
#include "internal.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  char text[200]; /* what is longer ends here */
  size_t size;
} place;

static void append(place *to, const char *format, ...) MOTE_PRINTF(2, 3);

static void append(place *to, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vsnprintf(to->text + to->size, sizeof to->text - to->size, format, arguments);
  va_end(arguments);
  to->size += count > 0 ? (size_t)count : 0;
  if (to->size >= sizeof to->text)
    to->size = sizeof to->text - 1;
}

static bool contains(mote_value outer, mote_value inner) {
  return outer.at != NULL && outer.at <= inner.at && inner.at < outer.end;
}

/* The name that the signature gives to a parameter, or its number. */
static void append_parameter(place *to, const char *signature, size_t index) {
  int depth = 0;
  for (const char *at = signature == NULL ? "" : signature; *at != 0; at++) {
    if (strchr("([{<", *at) != NULL)
      depth++;
    else if (strchr(")]}>", *at) != NULL)
      depth--;
    if (depth == 1 && (*at == '(' || *at == ',') && index-- == 0) {
      at += 1 + strspn(at + 1, " \t\r\n");
      append(to, "%.*s", (int)strcspn(at, ": \t\r\n,)"), at);
      return;
    }
  }
  append(to, "%zu", index + 1);
}

static void append_way(place *to, mote_value from, mote_value target) {
  while (from.at != target.at) {
    mote_iterator it = mote_begin(from);
    size_t index = 0;
    while (mote_next(&it) && !contains(it.key, target) && !contains(it.value, target))
      index++;
    if (it.value.at == NULL)
      return;
    if (it.map && mote_kind_of(it.key) == MOTE_STRING)
      append(to, ".%.*s", MOTE_ARG(mote_get_text(it.key)));
    else
      append(to, "[%zu]", index);
    if (contains(it.key, target))
      return;
    from = it.value;
  }
}

static void append_place(place *to, const mote_call *call, mote_value value) {
  size_t index = 0;
  for (mote_iterator it = mote_begin(call->arguments); mote_next(&it); index++)
    if (contains(it.value, value)) {
      append(to, "argument '");
      append_parameter(to, call->offer == NULL ? NULL : call->offer->signature, index);
      append_way(to, it.value, value);
      append(to, "'");
      return;
    }
  append(to, "a value that is no argument");
}

static const char *name_of(mote_kind kind) {
  switch (kind) {
    case MOTE_NONE:
      return "nothing";
    case MOTE_NULL:
      return "null";
    case MOTE_BOOL:
      return "a boolean";
    case MOTE_INT:
      return "an integer";
    case MOTE_UINT:
      return "an integer of 64 bits without sign";
    case MOTE_FLOAT:
      return "a float";
    case MOTE_STRING:
      return "a string";
    case MOTE_BYTES:
      return "bytes";
    case MOTE_LIST:
      return "a list";
    case MOTE_MAP:
      return "a map";
  }
  return "nothing";
}

void mote_mismatch(mote_value value, const char *wanted) {
  mote_call *call = mote_current;
  if (call == NULL || call->mismatch != NULL)
    return; /* the first one says most */
  place where = {.size = 0};
  if (value.at == NULL)
    append(&where, "an argument, element or field that is not there");
  else
    append_place(&where, call, value);
  append(&where, ": %s is there instead of %s", name_of(mote_kind_of(value)), wanted);
  call->mismatch = mote_copy(where.text, where.size);
}
