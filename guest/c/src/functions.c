/* What the program offers. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static mote_offer *offers;
static size_t count, capacity;
static mote_offer fallback;

void mote_register(const char *name, const char *signature, mote_function *function) {
  mote_register_with(name, signature, function, NULL);
}

void mote_register_with(const char *name, const char *signature, mote_function *function, void *context) {
  if (count == capacity) {
    capacity = 2 * capacity + 16;
    offers = mote_allocate(offers, capacity * sizeof *offers);
  }
  offers[count++] = (mote_offer){name, signature, function, context};
}

void mote_fallback(mote_function *function) { fallback.function = function; }

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The host would refuse the announcement, and could not say where the second is. */
static void require_different_names(void) {
  if (count < 2)
    return;
  const char **names = mote_allocate(NULL, count * sizeof *names);
  for (size_t i = 0; i < count; i++)
    names[i] = offers[i].name;
  qsort(names, count, sizeof *names, by_name);
  for (size_t i = 1; i < count; i++)
    if (strcmp(names[i - 1], names[i]) == 0)
      mote_die("function %s is registered twice", names[i]);
  free(names);
}

void mote_announce(mote_writer *out) {
  require_different_names();
  mote_begin_message(out, ANNOUNCE, 1);
  mote_put_map(out, fallback.function == NULL ? 2 : 3);
  mote_put_string(out, "version");
  mote_put_int(out, 1);
  mote_put_string(out, "functions");
  mote_put_map(out, count);
  for (size_t i = 0; i < count; i++) {
    mote_put_string(out, offers[i].name);
    mote_put_string(out, offers[i].signature);
  }
  if (fallback.function != NULL) {
    mote_put_string(out, "fallback");
    mote_put_bool(out, true);
  }
}

MOTE_HOT const mote_offer *mote_offered(uint64_t index) { return index < count ? &offers[index] : NULL; }

const mote_offer *mote_offered_to_all(void) { return fallback.function == NULL ? NULL : &fallback; }
