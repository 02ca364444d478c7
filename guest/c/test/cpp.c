/* mote.hpp: signatures that follow from types, values, exceptions. */
#include "peer.h"

enum { BIRTHDAY, SUM_OF, LENGTHS, FAILS, QUESTION, BYTES, COUNT, RESTORE_NOW };

static void signatures_follow_from_types(void) {
  mote_value functions = mote_field(announcement, "functions");
  CHECK(is_text(mote_field(functions, "birthday"),
                "(person: {name: string, age: i32, height: f64?}) -> {name: string, age: i32, height: f64?}"));
  CHECK(is_text(mote_field(functions, "sum"), "(numbers: [i64], start: u8) -> i64"));
  CHECK(is_text(mote_field(functions, "lengths"), "(words: [string]) -> map<string, u64>"));
  CHECK(is_text(mote_field(functions, "fails"), "(how: i32)"));
  CHECK(is_text(mote_field(functions, "bytes"), "(b: bytes, any: any, f: f32) -> bytes"));
  CHECK(is_text(mote_field(functions, "count"), "() -> i32"));
}

static void values_are_of_their_types(void) {
  CALL_WITH(BIRTHDAY, "\x81\xa2\x64name\x63" "Ada\x63" "age\x18\x24");
  static const char older[] = "\xa3\x64name\x63" "Ada\x63" "age\x18\x25\x66height\xf6";
  CHECK(is_bytes(result(), older, sizeof older - 1));
  CALL_WITH(SUM_OF, "\x82\x83\x01\x02\x21\x0a");
  CHECK(mote_get_int(result()) == 11);
  CALL_WITH(LENGTHS, "\x81\x82\x62xy\x61z");
  CHECK(is_bytes(result(), "\xa2\x62xy\x02\x61z\x01", 8));
  CALL_WITH(BYTES, "\x83\x41\x09\xf5\xf9\x40\x00");
  CHECK(is_bytes(result(), "\x43\x09\x01\x02", 4));
  CALL_WITH(COUNT, "\x80");
  CHECK(mote_get_int(result()) == 1);
}

static void exceptions_are_errors(void) {
  CALL_WITH(FAILS, "\x81\x00");
  expect_error("failed", "as it must");
  CALL_WITH(FAILS, "\x81\x01");
  expect_error("own-code", "own words");
  CALL_WITH(FAILS, "\x81\x02");
  expect_error("failed", "an exception that is no std::exception");
  CALL_WITH(FAILS, "\x81\x03");
  CHECK(mote_kind_of(result()) == MOTE_NULL);
  CALL_WITH(FAILS, "\x81\x1a\xff\xff\xff\xff");
  expect_error("invalid-argument", "4294967295 is out of the range of i32");
  CALL_WITH(SUM_OF, "\x82\xf5\x00");
  expect_error("invalid-argument", "argument 'numbers': a boolean is there instead of a list or a map");
}

static void the_host_is_called(void) {
  CALL_WITH(QUESTION, "\x81\x63" "Ada");
  mote_iterator parts = receive(CALL);
  CHECK(is_text(next(&parts), "lookup"));
  CHECK(is_bytes(next(&parts), "\x83\x63" "Ada\x01\xf5", 7));
  SEND("\x82\x02\xa2\x64name\x61x\x63" "age\x09");
  CHECK(mote_get_int(result()) == 9);
  CALL_WITH(QUESTION, "\x81\x63" "Bob");
  receive(CALL);
  SEND("\x83\x03\x69not-found\x60");
  CHECK(mote_get_int(result()) == -1);
  CALL_WITH(QUESTION, "\x81\x63" "Bob");
  receive(CALL);
  SEND("\x83\x03\x66" "denied\x62no");
  expect_error("denied", "no");
}

static void what_was_registered_is_called_after_a_restore(void) {
  CALL_WITH(RESTORE_NOW, "\x80");
  CHECK(mote_get_int(result()) == 0);
  CALL_WITH(RESTORE_NOW, "\x80");
  CHECK(mote_get_int(result()) == 10);
}

int main(void) {
  start_guest(true, false);
  signatures_follow_from_types();
  values_are_of_their_types();
  exceptions_are_errors();
  the_host_is_called();
  what_was_registered_is_called_after_a_restore();
  CHECK(end_guest() == 0);
  puts("ok");
  return 0;
}
