/* Calls of the host's functions. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

struct mote_host_call {
  mote_writer request;
  mote_buffer reply;
  size_t arguments;
  mote_value result, code, message, details;
};

mote_host_call *mote_host(const char *name, size_t arguments) {
  mote_host_call *host = mote_allocate(NULL, sizeof *host);
  *host = (mote_host_call){0};
  host->arguments = arguments;
  mote_begin_message(&host->request, 3, CALL);
  mote_put_string(&host->request, name);
  mote_put_list(&host->request, arguments);
  return host;
}

mote_writer *mote_arguments(mote_host_call *host) { return &host->request; }

static bool fail_here(mote_host_call *host, const char *message) {
  mote_reset(&host->request);
  mote_put_string(&host->request, "invalid-argument");
  mote_put_string(&host->request, message);
  mote_value rest = {host->request.bytes, host->request.bytes + host->request.size};
  host->code = mote_take(&rest);
  host->message = mote_take(&rest);
  return false;
}

/* Calls that the host makes before it answers are served here, on this stack. */
static void serve_nested(mote_host_call *host) {
  mote_call call = {0};
  mote_buffer message = host->reply;
  host->reply = (mote_buffer){0};
  mote_answer(&message, &call);
  free(message.bytes);
  free(call.details.bytes);
  mote_exchange(&call.result, &host->reply);
  free(call.result.bytes);
}

bool mote_invoke(mote_host_call *host) {
  /* The name and the list of arguments are two values. */
  if (host->request.values != 2 || host->request.depth != 0 || host->request.broken)
    return fail_here(host, "the arguments of a host function are not as many as announced");
  if (!mote_connect())
    return fail_here(host, "there is no host");
  fflush(stdout);
  fflush(stderr);
  mote_exchange(&host->request, &host->reply);
  for (;;) {
    mote_value whole = {host->reply.bytes, host->reply.bytes + host->reply.size};
    mote_iterator parts = mote_begin(whole);
    if (!mote_next(&parts))
      mote_die("the host sent an empty message");
    switch (mote_get_int(parts.value)) {
      case CALL:
        serve_nested(host);
        continue;
      case RESULT:
        mote_next(&parts);
        host->result = parts.value;
        return true;
      case ERROR:
        mote_next(&parts);
        host->code = parts.value;
        mote_next(&parts);
        host->message = parts.value;
        if (mote_next(&parts))
          host->details = parts.value;
        return false;
      default:
        mote_die("the host sent a message of an unknown kind");
    }
  }
}

mote_value mote_reply(const mote_host_call *host) { return host->result; }
mote_text mote_error_code(const mote_host_call *host) { return mote_get_text(host->code); }
mote_text mote_error_message(const mote_host_call *host) { return mote_get_text(host->message); }
mote_value mote_error_details(const mote_host_call *host) { return host->details; }

void mote_fail_as(mote_call *call, const mote_host_call *host) {
  mote_set_error(call, mote_copy(mote_error_code(host)), mote_copy(mote_error_message(host)));
  if (mote_kind_of(host->details) != MOTE_NONE)
    mote_put_value(&call->details, host->details);
}

void mote_end(mote_host_call *host) {
  free(host->request.bytes);
  free(host->reply.bytes);
  free(host);
}
