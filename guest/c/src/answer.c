/* A call: it is made, and what answers it is put together. */
#include "internal.h"

#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

mote_call *mote_current;

const char *mote_name(const mote_call *call) {
  return call->offer != NULL && call->offer->name != NULL ? call->offer->name : call->name;
}

void *mote_context(const mote_call *call) { return call->offer == NULL ? NULL : call->offer->context; }

size_t mote_argument_count(const mote_call *call) { return mote_count(call->arguments); }

MOTE_HOT mote_value mote_argument(const mote_call *call, size_t index) {
  return mote_item(call->arguments, index);
}

MOTE_HOT mote_writer *mote_result(mote_call *call) { return &call->result; }

void mote_set_error(mote_call *call, char *code, char *message) {
  free(call->code);
  free(call->message);
  call->code = code;
  call->message = message;
  mote_begin_value(&call->details);
}

static void set_error(mote_call *call, const char *code, const char *format, va_list arguments) {
  mote_set_error(call, mote_copy(code, strlen(code)), mote_format(format, arguments));
}

void mote_fail(mote_call *call, const char *code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  set_error(call, code, format, arguments);
  va_end(arguments);
}

mote_writer *mote_fail_details(mote_call *call) { return &call->details; }

/* ---- Before and after the function ---- */

MOTE_HOT static void forget(char **text) {
  if (*text != NULL) {
    free(*text);
    *text = NULL;
  }
}

MOTE_HOT static void clear(mote_call *call) {
  mote_end_all(call);
  forget(&call->name);
  forget(&call->code);
  forget(&call->message);
  forget(&call->mismatch);
  call->offer = NULL;
  call->arguments = (mote_value){NULL, NULL};
}

void mote_discard(mote_call *call) {
  clear(call);
  free(call->result.bytes);
  free(call->details.bytes);
}

/* Looks at the parts of the message; the kind has been read. */
MOTE_HOT static void open_call(mote_iterator *message, mote_call *call) {
  mote_begin_message(&call->result, RESULT, 1);
  mote_begin_value(&call->details);
  mote_value target = mote_next(message) ? message->value : (mote_value){NULL, NULL};
  mote_kind named = mote_kind_of(target);
  if (!mote_next(message) || mote_kind_of(message->value) != MOTE_LIST)
    mote_die("the host sent a call without arguments");
  call->arguments = message->value;
  if (named == MOTE_INT) {
    uint64_t index = mote_get_uint(target);
    call->offer = mote_offered(index);
    if (call->offer == NULL)
      mote_fail(call, "unknown-function", "there is no function %llu", (unsigned long long)index);
  } else if (named == MOTE_STRING) {
    mote_text name = mote_get_text(target);
    call->name = mote_copy(name.data, name.size);
    call->offer = mote_offered_to_all();
    if (call->offer == NULL)
      mote_fail(call, "unknown-function", "there is no function %s", call->name);
  } else {
    mote_die("the host sent a call of no function");
  }
}

static void put_error(mote_call *call) {
  mote_writer *details = &call->details;
  bool detailed = details->size > 0 && mote_defect(details) == NULL;
  mote_begin_message(&call->result, ERROR, detailed ? 3 : 2);
  mote_put_readable(&call->result, call->code, strlen(call->code));
  mote_put_readable(&call->result, call->message, strlen(call->message));
  if (detailed)
    mote_put_value(&call->result, (mote_value){details->bytes, details->bytes + details->size});
}

/* What the function wrote becomes an answer. Its own error comes first, then what it misread. */
MOTE_HOT static void close_call(mote_call *call) {
  mote_writer *out = &call->result;
  if (call->code == NULL && call->mismatch != NULL)
    mote_fail(call, "invalid-argument", "%s", call->mismatch);
  if (call->code == NULL && mote_size(out) == out->start)
    mote_put_null(out);
  if (call->code == NULL && mote_defect(out) != NULL)
    mote_fail(call, "failed", "the result of function %s %s", mote_name(call), mote_defect(out));
  if (call->code != NULL)
    put_error(call);
}

MOTE_HOT void mote_answer(mote_iterator message, mote_call *call) {
  clear(call);
  call->outer = mote_current;
  mote_current = call;
  open_call(&message, call);
  if (call->offer != NULL) {
    mote_notice_restore();
    call->offer->function(call);
  }
  close_call(call);
  mote_end_all(call);
  mote_current = call->outer;
  /* What the function printed belongs to this call. Most print nothing. */
  if (__fpending(stdout) > 0)
    fflush(stdout);
  if (__fpending(stderr) > 0)
    fflush(stderr);
}

MOTE_HOT void mote_send_answer(mote_call *call, mote_buffer *received) {
  if (mote_exchange(&call->result, received))
    return;
  mote_fail(call, "limit", "the answer of function %s is larger than the host takes: %zu bytes", mote_name(call),
            mote_size(&call->result));
  put_error(call);
  if (!mote_exchange(&call->result, received))
    mote_die("the host takes no message of %zu bytes", mote_size(&call->result));
}
