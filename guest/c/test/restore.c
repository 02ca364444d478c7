/* Callbacks after a restore. That there was one the guest sees by a number, which a function of it changes here. */
#include "peer.h"

static void expect(const char *letters) {
  CALL_WITH(RESTORES, "\x80");
  mote_iterator parts = receive(RESULT);
  CHECK(is_text(next(&parts), letters));
}

static void restored(void) {
  CALL_WITH(RESTORE, "\x80");
  CHECK(mote_kind_of(result()) == MOTE_NULL);
}

void test_restore(void) {
  expect("");
  restored();
  SEND("\x83\x01\x18\x1c\x80"); /* what is no function is not called */
  mote_iterator parts = receive(ERROR);
  CHECK(is_text(next(&parts), "unknown-function"));
  expect("ab"); /* and what was registered by the first is for the next time */
  expect("ab");
  restored();
  CALL_WITH(ASK, "\x81\x01");
  receive(CALL);
  expect("ababc"); /* in a nested call: the outer one was the first */
  SEND("\x82\x02\x09");
  CHECK(mote_get_int(result()) == 9);
  expect("ababc");
}
