/* The library against a host of the test's own: `library port` and `library file`. */
#include "peer.h"

static void without_a_fallback_unknown_names_are_refused(bool by_port) {
  start_guest(by_port, false);
  CHECK(mote_kind_of(mote_field(announcement, "fallback")) == MOTE_NONE);
  SEND("\x83\x01\x65other\x80");
  expect_error("unknown-function", "there is no function other");
  SEND("\x83\x01\x18\x1c\x80"); /* one behind the last */
  expect_error("unknown-function", "there is no function 28");
  CHECK(FUNCTIONS == 28);
  CHECK(end_guest() == 0);
}

static void what_is_no_call_ends_the_guest(bool by_port) {
  static const struct {
    const char *bytes;
    size_t size;
  } messages[] = {
      {"", 0},          {"\x80", 1},         {"\x82\x02\x01", 3},          {"\x83\x01\x00\x80\x00", 5},
      {"\x83\x01\x00", 3}, {"\x82\x01\x00", 3},  {"\x83\x01\x00\xa0", 4},      {"\x83\x01\xf6\x80", 4},
      {"\x83\x20\x00\x80", 4}, {"\x9f\x01\x00\x80\xff", 5}, {"\x83\x01\x00\x81\xc1\x00", 6},
      {"\x83\x01\x00\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 12},
      {"\x83\x01\x00\xbb\x80\x00\x00\x00\x00\x00\x00\x00", 12},
  };
  for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
    start_guest(by_port, true);
    send_bytes(messages[i].bytes, messages[i].size);
    CHECK(end_guest() == 70);
  }
}

int main(int argc, char **argv) {
  bool by_port = argc > 1 && strcmp(argv[1], "port") == 0;
  start_guest(by_port, true);
  test_values();
  test_calls(by_port);
  test_host_calls(by_port);
  test_restore();
  CHECK(end_guest() == 0);
  without_a_fallback_unknown_names_are_refused(by_port);
  what_is_no_call_ends_the_guest(by_port);
  puts("ok");
  return 0;
}
