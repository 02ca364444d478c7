/* Calls, what answers them, and what a function does wrong. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"

#include <unistd.h>

static void the_announcement_has_every_function_in_its_place(void) {
  mote_value functions = mote_field(announcement, "functions");
  CHECK(mote_get_int(mote_field(announcement, "version")) == 1);
  CHECK(mote_get_bool(mote_field(announcement, "fallback")));
  CHECK(mote_count(functions) == FUNCTIONS);
  mote_iterator it = mote_begin(functions);
  CHECK(mote_next(&it) && is_text(it.key, "echo") && is_text(it.value, "(v: any) -> any"));
  CHECK(is_text(mote_field(functions, "bad_details"), "()"));
}

static void a_function_that_says_nothing_returns_null(void) {
  CALL_WITH(NOTHING, "\x80");
  CHECK(mote_kind_of(result()) == MOTE_NULL);
}

static void an_error_is_what_the_function_says(void) {
  CALL_WITH(FAIL, "\x80");
  mote_iterator parts = receive(ERROR);
  CHECK(is_text(next(&parts), "broken"));
  CHECK(is_text(next(&parts), "by 7"));
  CHECK(mote_get_bool(mote_item(next(&parts), 0)));
  CALL_WITH(FAIL_LATER, "\x80");
  expect_error("second", "yes");
  CALL_WITH(BAD_DETAILS, "\x80");
  expect_error("bad", "details");
}

static void a_result_is_exactly_one_value(void) {
  CALL_WITH(TWICE, "\x80");
  expect_error("failed", "the result of function twice has more values than it must have");
  CALL_WITH(HALF_A_LIST, "\x80");
  expect_error("failed", "the result of function half_a_list has fewer values than it must have");
}

static void text_is_utf8_for_the_host(void) {
  CALL_WITH(LATIN1, "\x80");
  expect_error("failed", "the result of function latin1 has a string that is not UTF-8");
  CALL_WITH(LATIN1_ERROR, "\x80");
  expect_error("caf\xef\xbf\xbd",
               "\xef\xbf\xbd" "a\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void what_is_misread_is_named(void) {
  CALL_WITH(GREET, "\x82\xa2\x64name\x63" "Ada\x64" "ages\x82\x01\x18\x24\xa0");
  CHECK(is_text(result(), "Ada 36"));
  CALL_WITH(GREET, "\x82\xa2\x64name\x07\x64" "ages\x82\x01\x02\xa0");
  expect_error("invalid-argument", "argument 'person.name': an integer is there instead of a string");
  CALL_WITH(GREET, "\x82\xa2\x64name\x61x\x64" "ages\x82\x01\x1b\xff\xff\xff\xff\xff\xff\xff\xff\xa0");
  expect_error("invalid-argument",
               "argument 'person.ages[1]': an integer of 64 bits without sign is there instead of an integer of 64 bits"
               " with sign");
  CALL_WITH(GREET, "\x82\x01\xa0");
  expect_error("invalid-argument", "argument 'person': an integer is there instead of a map");
  CALL_WITH(GREET, "\x82\xa1\x64name\x61x\xa0");
  expect_error("invalid-argument",
               "an argument, element or field that is not there: nothing is there instead of an integer of 64 bits with"
               " sign");
  CALL_WITH(SUM, "\x81\xa2\x61" "a\x01\x20\x02");
  expect_error("invalid-argument", "argument 'v[1]': an integer is there instead of a string");
  CALL_WITH(GREET, "\x80");
  expect_error("invalid-argument",
               "an argument, element or field that is not there: nothing is there instead of a string");
}

static void names_that_nobody_registered_reach_the_fallback(void) {
  SEND("\x83\x01\x65other\x82\x01\x02");
  CHECK(is_text(result(), "other/2"));
  SEND("\x83\x01\x65" "greet\x80"); /* by name, though it has a place */
  CHECK(is_text(result(), "greet/0"));
  SEND("\x83\x01\x18\xc8\x80");
  expect_error("unknown-function", "there is no function 200");
}

static void logs_are_messages_of_their_own(bool by_port) {
  if (by_port)
    CALL_WITH(LOGS, "\x81\x81\x01");
  else
    CALL_WITH(LOGS, "\x81\x80");
  mote_iterator record = receive(LOG);
  CHECK(mote_get_int(next(&record)) == MOTE_WARNING);
  CHECK(is_text(next(&record), "logs 5"));
  record = receive(LOG);
  CHECK(mote_get_int(next(&record)) == MOTE_ERROR);
  CHECK(is_text(next(&record), "caf\xef\xbf\xbd"));
  if (by_port) {
    record = receive(LOG);
    next(&record);
    CHECK(is_text(next(&record), "a log record was larger than the host takes"));
  }
  result();
}

static void printed(const char *expected) {
  char text[100];
  ssize_t count = read(guest_output, text, sizeof text);
  CHECK(count == (ssize_t)strlen(expected) && memcmp(text, expected, (size_t)count) == 0);
}

static void what_is_printed_comes_before_the_answer(void) {
  CALL_WITH(PRINT, "\x81\x65hello");
  receive(CALL);
  printed("hello");
  SEND("\x82\x02\xf6");
  result();
  printed("again");
}

static void an_answer_that_is_too_large_is_an_error(void) {
  CALL_WITH(LARGE, "\x81\x1a\x00\x40\x00\x00");
  expect_error("limit", "the answer of function large is larger than the host takes: 4194311 bytes");
  CALL_WITH(LARGE, "\x81\x1a\x00\x3f\xff\x00");
  CHECK(mote_get_bytes(result()).size == 0x3fff00);
}

void test_calls(bool by_port) {
  the_announcement_has_every_function_in_its_place();
  a_function_that_says_nothing_returns_null();
  an_error_is_what_the_function_says();
  a_result_is_exactly_one_value();
  text_is_utf8_for_the_host();
  what_is_misread_is_named();
  names_that_nobody_registered_reach_the_fallback();
  logs_are_messages_of_their_own(by_port);
  what_is_printed_comes_before_the_answer();
  if (by_port)
    an_answer_that_is_too_large_is_an_error();
}
