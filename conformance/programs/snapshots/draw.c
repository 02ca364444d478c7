/* Random numbers of a generator in the program's memory, after restores. */
#include <mote.h>

#include <stdlib.h>
#include <sys/random.h>

static uint64_t state, stale;
static char restores[64]; /* a letter for each callback that was called */
static size_t restores_length;

static uint64_t seed(void) {
  uint64_t random;
  if (getrandom(&random, sizeof random, 0) != sizeof random) abort();
  return random | 1;
}

static uint64_t next(uint64_t *of) {
  *of ^= *of << 13;
  *of ^= *of >> 7;
  *of ^= *of << 17;
  return *of;
}

static void reseed(void *context) {
  (void)context;
  state = seed();
}

static void note(void *letter) { restores[restores_length++ % sizeof restores] = *(const char *)letter; }

static void draw(mote_call *call) { mote_return_int(call, (int64_t)next(&state)); }
MOTE_FUNCTION(draw, "() -> i64")

static void draw_stale(mote_call *call) { mote_return_int(call, (int64_t)next(&stale)); }
MOTE_FUNCTION(draw_stale, "() -> i64")

static void count(mote_call *call) { mote_return_text(call, restores, restores_length); }
MOTE_FUNCTION_AS("restores", count, "() -> string")

/* By way of the host, which calls `restores`. */
static void ask(mote_call *call) {
  mote_host_call *host = mote_host("back", 0);
  if (mote_invoke(host))
    mote_return_value(call, mote_reply(host));
  else
    mote_fail_as(call, host);
}
MOTE_FUNCTION_AS("restores_by_the_host", ask, "() -> string")

int main(void) {
  state = seed();
  stale = seed();
  mote_on_restore(note, "a");
  mote_on_restore(reseed, NULL);
  mote_on_restore(note, "b");
  return mote_serve();
}
