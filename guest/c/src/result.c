/* Results of one value, in one line. */
#include "internal.h"

void mote_return_null(mote_call *call) { mote_put_null(mote_result(call)); }
void mote_return_bool(mote_call *call, bool value) { mote_put_bool(mote_result(call), value); }
MOTE_HOT void mote_return_int(mote_call *call, int64_t value) { mote_put_int(mote_result(call), value); }
void mote_return_uint(mote_call *call, uint64_t value) { mote_put_uint(mote_result(call), value); }
void mote_return_float(mote_call *call, float value) { mote_put_float(mote_result(call), value); }
void mote_return_double(mote_call *call, double value) { mote_put_double(mote_result(call), value); }
void mote_return_string(mote_call *call, const char *text) { mote_put_string(mote_result(call), text); }

void mote_return_text(mote_call *call, const char *utf8, size_t size) {
  mote_put_text(mote_result(call), utf8, size);
}

void mote_return_bytes(mote_call *call, const void *bytes, size_t size) {
  mote_put_bytes(mote_result(call), bytes, size);
}

MOTE_HOT void mote_return_value(mote_call *call, mote_value value) { mote_put_value(mote_result(call), value); }

void mote_return_format(mote_call *call, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  mote_put_format(mote_result(call), format, arguments);
  va_end(arguments);
}
