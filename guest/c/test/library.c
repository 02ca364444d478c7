/* The library against a host of the test's own, over a socket: a child serves, the test plays the host. */
#define _POSIX_C_SOURCE 200809L
#include "internal.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int host; /* the host's end */
static mote_buffer received;

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);         \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

/* ---- The guest's functions ---- */

static void echo(mote_call *call) { mote_return_value(call, mote_argument(call, 0)); }

static void echo_numbers(mote_call *call) {
  mote_value value = mote_argument(call, 0);
  mote_writer *out = mote_result(call);
  mote_put_list(out, 4);
  mote_put_int(out, mote_get_int(value));
  mote_put_uint(out, mote_get_uint(value));
  mote_put_double(out, mote_get_double(value));
  mote_put_float(out, mote_get_float(value));
}

static void sum_map(mote_call *call) {
  int64_t sum = 0;
  for (mote_iterator it = mote_begin(mote_argument(call, 0)); mote_next(&it);)
    sum += mote_get_int(it.value) * (int64_t)mote_get_text(it.key).size;
  mote_return_int(call, sum);
}

static void twice(mote_call *call) {
  mote_return_int(call, 1);
  mote_return_int(call, 2);
}

static void fail(mote_call *call) {
  mote_return_int(call, 1);
  mote_fail(call, "broken", "by %d", 7);
  mote_put_list(mote_fail_details(call), 1);
  mote_put_bool(mote_fail_details(call), true);
}

static void ask(mote_call *call) {
  mote_host_call *question = mote_host("lookup", 1);
  mote_put_value(mote_arguments(question), mote_argument(call, 0));
  if (mote_invoke(question))
    mote_return_value(call, mote_reply(question));
  else
    mote_fail_as(call, question);
  mote_end(question);
}

static void nothing(mote_call *call) { (void)call; }

static void log_it(mote_call *call) { mote_log(MOTE_WARNING, "%s %d", mote_name(call), 5); }

static void deep(mote_call *call) {
  for (int i = 0; i < 100; i++)
    mote_put_list(mote_result(call), 1);
  mote_put_null(mote_result(call));
}

static void any_name(mote_call *call) { mote_return_string(call, mote_name(call)); }

enum { ECHO, NUMBERS, SUM, TWICE, FAIL, ASK, NOTHING, LOGS, DEEP, FUNCTIONS };

static void register_all(void) {
  mote_register("echo", "(v: any) -> any", echo);
  mote_register("echo_numbers", "(v: any) -> [any]", echo_numbers);
  mote_register("sum_map", "(v: map<string, i64>) -> i64", sum_map);
  mote_register("twice", "() -> i64", twice);
  mote_register("fail", "() -> i64", fail);
  mote_register("ask", "(v: any) -> any", ask);
  mote_register("nothing", "()", nothing);
  mote_register("log_it", "()", log_it);
  mote_register("deep", "() -> any", deep);
  mote_fallback(any_name);
}

/* ---- The host ---- */

static void send_bytes(const void *bytes, size_t size) {
  uint8_t header[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
  CHECK(write(host, header, 4) == 4);
  for (size_t done = 0; done < size;) {
    ssize_t count = write(host, (const uint8_t *)bytes + done, size - done);
    CHECK(count > 0);
    done += (size_t)count;
  }
}

static void read_bytes(uint8_t *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t count = read(host, bytes + done, size - done);
    CHECK(count > 0);
    done += (size_t)count;
  }
}

/* The next message of the guest; valid until the one after it. */
static mote_iterator receive(int kind) {
  uint8_t header[4];
  read_bytes(header, 4);
  size_t size = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
  free(received.bytes);
  received.bytes = malloc(size);
  received.size = size;
  read_bytes(received.bytes, size);
  mote_value whole = {received.bytes, received.bytes + size}, rest = whole;
  CHECK(mote_take(&rest).at != NULL && rest.at == whole.end);
  mote_iterator parts = mote_begin(whole);
  CHECK(mote_next(&parts) && mote_get_int(parts.value) == kind);
  return parts;
}

static mote_value next(mote_iterator *parts) {
  CHECK(mote_next(parts));
  return parts->value;
}

static void call_with(int function, const void *argument, size_t size) {
  mote_writer out = {0};
  mote_put_head(&out, 4, 3);
  mote_put_head(&out, 0, CALL);
  mote_put_head(&out, 0, (uint64_t)function);
  mote_put_head(&out, 4, size == 0 ? 0 : 1);
  uint8_t *message = malloc(out.size + size);
  memcpy(message, out.bytes, out.size);
  if (size > 0)
    memcpy(message + out.size, argument, size);
  send_bytes(message, out.size + size);
  free(message);
  free(out.bytes);
}

static void expect_echo(const void *bytes, size_t size) {
  call_with(ECHO, bytes, size);
  mote_iterator parts = receive(RESULT);
  mote_value value = next(&parts);
  CHECK((size_t)(value.end - value.at) == size && memcmp(value.at, bytes, size) == 0);
}

#define ECHO_OF(literal) expect_echo(literal, sizeof literal - 1)

static void values_come_back_as_they_went(void) {
  ECHO_OF("\x00");
  ECHO_OF("\x17");
  ECHO_OF("\x18\x18");
  ECHO_OF("\x19\x01\x00");
  ECHO_OF("\x1a\x00\x01\x00\x00");
  ECHO_OF("\x1b\xff\xff\xff\xff\xff\xff\xff\xff");
  ECHO_OF("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff");
  ECHO_OF("\xfa\x7f\x80\x00\x01");                     /* a signalling NaN */
  ECHO_OF("\xfb\x80\x00\x00\x00\x00\x00\x00\x00");     /* -0.0 */
  ECHO_OF("\x63\xe2\x82\xac");
  ECHO_OF("\x43\x00\x01\x02");
  ECHO_OF("\x83\x01\x82\x02\x03\xa1\x61\x61\xf5");
  ECHO_OF("\xf6");
  static uint8_t large[3 << 20] = {0x5a, 0x00, 0x2f, 0xff, 0xfb};
  expect_echo(large, sizeof large);
}

static void numbers(const char *bytes, size_t size, int64_t integer, uint64_t natural, double real, float single) {
  call_with(NUMBERS, bytes, size);
  mote_iterator parts = receive(RESULT);
  mote_value list = next(&parts);
  double real_back = mote_get_double(mote_item(list, 2));
  float single_back = mote_get_float(mote_item(list, 3));
  CHECK(mote_get_int(mote_item(list, 0)) == integer);
  CHECK(mote_get_uint(mote_item(list, 1)) == natural);
  CHECK(memcmp(&real_back, &real, sizeof real) == 0);
  CHECK(memcmp(&single_back, &single, sizeof single) == 0);
}

static void numbers_are_read_at_each_width(void) {
  numbers("\x17", 1, 23, 23, 0, 0);
  numbers("\x18\xff", 2, 255, 255, 0, 0);
  numbers("\x20", 1, -1, 0, 0, 0);
  numbers("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff", 9, INT64_MIN, 0, 0, 0);
  numbers("\x1b\xff\xff\xff\xff\xff\xff\xff\xff", 9, INT64_MAX, UINT64_MAX, 0, 0);
  numbers("\xf9\x3c\x00", 3, 0, 0, 1.0, 1.0f);
  numbers("\xf9\x00\x01", 3, 0, 0, 0x1p-24, 0x1p-24f);
  numbers("\xf9\xfc\x00", 3, 0, 0, -INFINITY, -INFINITY);
  numbers("\xfa\x3f\xc0\x00\x00", 5, 0, 0, 1.5, 1.5f);
  numbers("\xfb\xbf\xf8\x00\x00\x00\x00\x00\x00", 9, 0, 0, -1.5, -1.5f);
  numbers("\x61\x31", 2, 0, 0, 0, 0);
}

static void maps_are_gone_through(void) {
  const char map[] = "\xa2\x61\x61\x05\x62\x62\x62\x18\x64";
  call_with(SUM, map, sizeof map - 1);
  mote_iterator parts = receive(RESULT);
  CHECK(mote_get_int(next(&parts)) == 205);
}

static void expect_error(int function, const char *code, const char *message) {
  call_with(function, NULL, 0);
  mote_iterator parts = receive(ERROR);
  CHECK(mote_text_is(mote_get_text(next(&parts)), code));
  CHECK(mote_text_is(mote_get_text(next(&parts)), message));
}

static void errors_are_what_the_function_says(void) {
  call_with(FAIL, NULL, 0);
  mote_iterator parts = receive(ERROR);
  CHECK(mote_text_is(mote_get_text(next(&parts)), "broken"));
  CHECK(mote_text_is(mote_get_text(next(&parts)), "by 7"));
  CHECK(mote_get_bool(mote_item(next(&parts), 0)));
  expect_error(TWICE, "failed", "function twice did not write exactly one value");
  expect_error(DEEP, "failed", "function deep did not write exactly one value");
}

static void a_function_that_says_nothing_returns_null(void) {
  call_with(NOTHING, NULL, 0);
  mote_iterator parts = receive(RESULT);
  CHECK(mote_kind_of(next(&parts)) == MOTE_NULL);
}

static void a_call_by_name_goes_to_the_fallback(void) {
  send_bytes("\x83\x01\x65other\x80", 9);
  mote_iterator parts = receive(RESULT);
  CHECK(mote_text_is(mote_get_text(next(&parts)), "other"));
}

static void the_host_is_asked_and_may_call_back(void) {
  call_with(ASK, "\x05", 1);
  mote_iterator question = receive(CALL);
  CHECK(mote_text_is(mote_get_text(next(&question)), "lookup"));
  CHECK(mote_get_int(mote_item(next(&question), 0)) == 5);
  call_with(ASK, "\x06", 1); /* nested */
  question = receive(CALL);
  next(&question);
  CHECK(mote_get_int(mote_item(next(&question), 0)) == 6);
  send_bytes("\x82\x02\x18\x2a", 4); /* the answer to the inner question */
  mote_iterator inner = receive(RESULT);
  CHECK(mote_get_int(next(&inner)) == 42);
  send_bytes("\x83\x03\x61x\x61y", 6); /* an error to the outer one */
  mote_iterator outer = receive(ERROR);
  CHECK(mote_text_is(mote_get_text(next(&outer)), "x"));
  CHECK(mote_text_is(mote_get_text(next(&outer)), "y"));
}

static void logs_are_messages_of_their_own(void) {
  call_with(LOGS, NULL, 0);
  mote_iterator record = receive(LOG);
  CHECK(mote_get_int(next(&record)) == MOTE_WARNING);
  CHECK(mote_text_is(mote_get_text(next(&record)), "log_it 5"));
  receive(RESULT);
}

/* Whatever bytes there are, reading stays within them. */
static void malformed_values_are_none(void) {
  srand(1);
  for (int round = 0; round < 200000; round++) {
    size_t size = (size_t)(rand() % 24);
    uint8_t *bytes = malloc(size); /* its own block, so that the sanitizer sees its end */
    for (size_t i = 0; i < size; i++)
      bytes[i] = (uint8_t)rand();
    mote_value value = {bytes, bytes + size}, rest = value;
    mote_take(&rest);
    mote_get_int(value), mote_get_uint(value), mote_get_double(value), mote_get_float(value);
    mote_get_text(value), mote_get_bytes(value), mote_get_bool(value), mote_field(value, "a");
    for (mote_iterator it = mote_begin(value); mote_next(&it);)
      mote_kind_of(it.value);
    free(bytes);
  }
}

int main(void) {
  int ends[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  pid_t guest = fork();
  if (guest == 0) {
    close(ends[0]);
    register_all();
    mote_connect_file(ends[1]);
    return mote_serve();
  }
  close(ends[1]);
  host = ends[0];
  mote_iterator announcement = receive(ANNOUNCE);
  mote_value offer = next(&announcement);
  CHECK(mote_get_int(mote_field(offer, "version")) == 1 && mote_get_bool(mote_field(offer, "fallback")));
  CHECK(mote_count(mote_field(offer, "functions")) == FUNCTIONS);
  values_come_back_as_they_went();
  numbers_are_read_at_each_width();
  maps_are_gone_through();
  errors_are_what_the_function_says();
  a_function_that_says_nothing_returns_null();
  a_call_by_name_goes_to_the_fallback();
  the_host_is_asked_and_may_call_back();
  logs_are_messages_of_their_own();
  malformed_values_are_none();
  close(host);
  int status;
  CHECK(waitpid(guest, &status, 0) == guest && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  free(received.bytes);
  puts("ok");
  return 0;
}
