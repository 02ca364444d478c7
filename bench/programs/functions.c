/* What the figures of calls call. */
#include <mote.h>

static void add(mote_call *call) {
  mote_return_int(call, mote_get_int(mote_argument(call, 0)) + 1);
}
MOTE_FUNCTION(add, "(number: i64) -> i64")

static void ask(mote_call *call) {
  mote_host_call *host = mote_host("add", 1);
  mote_put_value(mote_arguments(host), mote_argument(call, 0));
  if (mote_invoke(host))
    mote_return_value(call, mote_reply(host));
  else
    mote_fail_as(call, host);
  mote_end(host);
}
MOTE_FUNCTION(ask, "(number: i64) -> i64")

static void echo(mote_call *call) {
  mote_text bytes = mote_get_bytes(mote_argument(call, 0));
  mote_return_bytes(call, bytes.data, bytes.size);
}
MOTE_FUNCTION(echo, "(value: bytes) -> bytes")

#define PERSON "{name: string, age: i32, email: string, score: f64, active: bool}"
static void birthday(mote_call *call) {
  mote_value person = mote_argument(call, 0);
  mote_writer *out = mote_result(call);
  mote_put_map(out, 5);
  for (mote_iterator it = mote_begin(person); mote_next(&it);) {
    mote_put_value(out, it.key);
    if (mote_text_is(mote_get_text(it.key), "age"))
      mote_put_int(out, mote_get_int(it.value) + 1);
    else
      mote_put_value(out, it.value);
  }
}
MOTE_FUNCTION(birthday, "(person: " PERSON ") -> " PERSON)

static char pages[4096][4096] __attribute__((aligned(4096)));

/* Writes to so many pages. */
static void touch(mote_call *call) {
  int64_t count = mote_get_int(mote_argument(call, 0));
  for (int64_t i = 0; i < count; i++) pages[i][64]++;
  mote_return_int(call, pages[0][64]);
}
MOTE_FUNCTION(touch, "(count: i64) -> i64")

int main(void) { return mote_serve(); }
