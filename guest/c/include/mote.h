/*
 * mote.h - functions that a program offers to its Mote host, and calls of the host's functions.
 *
 *   #include <mote.h>
 *
 *   static void greet(mote_call *call) {
 *     mote_value person = mote_argument(call, 0);
 *     mote_text name = mote_get_text(mote_field(person, "name"));
 *     mote_return_format(call, "Hello, %.*s (%lld)", MOTE_ARG(name),
 *                        (long long)mote_get_int(mote_field(person, "age")));
 *   }
 *   MOTE_FUNCTION(greet, "(person: {name: string, age: i32}) -> string")
 *
 *   int main(void) { return mote_serve(); }
 *
 * It is an ordinary static program: cc -static greeter.c -lmote. printf, malloc and the rest of the C
 * library work as usual. The types of signatures are described in Mote's docs/protocol.md:
 *
 *   null bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 string bytes any
 *   [T]    map<K, V>    {field: T, ...}    enum {Red, Circle {radius: f64}}    T?
 *
 * For C++ there is mote.hpp beside this. The library belongs to the thread that calls mote_serve. Where
 * memory for a message runs out it says so on standard error and ends the program.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef MOTE_H
#define MOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_PRINTF(text, first) __attribute__((format(__printf__, text, first)))

/* ---- Functions that the host may call ------------------------------------------------------------------ */

/* A call that is being answered; valid until the function returns. */
typedef struct mote_call mote_call;

/* What answers it: by one of mote_return_*, by writing one value into mote_result(call), or by mote_fail.
 * A function that does none of these returns null. */
typedef void mote_function(mote_call *call);

/* Offers a C function, under its own name or another one. A line at file level, with no semicolon. */
#define MOTE_FUNCTION(function, signature) MOTE_FUNCTION_AS(#function, function, signature)
#define MOTE_FUNCTION_AS(name, function, signature)                                                     \
  __attribute__((constructor)) static void mote_register_##function(void) {                             \
    mote_register(name, signature, function);                                                           \
  }

/* The same, before mote_serve. The two strings are not copied. */
void mote_register(const char *name, const char *signature, mote_function *function);

/* The same with something of the caller's, which mote_context gives to the function. */
void mote_register_with(const char *name, const char *signature, mote_function *function, void *context);
void *mote_context(const mote_call *call);

/* Takes the calls of all names that nobody registered, whose arguments may be anything. Without one such
 * calls are refused with the code unknown-function. Before mote_serve. */
void mote_fallback(mote_function *function);

/* Tells the host what is offered, then answers its calls for ever. What a function printed is flushed
 * before it is answered. Returns only where there is no host to talk to: it says so on standard error and
 * returns a status for main. */
int mote_serve(void);

/* Whether the program runs in a Mote sandbox that calls functions, not natively or by itself. */
bool mote_available(void);

/* The name by which the function was called. */
const char *mote_name(const mote_call *call);

/* How many arguments there are: as many as the signature says, but for the fallback. */
size_t mote_argument_count(const mote_call *call);

/* ---- Reading values ------------------------------------------------------------------------------------ */

/* A value in a message: a view, nothing is copied. Valid as long as the call, or the host call, that it
 * came with. */
typedef struct mote_value {
  const uint8_t *at, *end; /* private; at == NULL: there is none */
} mote_value;

/* The bytes of a string or of a byte string; no NUL follows, and a string may contain one. */
typedef struct mote_text {
  const char *data;
  size_t size;
} mote_text;

/* For printf: "%.*s", MOTE_ARG(text). */
#define MOTE_ARG(text) (int)(text).size, (text).data

typedef enum mote_kind {
  MOTE_NONE, /* no value: an argument, element or field that is not there */
  MOTE_NULL,
  MOTE_BOOL,
  MOTE_INT,  /* an integer from INT64_MIN to INT64_MAX, whatever its declared type */
  MOTE_UINT, /* an integer above INT64_MAX: only where the type is u64 or any */
  MOTE_FLOAT,
  MOTE_STRING,
  MOTE_BYTES,
  MOTE_LIST,
  MOTE_MAP /* also what is {fields}, and a variant with fields */
} mote_kind;

mote_value mote_argument(const mote_call *call, size_t index);

/* Where a value may be null, absent or anything, ask this first. */
mote_kind mote_kind_of(mote_value value);

/* Each may be asked for any value. Where the value is of another kind or out of range they give 0, false or
 * an empty text, and the call is answered with the error invalid-argument, which names the place, whatever
 * the function returns. (The host has checked the arguments by the signature: it is a mistake of the
 * function, such as a misspelt field.) */
bool mote_get_bool(mote_value value);
int64_t mote_get_int(mote_value value);
uint64_t mote_get_uint(mote_value value);
double mote_get_double(mote_value value);
float mote_get_float(mote_value value); /* of an f64: rounded */
mote_text mote_get_text(mote_value value);
mote_text mote_get_bytes(mote_value value);

bool mote_text_is(mote_text text, const char *other);

/* Elements of a list, or entries of a map. */
size_t mote_count(mote_value value);

/* An element of a list. Takes time in proportion to the index: go through long lists with mote_next. */
mote_value mote_item(mote_value list, size_t index);

/* A field, or what a map of string keys has for one. */
mote_value mote_field(mote_value map, const char *name);

/* What a value of an enum type is: the name of the variant, and its fields if it has some. */
mote_text mote_variant(mote_value value);
mote_value mote_variant_fields(mote_value value);

/* Goes through a list or a map:
 *
 *   for (mote_iterator it = mote_begin(list); mote_next(&it);)
 *     sum += mote_get_int(it.value);             // in maps there is it.key, too
 *
 * As with the four above, what is null or not there has no elements. */
typedef struct mote_iterator {
  mote_value key, value;
  mote_value rest; /* private */
  size_t left;     /* private */
  bool map;        /* private */
} mote_iterator;
mote_iterator mote_begin(mote_value list_or_map);
bool mote_next(mote_iterator *it);

/* ---- Writing values ------------------------------------------------------------------------------------ */

/* Where values are written: a buffer that grows. A list or a map begins with its length; its elements, or
 * keys and values in turn, follow.
 *
 *   mote_writer *out = mote_result(call);
 *   mote_put_map(out, 2);
 *   mote_put_string(out, "name"), mote_put_string(out, "Ada");
 *   mote_put_string(out, "age"), mote_put_int(out, 36);
 *
 * Whatever is written, the host gets a well-formed message: a result of too few or too many values, or with
 * text that is not UTF-8, becomes the error failed. */
typedef struct mote_writer mote_writer;

void mote_put_null(mote_writer *out);
void mote_put_bool(mote_writer *out, bool value);
void mote_put_int(mote_writer *out, int64_t value);   /* for every integer type */
void mote_put_uint(mote_writer *out, uint64_t value); /* the same, for what is above INT64_MAX */
void mote_put_float(mote_writer *out, float value);   /* for f32; keeps every bit */
void mote_put_double(mote_writer *out, double value); /* for f64; keeps every bit */
void mote_put_string(mote_writer *out, const char *text); /* NULL: null */
void mote_put_text(mote_writer *out, const char *utf8, size_t size);
void mote_put_bytes(mote_writer *out, const void *bytes, size_t size);
void mote_put_list(mote_writer *out, size_t elements);
void mote_put_map(mote_writer *out, size_t entries);
void mote_put_value(mote_writer *out, mote_value value); /* a copy; null if there is none */

/* A byte string that the caller fills in, before it writes anything else: it saves a copy. */
void *mote_put_space(mote_writer *out, size_t size);

/* The result of a call: one value is to be written. */
mote_writer *mote_result(mote_call *call);

/* A result in one line. */
void mote_return_null(mote_call *call);
void mote_return_bool(mote_call *call, bool value);
void mote_return_int(mote_call *call, int64_t value);
void mote_return_uint(mote_call *call, uint64_t value);
void mote_return_float(mote_call *call, float value);
void mote_return_double(mote_call *call, double value);
void mote_return_string(mote_call *call, const char *text); /* NULL: null */
void mote_return_text(mote_call *call, const char *utf8, size_t size);
void mote_return_bytes(mote_call *call, const void *bytes, size_t size);
void mote_return_value(mote_call *call, mote_value value);
void mote_return_format(mote_call *call, const char *format, ...) MOTE_PRINTF(2, 3);

/* Answers with an error, whatever was or will be written as the result. The code is for programs, such as
 * "not-found", the message for people: what is not UTF-8 in it is replaced. */
void mote_fail(mote_call *call, const char *code, const char *format, ...) MOTE_PRINTF(3, 4);

/* The error's details: one value may be written, after mote_fail. */
mote_writer *mote_fail_details(mote_call *call);

/* ---- Calls of the host's functions --------------------------------------------------------------------- */

/* A call of a host function, by a function that is itself being called.
 *
 *   mote_host_call *ask = mote_host("lookup", 1);
 *   mote_put_string(mote_arguments(ask), "ada");
 *   if (mote_invoke(ask))
 *     age = mote_get_int(mote_reply(ask));
 *   else
 *     mote_fail_as(call, ask);             // or look at mote_error_code(ask)
 *   mote_end(ask);
 *
 * Until it is answered the host may call functions of this program: they run on the same stack, whose size
 * is what bounds the nesting (the host has a limit, too). Views of outer calls stay valid. */
typedef struct mote_host_call mote_host_call;

mote_host_call *mote_host(const char *name, size_t arguments);
mote_writer *mote_arguments(mote_host_call *host);

/* Makes the call. True: mote_reply has the result. False: there is an error, of the host function or of
 * asking for it. May be done again, with the same arguments. */
bool mote_invoke(mote_host_call *host);

mote_value mote_reply(const mote_host_call *host);
mote_text mote_error_code(const mote_host_call *host);
mote_text mote_error_message(const mote_host_call *host);
mote_value mote_error_details(const mote_host_call *host);

/* Answers a call with the host's error. */
void mote_fail_as(mote_call *call, const mote_host_call *host);

/* Frees it; its views are gone. What a function leaves is ended when it returns. */
void mote_end(mote_host_call *host);

/* ---- Snapshots ----------------------------------------------------------------------------------------- */

/* Has something done once after each restore to a snapshot, before the function that is called next, in the
 * order of registration. What the program holds in its memory is the same in every sandbox that is made of
 * one snapshot; here it reseeds its generators of random numbers, makes new ids and drops what is out of date.
 *
 *   static void reseed(void *context) {
 *     (void)context;
 *     getrandom(&state, sizeof state, 0);
 *   }
 *   ... mote_on_restore(reseed, NULL);       // in main, before mote_serve
 *
 * A callback may call functions of the host if a function is being called. To see that nothing was restored
 * costs a call a memory read. Natively, nothing ever is. */
void mote_on_restore(void (*callback)(void *context), void *context);

/* For a program that offers no functions: it is ready, from here on it does what it is run for. A snapshot of
 * it is taken here, and each run from that begins as this returns, after the callbacks. Standard output and
 * error are flushed: what was printed before belongs to no run. Natively it does nothing else. */
void mote_ready(void);

/* ---- Logs ---------------------------------------------------------------------------------------------- */

typedef enum mote_level { MOTE_TRACE, MOTE_DEBUG, MOTE_INFO, MOTE_WARNING, MOTE_ERROR } mote_level;

/* A record for the host's log; on standard error where there is no host. */
void mote_log(mote_level level, const char *format, ...) MOTE_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
