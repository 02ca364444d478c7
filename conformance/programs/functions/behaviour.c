/* Functions of every kind, for the tests of calls; the Rust program beside it offers the same. */
#define _GNU_SOURCE
#include <mote.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void echo(mote_call *call) { mote_return_value(call, mote_argument(call, 0)); }

#define ECHO(name, type)                                   \
  static void name(mote_call *call) { echo(call); }        \
  MOTE_FUNCTION(name, "(value: " type ") -> " type)

ECHO(echo_i8, "i8")
ECHO(echo_i16, "i16")
ECHO(echo_i32, "i32")
ECHO(echo_i64, "i64")
ECHO(echo_u8, "u8")
ECHO(echo_u16, "u16")
ECHO(echo_u32, "u32")
ECHO(echo_u64, "u64")
ECHO(echo_f32, "f32")
ECHO(echo_f64, "f64")
ECHO(echo_bool, "bool")
ECHO(echo_string, "string")
ECHO(echo_bytes, "bytes")
ECHO(echo_any, "any")
ECHO(echo_list, "[i64]")
ECHO(echo_map, "map<string, i64>")
ECHO(echo_person, "{name: string, age: i32}")
ECHO(echo_optional, "i64?")
ECHO(echo_shape, "enum {Circle {radius: f64}, Square {side: f64}, Nothing}")

/* The same through C's own types, so that reading and writing of each is seen. */
static void rebuild(mote_writer *out, mote_value value) {
  switch (mote_kind_of(value)) {
    case MOTE_NONE:
    case MOTE_NULL:
      mote_put_null(out);
      break;
    case MOTE_BOOL:
      mote_put_bool(out, mote_get_bool(value));
      break;
    case MOTE_INT:
      mote_put_int(out, mote_get_int(value));
      break;
    case MOTE_UINT:
      mote_put_uint(out, mote_get_uint(value));
      break;
    case MOTE_FLOAT:
      if (value.end - value.at == 5)
        mote_put_float(out, mote_get_float(value));
      else
        mote_put_double(out, mote_get_double(value));
      break;
    case MOTE_STRING:
      mote_put_text(out, mote_get_text(value).data, mote_get_text(value).size);
      break;
    case MOTE_BYTES:
      mote_put_bytes(out, mote_get_bytes(value).data, mote_get_bytes(value).size);
      break;
    case MOTE_LIST:
      mote_put_list(out, mote_count(value));
      for (mote_iterator it = mote_begin(value); mote_next(&it);)
        rebuild(out, it.value);
      break;
    case MOTE_MAP:
      mote_put_map(out, mote_count(value));
      for (mote_iterator it = mote_begin(value); mote_next(&it);) {
        rebuild(out, it.key);
        rebuild(out, it.value);
      }
      break;
  }
}

static void rebuild_any(mote_call *call) { rebuild(mote_result(call), mote_argument(call, 0)); }
MOTE_FUNCTION(rebuild_any, "(value: any) -> any")

static void add(mote_call *call) {
  uint64_t sum = (uint64_t)mote_get_int(mote_argument(call, 0)) + (uint64_t)mote_get_int(mote_argument(call, 1));
  mote_return_int(call, (int64_t)sum);
}
MOTE_FUNCTION(add, "(a: i64, b: i64) -> i64")

static void sum(mote_call *call) {
  uint64_t total = 0;
  for (mote_iterator it = mote_begin(mote_argument(call, 0)); mote_next(&it);)
    total += (uint64_t)mote_get_int(it.value);
  mote_return_int(call, (int64_t)total);
}
MOTE_FUNCTION(sum, "(numbers: [i64]) -> i64")

static void fail(mote_call *call) {
  mote_text code = mote_get_text(mote_argument(call, 0)), message = mote_get_text(mote_argument(call, 1));
  char *copy = strndup(code.data, code.size);
  mote_fail(call, copy, "%.*s", (int)message.size, message.data);
  free(copy);
}
MOTE_FUNCTION(fail, "(code: string, message: string)")

static void fail_with_details(mote_call *call) {
  mote_fail(call, "detailed", "see the details");
  mote_put_value(mote_fail_details(call), mote_argument(call, 0));
}
MOTE_FUNCTION(fail_with_details, "(details: any)")

static void call_host(mote_call *call) {
  char *name = strndup(mote_get_text(mote_argument(call, 0)).data, mote_get_text(mote_argument(call, 0)).size);
  mote_host_call *host = mote_host(name, 1);
  mote_put_value(mote_arguments(host), mote_argument(call, 1));
  if (mote_invoke(host))
    mote_return_value(call, mote_reply(host));
  else
    mote_fail_as(call, host);
  mote_end(host);
  free(name);
}
MOTE_FUNCTION(call_host, "(name: string, argument: any) -> any")

/* Calls a host function without arguments n times, or until it fails. */
static void call_host_times(mote_call *call) {
  char *name = strndup(mote_get_text(mote_argument(call, 0)).data, mote_get_text(mote_argument(call, 0)).size);
  int64_t times = mote_get_int(mote_argument(call, 1));
  for (int64_t i = 0; i < times; i++) {
    mote_host_call *host = mote_host(name, 0);
    if (!mote_invoke(host)) {
      mote_fail_as(call, host);
      i = times;
    }
    mote_end(host);
  }
  free(name);
  mote_return_int(call, times);
}
MOTE_FUNCTION(call_host_times, "(name: string, times: i64) -> i64")

/* By way of the host: again(n - 1) calls this function. */
static void recurse(mote_call *call) {
  int64_t n = mote_get_int(mote_argument(call, 0));
  if (n == 0) {
    mote_return_int(call, 0);
    return;
  }
  mote_host_call *host = mote_host("again", 1);
  mote_put_int(mote_arguments(host), n - 1);
  if (mote_invoke(host))
    mote_return_int(call, 1 + mote_get_int(mote_reply(host)));
  else
    mote_fail_as(call, host);
  mote_end(host);
}
MOTE_FUNCTION(recurse, "(n: i64) -> i64")

static void print(mote_call *call) {
  mote_text text = mote_get_text(mote_argument(call, 0));
  printf("%.*s", (int)text.size, text.data);
}
MOTE_FUNCTION(print, "(text: string)")

static void log_text(mote_call *call) {
  mote_text text = mote_get_text(mote_argument(call, 1));
  mote_log((mote_level)mote_get_int(mote_argument(call, 0)), "%.*s", (int)text.size, text.data);
}
MOTE_FUNCTION(log_text, "(level: u8, text: string)")

static void count(mote_call *call) {
  static int64_t calls;
  mote_return_int(call, ++calls);
}
MOTE_FUNCTION(count, "() -> i64")

static void eleven(mote_call *call) {
  mote_text s = mote_get_text(mote_argument(call, 0)), t = mote_get_text(mote_argument(call, 6));
  mote_return_format(
      call, "Message: arg1:%.*s arg2:%" PRId64 " arg3:%" PRIu64 " arg4:%" PRId64 " arg5:%" PRIu64 " arg6:%d arg7:%.*s"
      " arg8:%zu arg9:%g arg10:%g arg11:%.3f", (int)s.size, s.data, mote_get_int(mote_argument(call, 1)),
      mote_get_uint(mote_argument(call, 2)), mote_get_int(mote_argument(call, 3)), mote_get_uint(mote_argument(call, 4)),
      mote_get_bool(mote_argument(call, 5)), (int)t.size, t.data, mote_get_bytes(mote_argument(call, 7)).size,
      mote_get_float(mote_argument(call, 8)), mote_get_double(mote_argument(call, 9)), mote_get_double(mote_argument(call, 10)));
}
MOTE_FUNCTION(eleven, "(a: string, b: i32, c: u32, d: i64, e: u64, f: bool, g: string, h: bytes, i: f32, j: f64, k: f64) -> string")

static void exit_with(mote_call *call) { exit((int)mote_get_int(mote_argument(call, 0))); }
MOTE_FUNCTION(exit_with, "(status: i32)")

static void crash(mote_call *call) {
  (void)call;
  *(volatile int *)16 = 1;
}
MOTE_FUNCTION(crash, "()")

static void illegal(mote_call *call) {
  (void)call;
  __asm__ volatile("ud2");
}
MOTE_FUNCTION(illegal, "()")

static void abort_it(mote_call *call) {
  (void)call;
  abort();
}
MOTE_FUNCTION(abort_it, "()")

static void spin(mote_call *call) {
  (void)call;
  for (;;)
    __asm__ volatile("");
}
MOTE_FUNCTION(spin, "()")

static void hog(mote_call *call) {
  for (;;)
    memset(malloc(1 << 20), 1, 1 << 20);
  (void)call;
}
MOTE_FUNCTION(hog, "()")

static int overflow(volatile char *before) {
  volatile char frame[4096];
  frame[0] = before == NULL ? 0 : before[0];
  return overflow(frame) + frame[0];
}

static void stack_overflow(mote_call *call) { mote_return_int(call, overflow(NULL)); }
MOTE_FUNCTION(stack_overflow, "() -> i64")

static void stray_port(mote_call *call) {
  (void)call;
  __asm__ volatile("mov $0x1234, %%dx\n\tout %%al, %%dx" ::: "rdx");
}
MOTE_FUNCTION(stray_port, "()")

static void sleep_ms(mote_call *call) {
  uint64_t ms = mote_get_uint(mote_argument(call, 0));
  struct timespec time = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
  nanosleep(&time, NULL);
}
MOTE_FUNCTION(sleep_ms, "(ms: u64)")

static void execute_heap(mote_call *call) {
  unsigned char *code = malloc(1);
  *code = 0xc3;
  ((void (*)(void))(uintptr_t)code)();
  mote_return_string(call, "executed");
}
MOTE_FUNCTION(execute_heap, "() -> string")

static void not_one_value(mote_call *call) {
  mote_return_int(call, 1);
  mote_return_int(call, 2);
}
MOTE_FUNCTION(not_one_value, "() -> i64")

static void lie(mote_call *call) { mote_return_string(call, "no number"); }
MOTE_FUNCTION(lie, "() -> i64")

static void square_all(mote_call *call) {
  mote_value list = mote_argument(call, 0);
  mote_put_list(mote_result(call), mote_count(list));
  for (mote_iterator it = mote_begin(list); mote_next(&it);)
    mote_put_double(mote_result(call), mote_get_double(it.value) * mote_get_double(it.value));
}
MOTE_FUNCTION(square_all, "(numbers: [f64]) -> [f64]")

static void birthday(mote_call *call) {
  mote_value person = mote_argument(call, 0);
  mote_put_map(mote_result(call), 5);
  mote_put_string(mote_result(call), "name");
  mote_put_value(mote_result(call), mote_field(person, "name"));
  mote_put_string(mote_result(call), "age");
  mote_put_int(mote_result(call), mote_get_int(mote_field(person, "age")) + 1);
  mote_put_string(mote_result(call), "email");
  mote_put_value(mote_result(call), mote_field(person, "email"));
  mote_put_string(mote_result(call), "score");
  mote_put_value(mote_result(call), mote_field(person, "score"));
  mote_put_string(mote_result(call), "active");
  mote_put_value(mote_result(call), mote_field(person, "active"));
}
#define PROFILE "{name: string, age: i32, email: string?, score: f64, active: bool}"
MOTE_FUNCTION(birthday, "(person: " PROFILE ") -> " PROFILE)

/* Reads its argument as what it is not: the error names the place. */
static void misread(mote_call *call) {
  mote_return_int(call, mote_get_int(mote_item(mote_field(mote_argument(call, 0), "list"), 1)));
}
MOTE_FUNCTION(misread, "(value: any) -> i64")

static void latin1(mote_call *call) { mote_return_string(call, "caf\xe9"); }
MOTE_FUNCTION(latin1, "() -> string")

static void large(mote_call *call) {
  uint64_t size = mote_get_uint(mote_argument(call, 0));
  memset(mote_put_space(mote_result(call), size), 'x', size);
}
MOTE_FUNCTION(large, "(size: u64) -> bytes")

static void spin_after_output(mote_call *call) {
  print(call);
  fflush(stdout);
  spin(call);
}
MOTE_FUNCTION(spin_after_output, "(text: string)")

/* State stays from call to call. */
static int64_t kept;

static void set_static(mote_call *call) { kept = mote_get_int(mote_argument(call, 0)); }
MOTE_FUNCTION(set_static, "(value: i64)")

static void get_static(mote_call *call) { mote_return_int(call, kept); }
MOTE_FUNCTION(get_static, "() -> i64")

/* A piece at a time, as a program that does not know the length. */
static void read_file(mote_call *call) {
  mote_text path = mote_get_text(mote_argument(call, 0));
  char *name = strndup(path.data, path.size), *bytes = NULL;
  FILE *file = fopen(name, "rb");
  size_t size = 0, count;
  if (file == NULL) {
    mote_fail(call, "not-found", "%s: %m", name);
  } else {
    do {
      bytes = realloc(bytes, size + 4096);
      size += count = fread(bytes + size, 1, 4096, file);
    } while (count > 0);
    fclose(file);
    mote_return_bytes(call, bytes, size);
  }
  free(bytes);
  free(name);
}
MOTE_FUNCTION(read_file, "(path: string) -> bytes")

static void own_name(mote_call *call) { mote_return_string(call, mote_name(call)); }

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "fallback") == 0)
    mote_fallback(echo);
  for (int i = 0; argc > 2 && strcmp(argv[1], "many") == 0 && i < atoi(argv[2]); i++) {
    char name[20];
    snprintf(name, sizeof name, "function_%d", i);
    mote_register(strdup(name), "() -> string", own_name);
  }
  return mote_serve();
}
