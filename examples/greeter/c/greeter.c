/* A function for a Mote host: greets a person by the title that the host knows, if it does. */
#include <mote.h>

static void greet(mote_call *call) {
  mote_value person = mote_argument(call, 0);
  mote_text name = mote_get_text(mote_field(person, "name"));
  mote_host_call *title = mote_host("title", 1);
  mote_put_text(mote_arguments(title), name.data, name.size);
  mote_text text = mote_invoke(title) ? mote_get_text(mote_reply(title)) : (mote_text){"dear", 4};
  mote_return_format(call, "Hello, %.*s %.*s (%d)", (int)text.size, text.data, (int)name.size, name.data,
                     (int)mote_get_int(mote_field(person, "age")));
  mote_end(title);
}
MOTE_FUNCTION(greet, "(person: {name: string, age: i32}) -> string")

int main(void) { return mote_serve(); }
