/* What is offered, and the loop that answers calls. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *name, *signature;
  mote_function *function;
} offered;

static offered *functions;
static size_t function_count, function_capacity;
static mote_function *fallback;

void mote_register(const char *name, const char *signature, mote_function *function) {
  for (size_t i = 0; i < function_count; i++)
    if (strcmp(functions[i].name, name) == 0)
      mote_die("function %s is registered twice", name);
  if (function_count == function_capacity) {
    function_capacity = 2 * function_capacity + 16;
    functions = mote_allocate(functions, function_capacity * sizeof *functions);
  }
  functions[function_count++] = (offered){name, signature, function};
}

void mote_fallback(mote_function *function) { fallback = function; }

const char *mote_name(const mote_call *call) { return call->name; }

size_t mote_argument_count(const mote_call *call) { return mote_count(call->arguments); }

mote_value mote_argument(const mote_call *call, size_t index) {
  return mote_item(call->arguments, index);
}

mote_writer *mote_result(mote_call *call) { return &call->result; }

mote_writer *mote_fail_details(mote_call *call) { return &call->details; }

void mote_return_null(mote_call *call) { mote_put_null(&call->result); }
void mote_return_bool(mote_call *call, bool value) { mote_put_bool(&call->result, value); }
void mote_return_int(mote_call *call, int64_t value) { mote_put_int(&call->result, value); }
void mote_return_uint(mote_call *call, uint64_t value) { mote_put_uint(&call->result, value); }
void mote_return_float(mote_call *call, float value) { mote_put_float(&call->result, value); }
void mote_return_double(mote_call *call, double value) { mote_put_double(&call->result, value); }
void mote_return_string(mote_call *call, const char *text) { mote_put_string(&call->result, text); }
void mote_return_text(mote_call *call, const char *utf8, size_t size) {
  mote_put_text(&call->result, utf8, size);
}
void mote_return_bytes(mote_call *call, const void *bytes, size_t size) {
  mote_put_bytes(&call->result, bytes, size);
}
void mote_return_value(mote_call *call, mote_value value) { mote_put_value(&call->result, value); }

void mote_return_format(mote_call *call, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = mote_format(format, arguments);
  va_end(arguments);
  mote_return_string(call, text);
  free(text);
}

static char *copy_string(const char *text) {
  mote_text view = {text, strlen(text)};
  return mote_copy(view);
}

void mote_set_error(mote_call *call, char *code, char *message) {
  free(call->error_code);
  free(call->error_message);
  call->error_code = code;
  call->error_message = message;
  mote_reset(&call->details);
}

void mote_fail(mote_call *call, const char *code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *message = mote_format(format, arguments);
  va_end(arguments);
  mote_set_error(call, copy_string(code), message);
}

/* ---- Answering ---- */

/* The message that answers a call, in call->result. */
static void finish(mote_call *call) {
  mote_writer *out = &call->result;
  if (call->error_code == NULL && out->values == 0 && out->depth == 0)
    mote_put_null(out);
  if (call->error_code == NULL && (out->values != 1 || out->depth != 0 || out->broken))
    mote_fail(call, "failed", "function %s did not write exactly one value", call->name);
  if (call->error_code == NULL)
    return;
  mote_writer *details = &call->details;
  bool detailed = details->values == 1 && details->depth == 0 && !details->broken;
  mote_begin_message(out, detailed ? 4 : 3, ERROR);
  mote_put_string(out, call->error_code);
  mote_put_string(out, call->error_message);
  if (detailed) {
    mote_value value = {details->bytes, details->bytes + details->size};
    mote_put_value(out, value);
  }
}

static void enter(mote_call *call, mote_function *function) {
  function(call);
  fflush(stdout);
  fflush(stderr);
}

/* Makes the call that a message asks for. */
static void make(const mote_buffer *message, mote_call *call) {
  mote_value rest = {message->bytes, message->bytes + message->size};
  mote_iterator parts = mote_begin(rest);
  mote_begin_message(&call->result, 2, RESULT);
  mote_reset(&call->details);
  if (!mote_next(&parts) || mote_get_int(parts.value) != CALL || !mote_next(&parts))
    mote_die("the host sent something that is no call");
  mote_value target = parts.value;
  if (mote_next(&parts))
    call->arguments = parts.value;
  if (mote_kind_of(target) == MOTE_INT && mote_get_uint(target) < function_count) {
    offered *found = &functions[mote_get_uint(target)];
    call->name = found->name;
    enter(call, found->function);
    return;
  }
  call->owned_name = mote_copy(mote_get_text(target));
  call->name = call->owned_name;
  if (fallback != NULL)
    enter(call, fallback);
  else
    mote_fail(call, "unknown-function", "there is no function %s", call->name);
}

static void release(mote_call *call) {
  free(call->owned_name);
  free(call->error_code);
  free(call->error_message);
  call->owned_name = call->error_code = call->error_message = NULL;
  call->arguments = (mote_value){NULL, NULL};
}

void mote_answer(const mote_buffer *message, mote_call *call) {
  make(message, call);
  finish(call);
  release(call);
}

static void announce(mote_writer *out) {
  mote_begin_message(out, 2, ANNOUNCE);
  mote_put_map(out, fallback == NULL ? 2 : 3);
  mote_put_string(out, "version");
  mote_put_int(out, 1);
  mote_put_string(out, "functions");
  mote_put_map(out, function_count);
  for (size_t i = 0; i < function_count; i++) {
    mote_put_string(out, functions[i].name);
    mote_put_string(out, functions[i].signature);
  }
  if (fallback != NULL) {
    mote_put_string(out, "fallback");
    mote_put_bool(out, true);
  }
}

int mote_serve(void) {
  if (!mote_connect()) {
    fputs("This program offers functions to a Mote host and does nothing by itself.\n"
          "Call one with: mote call PROGRAM FUNCTION [JSON...]\n",
          stderr);
    return 2;
  }
  fflush(stdout);
  fflush(stderr);
  mote_call call = {0};
  mote_buffer message = {0};
  announce(&call.result);
  for (;;) {
    mote_exchange(&call.result, &message);
    mote_answer(&message, &call);
  }
}
