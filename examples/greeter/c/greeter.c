/* A guest that offers one function. Build it as a static program; CMakeLists.txt does. */
#include <mote.h>

static void greet(mote_call *call) {
  mote_value person = mote_argument(call, 0);
  mote_text name = mote_get_text(mote_field(person, "name"));
  int64_t age = mote_get_int(mote_field(person, "age"));
  mote_return_format(call, "Hello, %.*s (%lld)", MOTE_ARG(name), (long long)age);
}
MOTE_FUNCTION(greet, "(person: {name: string, age: i32}) -> string")

int main(void) { return mote_serve(); }
