/* Values of every kind and width, each as its bytes of RFC 8949. */
#include "peer.h"

#include <math.h>

static void expect_echo(const void *bytes, size_t size) {
  uint8_t *arguments = malloc(size + 1);
  arguments[0] = 0x81;
  memcpy(arguments + 1, bytes, size);
  call_bytes(ECHO, arguments, size + 1);
  free(arguments);
  CHECK(is_bytes(result(), bytes, size));
}

#define ECHO_OF(literal) expect_echo(literal, sizeof literal - 1)

static void values_come_back_as_they_went(void) {
  ECHO_OF("\x00");
  ECHO_OF("\x17");
  ECHO_OF("\x18\x18");
  ECHO_OF("\x1b\x00\x00\x00\x00\x00\x00\x00\x05"); /* a longer form than needed */
  ECHO_OF("\x1b\xff\xff\xff\xff\xff\xff\xff\xff");
  ECHO_OF("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff");
  ECHO_OF("\xf9\x7e\x01");
  ECHO_OF("\xfa\x7f\x80\x00\x01"); /* a signalling NaN */
  ECHO_OF("\xfb\x80\x00\x00\x00\x00\x00\x00\x00");
  ECHO_OF("\x63\xe2\x82\xac");
  ECHO_OF("\x63\x61\x00\x62"); /* with a NUL */
  ECHO_OF("\x43\x00\x01\x02");
  ECHO_OF("\x80");
  ECHO_OF("\xa0");
  ECHO_OF("\x83\x01\x82\x02\x03\xa1\x61\x61\xf5");
  ECHO_OF("\xa2\x61\x61\xa1\x00\xf4\x20\xf6");
  ECHO_OF("\xf6");
}

static void values_of_every_size_come_back(void) {
  static uint8_t bytes[LARGEST - 100];
  for (size_t size = 4080; size < 4110; size++) { /* about the buffer's first capacity */
    memcpy(bytes, (uint8_t[]){0x59, (uint8_t)(size >> 8), (uint8_t)size}, 3);
    expect_echo(bytes, 3 + size);
  }
  size_t size = sizeof bytes - 5;
  memcpy(bytes, (uint8_t[]){0x5a, 0, (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size}, 5);
  expect_echo(bytes, sizeof bytes);
  ECHO_OF("\x00");
}

static void what_is_deep_needs_no_stack(void) {
  static uint8_t lists[100001];
  memset(lists, 0x81, sizeof lists - 1);
  expect_echo(lists, sizeof lists); /* ends with 0 */
  CALL_WITH(DEEP, "\x80");
  CHECK(is_bytes(result(), (lists[sizeof lists - 1] = 0xf6, lists), sizeof lists));
}

#define NUMBERS_OF(literal, expected)                                     \
  do {                                                                    \
    CALL_WITH(NUMBERS, "\x81" literal);                                   \
    CHECK(is_bytes(result(), "\x82" expected, sizeof expected));          \
  } while (0)

static void integers_are_read_in_each_form(void) {
  NUMBERS_OF("\x00", "\x00\x00");
  NUMBERS_OF("\x17", "\x17\x17");
  NUMBERS_OF("\x18\xff", "\x18\xff\x18\xff");
  NUMBERS_OF("\x19\xff\xff", "\x19\xff\xff\x19\xff\xff");
  NUMBERS_OF("\x1a\xff\xff\xff\xff", "\x1a\xff\xff\xff\xff\x1a\xff\xff\xff\xff");
  NUMBERS_OF("\x19\x00\x17", "\x17\x17");
  NUMBERS_OF("\x20", "\x20\xf6");
  NUMBERS_OF("\x38\xff", "\x38\xff\xf6");
  NUMBERS_OF("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff", "\x3b\x7f\xff\xff\xff\xff\xff\xff\xff\xf6");
  NUMBERS_OF("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff",
             "\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x1b\x7f\xff\xff\xff\xff\xff\xff\xff");
  NUMBERS_OF("\x1b\x80\x00\x00\x00\x00\x00\x00\x00", "\xf6\x1b\x80\x00\x00\x00\x00\x00\x00\x00");
  NUMBERS_OF("\x1b\xff\xff\xff\xff\xff\xff\xff\xff", "\xf6\x1b\xff\xff\xff\xff\xff\xff\xff\xff");
  NUMBERS_OF("\x3b\x80\x00\x00\x00\x00\x00\x00\x00", "\xf6\xf6"); /* below INT64_MIN */
}

#define FLOATS_OF(literal, expected)                                      \
  do {                                                                    \
    CALL_WITH(FLOATS, "\x81" literal);                                    \
    CHECK(is_bytes(result(), "\x82" expected, sizeof expected));          \
  } while (0)

static void floats_are_read_in_each_width_to_the_bit(void) {
  FLOATS_OF("\xf9\x3c\x00", "\xfa\x3f\x80\x00\x00\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00");
  FLOATS_OF("\xf9\x80\x00", "\xfa\x80\x00\x00\x00\xfb\x80\x00\x00\x00\x00\x00\x00\x00");
  FLOATS_OF("\xf9\x00\x01", "\xfa\x33\x80\x00\x00\xfb\x3e\x70\x00\x00\x00\x00\x00\x00");
  FLOATS_OF("\xf9\x83\xff", "\xfa\xb8\x7f\xc0\x00\xfb\xbf\x0f\xf8\x00\x00\x00\x00\x00");
  FLOATS_OF("\xf9\x7b\xff", "\xfa\x47\x7f\xe0\x00\xfb\x40\xef\xfc\x00\x00\x00\x00\x00");
  FLOATS_OF("\xf9\xfc\x00", "\xfa\xff\x80\x00\x00\xfb\xff\xf0\x00\x00\x00\x00\x00\x00");
  FLOATS_OF("\xf9\x7d\x01", "\xfa\x7f\xa0\x20\x00\xfb\x7f\xf4\x04\x00\x00\x00\x00\x00");
  FLOATS_OF("\xfa\x3f\xc0\x00\x00", "\xfa\x3f\xc0\x00\x00\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00");
  FLOATS_OF("\xfa\x00\x00\x00\x01", "\xfa\x00\x00\x00\x01\xfb\x36\xa0\x00\x00\x00\x00\x00\x00");
  FLOATS_OF("\xfa\x7f\x80\x00\x01", "\xfa\x7f\x80\x00\x01\xfb\x7f\xf0\x00\x00\x20\x00\x00\x00");
  FLOATS_OF("\xfa\xff\xc1\x23\x45", "\xfa\xff\xc1\x23\x45\xfb\xff\xf8\x24\x68\xa0\x00\x00\x00");
  FLOATS_OF("\xfb\xbf\xf8\x00\x00\x00\x00\x00\x00", "\xfa\xbf\xc0\x00\x00\xfb\xbf\xf8\x00\x00\x00\x00\x00\x00");
  FLOATS_OF("\xfb\x7f\xf0\x00\x00\xde\xad\xbe\xef", "\xfa\x7f\x80\x00\x06\xfb\x7f\xf0\x00\x00\xde\xad\xbe\xef");
  FLOATS_OF("\xfb\x7f\xf0\x00\x00\x00\x00\x00\x01", "\xfa\x7f\x80\x00\x01\xfb\x7f\xf0\x00\x00\x00\x00\x00\x01");
}

static void what_is_written_has_the_shortest_form(void) {
  CALL_WITH(WRITE_ALL, "\x80");
  static const char expected[] =
      "\x98\x18\x00\x17\x18\x18\x18\xff\x19\x01\x00\x19\xff\xff\x1a\x00\x01\x00\x00\x1a\xff\xff\xff\xff"
      "\x1b\x00\x00\x00\x01\x00\x00\x00\x00\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x20\x37\x38\x18\x38\xff\x39\x01\x00"
      "\x3b\x7f\xff\xff\xff\xff\xff\xff\xff\x1b\xff\xff\xff\xff\xff\xff\xff\xff\xfa\x80\x00\x00\x00"
      "\xfb\x80\x00\x00\x00\x00\x00\x00\x00\x63\xe2\x82\xac\xf6\x42\x00\x01\x40\xa1\xf5\x80";
  CHECK(is_bytes(result(), expected, sizeof expected - 1));
}

static void maps_are_gone_through(void) {
  CALL_WITH(SUM, "\x81\xa2\x61\x61\x05\x62\x62\x62\x18\x64");
  CHECK(mote_get_int(result()) == 205);
  CALL_WITH(SUM, "\x81\xa0");
  CHECK(mote_get_int(result()) == 0);
}

static void variants_have_a_name_and_perhaps_fields(void) {
  CALL_WITH(SHAPE, "\x81\xa1\x66Square\xa1\x64side\xf9\x40\x00");
  CHECK(mote_get_double(result()) == 4);
  CALL_WITH(SHAPE, "\x81\x65Point");
  CHECK(mote_get_double(result()) == 0);
}

void test_values(void) {
  values_come_back_as_they_went();
  values_of_every_size_come_back();
  what_is_deep_needs_no_stack();
  integers_are_read_in_each_form();
  floats_are_read_in_each_width_to_the_bit();
  what_is_written_has_the_shortest_form();
  maps_are_gone_through();
  variants_have_a_name_and_perhaps_fields();
}
