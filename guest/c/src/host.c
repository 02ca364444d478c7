/* Calls of the host's functions. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mote_host_call {
  mote_writer request;
  mote_buffer reply;
  mote_value result, details;
  mote_text code, message;
  bool waiting;
  char defect[80]; /* why it could not be sent */
  mote_call *owner; /* NULL outside of calls */
  mote_host_call *next;
};

mote_host_call *mote_host(const char *name, size_t arguments) {
  mote_host_call *host = mote_allocate(NULL, sizeof *host);
  *host = (mote_host_call){0};
  mote_begin_message(&host->request, CALL, 2);
  mote_put_string(&host->request, name);
  mote_put_list(&host->request, arguments);
  host->owner = mote_current;
  if (host->owner != NULL) {
    host->next = host->owner->host_calls;
    host->owner->host_calls = host;
  }
  return host;
}

mote_writer *mote_arguments(mote_host_call *host) { return &host->request; }

static void forget_reply(mote_host_call *host) {
  mote_text none = {"", 0};
  host->code = host->message = none;
  host->result = host->details = (mote_value){NULL, NULL};
}

/* The host was not asked, for a reason of this side. */
static bool fail_here(mote_host_call *host, const char *code, const char *message) {
  forget_reply(host);
  host->code = (mote_text){code, strlen(code)};
  host->message = (mote_text){message, strlen(message)};
  return false;
}

static bool may_be_sent(mote_host_call *host) {
  if (mote_current == NULL)
    return fail_here(host, "failed", "a host function is called while no call is answered");
  if (host->waiting)
    return fail_here(host, "failed", "this call of a host function is not over");
  const char *defect = mote_defect(&host->request);
  if (defect == NULL)
    return true;
  snprintf(host->defect, sizeof host->defect, "what is sent to the host function %s", defect);
  return fail_here(host, "invalid-argument", host->defect);
}

/* The host calls a function of ours before it answers: on this stack, with its own buffers. */
static void serve_nested(mote_host_call *host, mote_iterator parts) {
  mote_call call = {0};
  mote_buffer message = host->reply;
  host->reply = (mote_buffer){0};
  mote_answer(parts, &call);
  mote_send_answer(&call, &host->reply);
  free(message.bytes); /* not before: the answer may refer to it */
  mote_discard(&call);
}

static mote_value part(mote_iterator *parts, mote_kind kind) {
  if (!mote_next(parts) || (kind != MOTE_NONE && mote_kind_of(parts->value) != kind))
    mote_die("the host sent an answer without its parts");
  return parts->value;
}

/* Waits for what answers, in host->reply. */
static bool wait_for_reply(mote_host_call *host) {
  for (;;) {
    int kind;
    mote_iterator parts = mote_open_message(&host->reply, &kind);
    switch (kind) {
      case CALL:
        serve_nested(host, parts);
        break;
      case RESULT:
        host->result = part(&parts, MOTE_NONE);
        return true;
      case ERROR:
        host->code = mote_get_text(part(&parts, MOTE_STRING));
        host->message = mote_get_text(part(&parts, MOTE_STRING));
        if (mote_next(&parts))
          host->details = parts.value;
        return false;
      default:
        mote_die("the host sent a message of kind %d instead of an answer", kind);
    }
  }
}

bool mote_invoke(mote_host_call *host) {
  if (!may_be_sent(host))
    return false;
  fflush(stdout);
  fflush(stderr);
  forget_reply(host);
  if (!mote_exchange(&host->request, &host->reply))
    return fail_here(host, "limit", "the arguments are larger than the host takes");
  host->waiting = true;
  bool answered = wait_for_reply(host);
  host->waiting = false;
  return answered;
}

mote_value mote_reply(const mote_host_call *host) { return host->result; }
mote_text mote_error_code(const mote_host_call *host) { return host->code; }
mote_text mote_error_message(const mote_host_call *host) { return host->message; }
mote_value mote_error_details(const mote_host_call *host) { return host->details; }

void mote_fail_as(mote_call *call, const mote_host_call *host) {
  mote_set_error(call, mote_copy(host->code.data, host->code.size),
                 mote_copy(host->message.data, host->message.size));
  if (mote_kind_of(host->details) != MOTE_NONE)
    mote_put_value(&call->details, host->details);
}

static void release(mote_host_call *host) {
  free(host->request.bytes);
  free(host->reply.bytes);
  free(host);
}

void mote_end(mote_host_call *host) {
  if (host == NULL)
    return;
  if (host->owner != NULL) {
    mote_host_call **link = &host->owner->host_calls;
    while (*link != host)
      link = &(*link)->next;
    *link = host->next;
  }
  release(host);
}

MOTE_HOT void mote_end_all(mote_call *call) {
  while (call->host_calls != NULL)
    mote_end(call->host_calls);
}
