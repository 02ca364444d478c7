/* What the guest of the tests offers. */
#include "peer.h"

static void echo(mote_call *call) { mote_return_value(call, mote_argument(call, 0)); }

/* Not all values are an int and an unsigned one: those that are not say so. */
static void numbers(mote_call *call) {
  mote_value value = mote_argument(call, 0);
  mote_writer *out = mote_result(call);
  mote_kind kind = mote_kind_of(value);
  mote_put_list(out, 2);
  if (kind == MOTE_INT)
    mote_put_int(out, mote_get_int(value));
  else
    mote_put_null(out);
  if (kind == MOTE_UINT || (kind == MOTE_INT && mote_get_int(value) >= 0))
    mote_put_uint(out, mote_get_uint(value));
  else
    mote_put_null(out);
}

static void floats(mote_call *call) {
  mote_value value = mote_argument(call, 0);
  mote_put_list(mote_result(call), 2);
  mote_put_float(mote_result(call), mote_get_float(value));
  mote_put_double(mote_result(call), mote_get_double(value));
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

static void half_a_list(mote_call *call) {
  mote_put_list(mote_result(call), 4);
  mote_put_null(mote_result(call));
  mote_put_list(mote_result(call), 0);
}

static void fail(mote_call *call) {
  mote_return_int(call, 1);
  mote_fail(call, "broken", "by %d", 7);
  mote_put_list(mote_fail_details(call), 1);
  mote_put_bool(mote_fail_details(call), true);
  mote_return_int(call, 2);
}

static void fail_later(mote_call *call) {
  mote_get_int(mote_argument(call, 0)); /* there is none */
  mote_fail(call, "first", "no");
  mote_put_null(mote_fail_details(call));
  mote_fail(call, "second", "yes");
}

static void bad_details(mote_call *call) {
  mote_fail(call, "bad", "details");
  mote_put_list(mote_fail_details(call), 3);
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

static void ask_twice(mote_call *call) {
  mote_host_call *question = mote_host("lookup", 0);
  int64_t first = mote_invoke(question) ? mote_get_int(mote_reply(question)) : -1;
  int64_t second = mote_invoke(question) ? mote_get_int(mote_reply(question)) : -1;
  mote_return_int(call, 10 * first + second);
}

static void nothing(mote_call *call) { (void)call; }

static void logs(mote_call *call) {
  mote_log(MOTE_WARNING, "%s %d", mote_name(call), 5);
  mote_log((mote_level)77, "caf\xe9");
  char *large = malloc(LARGEST + 1);
  memset(large, 'x', LARGEST);
  large[LARGEST] = 0;
  if (mote_count(mote_argument(call, 0)) > 0)
    mote_log(MOTE_TRACE, "%s", large);
  free(large);
}

static void deep(mote_call *call) {
  for (int i = 0; i < 100000; i++)
    mote_put_list(mote_result(call), 1);
  mote_put_null(mote_result(call));
}

static void greet(mote_call *call) {
  mote_value person = mote_argument(call, 0);
  mote_text name = mote_get_text(mote_field(person, "name"));
  int64_t age = mote_get_int(mote_item(mote_field(person, "ages"), 1));
  mote_return_format(call, "%.*s %d", MOTE_ARG(name), (int)age);
}

static void shape(mote_call *call) {
  mote_value value = mote_argument(call, 0);
  mote_text name = mote_variant(value);
  double area = 0;
  if (mote_text_is(name, "Square")) {
    double side = mote_get_double(mote_field(mote_variant_fields(value), "side"));
    area = side * side;
  }
  mote_return_double(call, area);
}

static void latin1(mote_call *call) { mote_return_string(call, "caf\xe9"); }

static void latin1_error(mote_call *call) { mote_fail(call, "caf\xe9", "\xff%s\xf0\x9f\x98\x80\xed\xa0\x80", "a"); }

static void large(mote_call *call) {
  uint64_t size = mote_get_uint(mote_argument(call, 0));
  memset(mote_put_space(mote_result(call), size), 'x', size);
}

static void large_question(mote_call *call) {
  mote_host_call *question = mote_host("lookup", 1);
  memset(mote_put_space(mote_arguments(question), LARGEST), 'x', LARGEST);
  CHECK(!mote_invoke(question));
  mote_fail_as(call, question);
}

static void print(mote_call *call) {
  printf("%.*s", MOTE_ARG(mote_get_text(mote_argument(call, 0))));
  mote_host_call *question = mote_host("seen", 0);
  mote_invoke(question);
  printf("again");
}

/* What an outer call looks at stays where it is while inner calls come and go. */
static void nested_views(mote_call *call) {
  mote_text before = mote_get_text(mote_argument(call, 0));
  mote_host_call *first = mote_host("first", 0), *second = mote_host("second", 0);
  CHECK(mote_invoke(first) && mote_invoke(second));
  mote_return_format(call, "%.*s %.*s %.*s", MOTE_ARG(before), MOTE_ARG(mote_get_text(mote_reply(first))),
                     MOTE_ARG(mote_get_text(mote_reply(second))));
}

static void write_all(mote_call *call) {
  mote_writer *out = mote_result(call);
  mote_put_list(out, 24);
  const int64_t ints[] = {0, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, INT64_MAX,
                          -1, -24, -25, -256, -257, INT64_MIN};
  for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
    mote_put_int(out, ints[i]);
  mote_put_uint(out, UINT64_MAX);
  mote_put_float(out, -0.0f);
  mote_put_double(out, -0.0);
  mote_put_string(out, "\xe2\x82\xac");
  mote_put_string(out, NULL);
  mote_put_bytes(out, "\0\1", 2);
  mote_put_bytes(out, NULL, 0);
  mote_put_map(out, 1);
  mote_put_bool(out, true);
  mote_put_list(out, 0);
}

static void leaves_questions(mote_call *call) {
  for (int i = 0; i < 3; i++)
    mote_put_int(mote_arguments(mote_host("never", 7)), i);
  mote_host_call *incomplete = mote_host("lookup", 2);
  mote_put_int(mote_arguments(incomplete), 1);
  CHECK(!mote_invoke(incomplete));
  mote_fail_as(call, incomplete);
}

static void any_name(mote_call *call) {
  mote_return_format(call, "%s/%zu", mote_name(call), mote_argument_count(call));
}

/* What is long of an argument is referred to, once in a message. */
static void thrice(mote_call *call) {
  mote_text text = mote_get_text(mote_argument(call, 0));
  mote_host_call *question = mote_host("lookup", 2);
  mote_put_text(mote_arguments(question), text.data, text.size);
  mote_put_value(mote_arguments(question), mote_argument(call, 0));
  mote_writer *out = mote_result(call);
  mote_put_list(out, 4);
  mote_put_bytes(out, text.data, text.size);
  mote_put_bytes(out, text.data, text.size / 2);
  mote_put_value(out, mote_argument(call, 0));
  CHECK(mote_invoke(question));
  mote_put_value(out, mote_reply(question));
}

/* And what is in a message that is gone by then is copied. */
static void keeps_for_the_outer(mote_call *call) {
  static mote_host_call *question;
  if (question == NULL) {
    question = mote_host("lookup", 1);
    mote_host_call *other = mote_host("other", 0);
    CHECK(mote_invoke(other)); /* meanwhile the rest of this function is called, and puts the argument */
    CHECK(mote_invoke(question));
    mote_return_value(call, mote_reply(question));
    question = NULL;
  } else {
    mote_put_value(mote_arguments(question), mote_argument(call, 0));
  }
}

void offer_fallback(void) { mote_fallback(any_name); }

/* In the order of the enumeration. */
static char restores[16]; /* a letter for each callback that was called */

static void on_restore(void *letter) {
  strncat(restores, letter, sizeof restores - strlen(restores) - 1);
  if (*(char *)letter == 'b')
    mote_end(mote_host("refreshed", 0)); /* as in a function */
}

static void on_first_restore(void *context) {
  mote_on_restore(on_restore, "c");
  on_restore(context);
}

static void restore(mote_call *call) {
  restore_id++;
  mote_return_null(call);
}

static void restores_so_far(mote_call *call) { mote_return_string(call, restores); }

void offer_all(void) {
  mote_on_restore(on_first_restore, "a");
  mote_on_restore(on_restore, "b");
  mote_register("echo", "(v: any) -> any", echo);
  mote_register("numbers", "(v: any) -> [any]", numbers);
  mote_register("floats", "(v: any) -> [any]", floats);
  mote_register("sum_map", "(v: map<string, i64>) -> i64", sum_map);
  mote_register("twice", "() -> i64", twice);
  mote_register("half_a_list", "() -> [any]", half_a_list);
  mote_register("fail", "() -> i64", fail);
  mote_register("ask", "(v: any) -> any", ask);
  mote_register("ask_twice", "() -> i64", ask_twice);
  mote_register("nothing", "()", nothing);
  mote_register("logs", "(large: [any])", logs);
  mote_register("deep", "() -> any", deep);
  mote_register("greet", "(person : {name: string, ages: [i32]}, other: map<string, i8>) -> string", greet);
  mote_register("shape", "(shape: enum {Square {side: f64}, Point}) -> f64", shape);
  mote_register("latin1", "() -> string", latin1);
  mote_register("latin1_error", "()", latin1_error);
  mote_register("large", "(size: u64) -> bytes", large);
  mote_register("large_question", "()", large_question);
  mote_register("print", "(text: string)", print);
  mote_register("nested_views", "(text: string) -> string", nested_views);
  mote_register("write_all", "() -> [any]", write_all);
  mote_register("leaves_questions", "()", leaves_questions);
  mote_register("fail_later", "()", fail_later);
  mote_register("bad_details", "()", bad_details);
  mote_register("restore", "()", restore);
  mote_register("restores", "() -> string", restores_so_far);
  mote_register("thrice", "(text: string) -> [any]", thrice);
  mote_register("keeps_for_the_outer", "(value: any) -> any", keeps_for_the_outer);
}
