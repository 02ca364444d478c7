/*
 * mote.h - functions that a program offers to its Mote host, and calls of the host's functions.
 *
 *   #include <mote.h>
 *
 *   static void greet(mote_call *call) {
 *     mote_value person = mote_argument(call, 0);
 *     mote_text name = mote_get_text(mote_field(person, "name"));
 *     mote_return_format(call, "Hello, %.*s (%lld)", (int)name.size, name.data,
 *                        (long long)mote_get_int(mote_field(person, "age")));
 *   }
 *   MOTE_FUNCTION(greet, "(person: {name: string, age: i32}) -> string")
 *
 *   int main(void) { return mote_serve(); }
 *
 * Build it as an ordinary static program: cc -static greeter.c -lmote. printf, malloc and the rest of
 * the C library work as usual. The type language of signatures is in Mote's docs/protocol.md.
 *
 * The library is for programs of one thread. It trusts the host: arguments are of the types of the
 * signature when a function is entered.
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

#if defined(__GNUC__)
#define MOTE_PRINTF(text, first) __attribute__((format(__printf__, text, first)))
#else
#define MOTE_PRINTF(text, first)
#endif

/* ---- Functions that the host may call ---- */

/* A call that is being answered; valid until the function returns. */
typedef struct mote_call mote_call;

/* What answers it: by one of mote_return_*, by writing into mote_result(call), or by mote_fail. A function
 * that does none of these returns null. */
typedef void mote_function(mote_call *call);

/* Offers a C function under its own name. At file level; the order is that in which the file's
 * constructors run. */
#define MOTE_FUNCTION(function, signature)                                             \
  __attribute__((constructor)) static void mote_register_##function(void) {            \
    mote_register(#function, signature, function);                                     \
  }

/* Offers a function. Before mote_serve. The strings are not copied. Ends the program if memory runs
 * out, or if the name is taken. */
void mote_register(const char *name, const char *signature, mote_function *function);

/* Takes the calls of all names that nobody registered; their arguments may be anything. Before
 * mote_serve. */
void mote_fallback(mote_function *function);

/* Tells the host what is offered, then answers its calls for ever. Returns only if there is no host to
 * talk to, with an exit status for main; it has then said so on standard error. Standard output and
 * error are flushed before each answer. */
int mote_serve(void);

/* Whether the program runs in a Mote sandbox that calls functions. */
bool mote_available(void);

/* The name by which the function was called. */
const char *mote_name(const mote_call *call);

/* How many arguments there are: as many as the signature says, but for the fallback. */
size_t mote_argument_count(const mote_call *call);

/* ---- Reading values ---- */

/* A value in a message: a view, valid as long as the call (or the host call) that it came with. */
typedef struct {
  const uint8_t *at, *end; /* at == NULL: there is none */
} mote_value;

/* Bytes of a string or of a byte string; not terminated by NUL, and a string may contain one. */
typedef struct {
  const char *data;
  size_t size;
} mote_text;

typedef enum {
  MOTE_NONE, /* no value: an argument, element or field that is not there */
  MOTE_NULL,
  MOTE_BOOL,
  MOTE_INT,
  MOTE_FLOAT,
  MOTE_STRING,
  MOTE_BYTES,
  MOTE_LIST,
  MOTE_MAP /* also records; an enum's variant is a string, or a map of one entry */
} mote_kind;

mote_value mote_argument(const mote_call *call, size_t index);
mote_kind mote_kind_of(mote_value value);

/* Each gives 0, false or an empty text for a value of another kind; ask mote_kind_of first where a
 * value may be null or anything. */
bool mote_get_bool(mote_value value);
int64_t mote_get_int(mote_value value);   /* u64 above INT64_MAX: INT64_MAX */
uint64_t mote_get_uint(mote_value value); /* negative: 0 */
double mote_get_double(mote_value value);
float mote_get_float(mote_value value);
mote_text mote_get_text(mote_value value);  /* of a string */
mote_text mote_get_bytes(mote_value value); /* of bytes */
bool mote_text_is(mote_text text, const char *other);

/* Elements of a list, entries of a map; 0 for everything else. */
size_t mote_count(mote_value value);

/* An element of a list. Takes time in proportion to the index: go through long lists with mote_next. */
mote_value mote_item(mote_value list, size_t index);

/* A field of a record, or the value of a key of a map of strings. */
mote_value mote_field(mote_value map, const char *name);

/* Goes through a list or a map: for (it = mote_begin(v); mote_next(&it);) uses it.value, in maps also
 * it.key. */
typedef struct {
  mote_value key, value;
  mote_value rest; /* private */
  size_t left;     /* private */
  bool map;        /* private */
} mote_iterator;
mote_iterator mote_begin(mote_value list_or_map);
bool mote_next(mote_iterator *it);

/* ---- Writing values ---- */

/* Where a value is written. A list or map is begun with its length; its elements, or keys and values in
 * turn, follow. */
typedef struct mote_writer mote_writer;

void mote_put_null(mote_writer *out);
void mote_put_bool(mote_writer *out, bool value);
void mote_put_int(mote_writer *out, int64_t value);
void mote_put_uint(mote_writer *out, uint64_t value);
void mote_put_float(mote_writer *out, float value);   /* for f32; keeps every bit */
void mote_put_double(mote_writer *out, double value); /* for f64; keeps every bit */
void mote_put_string(mote_writer *out, const char *text);
void mote_put_text(mote_writer *out, const char *utf8, size_t size);
void mote_put_bytes(mote_writer *out, const void *bytes, size_t size);
void mote_put_list(mote_writer *out, size_t elements);
void mote_put_map(mote_writer *out, size_t entries);
void mote_put_value(mote_writer *out, mote_value value); /* a copy; null for none */

/* The result of a call: one value is to be written. */
mote_writer *mote_result(mote_call *call);

void mote_return_null(mote_call *call);
void mote_return_bool(mote_call *call, bool value);
void mote_return_int(mote_call *call, int64_t value);
void mote_return_uint(mote_call *call, uint64_t value);
void mote_return_float(mote_call *call, float value);
void mote_return_double(mote_call *call, double value);
void mote_return_string(mote_call *call, const char *text);
void mote_return_text(mote_call *call, const char *utf8, size_t size);
void mote_return_bytes(mote_call *call, const void *bytes, size_t size);
void mote_return_value(mote_call *call, mote_value value);
void mote_return_format(mote_call *call, const char *format, ...) MOTE_PRINTF(2, 3);

/* Answers with an error, whatever was written before. code: for programs, such as "not-found". */
void mote_fail(mote_call *call, const char *code, const char *format, ...) MOTE_PRINTF(3, 4);

/* The error's details: one value may be written, after mote_fail. */
mote_writer *mote_fail_details(mote_call *call);

/* ---- Calls of the host's functions ---- */

/* A call of a host function. Between mote_invoke and its end the host may call functions of this
 * program, which run on the same stack.
 *
 *   mote_host_call *ask = mote_host("lookup", 1);
 *   mote_put_string(mote_arguments(ask), "ada");
 *   if (mote_invoke(ask))
 *     age = mote_get_int(mote_reply(ask));
 *   else
 *     mote_fail_as(call, ask);             // or look at mote_error_code(ask)
 *   mote_end(ask);
 */
typedef struct mote_host_call mote_host_call;

mote_host_call *mote_host(const char *name, size_t arguments);
mote_writer *mote_arguments(mote_host_call *host);

/* Makes the call. True: mote_reply has the result. False: the host answered with an error. */
bool mote_invoke(mote_host_call *host);

mote_value mote_reply(const mote_host_call *host);
mote_text mote_error_code(const mote_host_call *host);
mote_text mote_error_message(const mote_host_call *host);
mote_value mote_error_details(const mote_host_call *host);

/* Passes the host's error on. */
void mote_fail_as(mote_call *call, const mote_host_call *host);

/* Frees it; its views are gone. */
void mote_end(mote_host_call *host);

/* ---- Logs ---- */

typedef enum { MOTE_TRACE, MOTE_DEBUG, MOTE_INFO, MOTE_WARNING, MOTE_ERROR } mote_level;

/* A record for the host's log; on standard error where there is no host. */
void mote_log(mote_level level, const char *format, ...) MOTE_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
