/* Calls of host functions, and those that the host makes meanwhile. */
#include "peer.h"

static void question(const char *name, size_t arguments) {
  mote_iterator parts = receive(CALL);
  CHECK(is_text(next(&parts), name));
  CHECK(mote_count(next(&parts)) == arguments);
}

static void the_host_is_asked(void) {
  CALL_WITH(ASK, "\x81\x63one");
  mote_iterator parts = receive(CALL);
  CHECK(is_text(next(&parts), "lookup"));
  CHECK(is_bytes(next(&parts), "\x81\x63one", 5));
  SEND("\x82\x02\x82\x01\x02");
  CHECK(is_bytes(result(), "\x82\x01\x02", 3));
}

static void its_errors_can_be_passed_on(void) {
  CALL_WITH(ASK, "\x81\x01");
  question("lookup", 1);
  SEND("\x83\x03\x69not-found\x66nobody");
  expect_error("not-found", "nobody");
  CALL_WITH(ASK, "\x81\x01");
  question("lookup", 1);
  SEND("\x84\x03\x61x\x61y\x81\x05");
  mote_iterator parts = receive(ERROR);
  next(&parts);
  next(&parts);
  CHECK(is_bytes(next(&parts), "\x81\x05", 2));
}

static void a_question_may_be_asked_again(void) {
  CALL_WITH(ASK_TWICE, "\x80");
  question("lookup", 0);
  SEND("\x82\x02\x04");
  question("lookup", 0);
  SEND("\x82\x02\x02");
  CHECK(mote_get_int(result()) == 42);
}

#define LONG "0123456789abcdef0123"

static void what_is_passed_on_arrives(void) {
  CALL_WITH(THRICE, "\x81\x74" LONG);
  mote_iterator parts = receive(CALL);
  CHECK(is_text(next(&parts), "lookup"));
  CHECK(is_bytes(next(&parts), "\x82\x74" LONG "\x74" LONG, 43));
  CALL_WITH(ECHO, "\x81\x75" LONG "!"); /* whose answer refers to a message that goes when it is sent */
  CHECK(is_bytes(result(), "\x75" LONG "!", 22));
  SEND("\x82\x02\x05");
  CHECK(is_bytes(result(), "\x84\x54" LONG "\x4a" "0123456789" "\x74" LONG "\x05", 55));
}

static void what_does_not_last_is_copied(void) {
  CALL_WITH(KEEPS_FOR_THE_OUTER, "\x81\x01");
  question("other", 0);
  CALL_WITH(KEEPS_FOR_THE_OUTER, "\x81\x74" LONG);
  CHECK(is_bytes(result(), "\xf6", 1));
  SEND("\x82\x02\x05");
  mote_iterator parts = receive(CALL);
  next(&parts);
  CHECK(is_bytes(next(&parts), "\x81\x74" LONG, 22));
  SEND("\x82\x02\x06");
  CHECK(mote_get_int(result()) == 6);
}

/* To a depth of a thousand calls, then back. */
static void the_host_may_call_back_before_it_answers(void) {
  enum { DEPTH = 1000 };
  for (int i = 0; i < DEPTH; i++) {
    CALL_WITH(ASK, "\x81\x06");
    question("lookup", 1);
  }
  for (int i = 0; i < DEPTH; i++) {
    if (i == 500)
      SEND("\x83\x03\x61x\x61y");
    else
      SEND("\x82\x02\x18\x2a");
    if (i == 500)
      expect_error("x", "y");
    else
      CHECK(mote_get_int(result()) == 42);
  }
}

static void views_of_outer_calls_stay(void) {
  CALL_WITH(NESTED_VIEWS, "\x81\x65outer");
  question("first", 0);
  CALL_WITH(ECHO, "\x81\x65XXXXX");
  CHECK(is_text(result(), "XXXXX"));
  static uint8_t large[100004] = "\x81\x7a\x00\x01\x86\x9e";
  memset(large + 6, 'y', 99998);
  call_bytes(ECHO, large, sizeof large);
  CHECK(mote_get_text(result()).size == 99998);
  SEND("\x82\x02\x63" "one");
  question("second", 0);
  CALL_WITH(TWICE, "\x80");
  receive(ERROR);
  SEND("\x82\x02\x63two");
  CHECK(is_text(result(), "outer one two"));
}

static void a_misreading_belongs_to_the_innermost_call(void) {
  CALL_WITH(ASK, "\x81\x01");
  question("lookup", 1);
  CALL_WITH(SUM, "\x81\xf5");
  expect_error("invalid-argument", "argument 'v': a boolean is there instead of a list or a map");
  SEND("\x82\x02\x09");
  CHECK(mote_get_int(result()) == 9);
  CALL_WITH(ASK_TWICE, "\x80");
  question("lookup", 0);
  SEND("\x82\x02\x61x");
  question("lookup", 0);
  SEND("\x82\x02\x01");
  expect_error("invalid-argument",
               "a value that is no argument: a string is there instead of an integer of 64 bits with sign");
}

static void what_a_function_leaves_is_ended(void) {
  CALL_WITH(LEAVES_QUESTIONS, "\x80");
  expect_error("invalid-argument", "what is sent to the host function has fewer values than it must have");
}

static void a_question_that_is_too_large_is_an_error(void) {
  CALL_WITH(LARGE_QUESTION, "\x80");
  expect_error("limit", "the arguments are larger than the host takes");
}

void test_host_calls(bool by_port) {
  the_host_is_asked();
  its_errors_can_be_passed_on();
  a_question_may_be_asked_again();
  what_is_passed_on_arrives();
  what_does_not_last_is_copied();
  the_host_may_call_back_before_it_answers();
  views_of_outer_calls_stay();
  a_misreading_belongs_to_the_innermost_call();
  what_a_function_leaves_is_ended();
  if (by_port)
    a_question_that_is_too_large_is_an_error();
}
