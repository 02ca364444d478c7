/* The loop that answers calls. */
#include "internal.h"

#include <stdio.h>

static const char no_host[] =
    "This program offers functions to a Mote host and does nothing by itself.\n"
    "Call one with: mote call PROGRAM FUNCTION [JSON...]\n";

MOTE_HOT int mote_serve(void) {
  if (mote_current != NULL)
    mote_die("mote_serve was called by a function that it serves");
  if (!mote_connect()) {
    fputs(no_host, stderr);
    return 2;
  }
  fflush(stdout);
  fflush(stderr);
  /* Between two calls all there is of the program is its own state and these two, whose buffers stay for
   * the next call: here is where a snapshot would be taken. */
  mote_call call = {0};
  mote_buffer message = {0};
  mote_announce(&call.result);
  if (!mote_exchange(&call.result, &message))
    mote_die("the announcement of the functions is larger than the host takes: %zu bytes", call.result.size);
  for (;;) {
    int kind;
    mote_iterator parts = mote_open_message(&message, &kind);
    if (kind != CALL)
      mote_die("the host sent a message of kind %d instead of a call", kind);
    mote_answer(parts, &call);
    mote_send_answer(&call, &message);
  }
}
