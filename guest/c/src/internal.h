/* What the library's parts know of each other. */
#ifndef MOTE_INTERNAL_H
#define MOTE_INTERNAL_H

#include "mote.h"

#include <stdarg.h>

enum { ANNOUNCE = 0, CALL = 1, RESULT = 2, ERROR = 3, LOG = 4 };

/* ---- transport.c: messages as bytes ---- */

typedef struct {
  uint8_t *bytes;
  size_t size, capacity;
} mote_buffer;

/* Connects to the host, by the port. False: there is none. */
bool mote_connect(void);

/* Connects to a host that speaks as /dev/mote does, on a descriptor: for tests. */
void mote_connect_file(int descriptor);

/* Sends a message and waits for the next one, which replaces what is in the buffer. */
void mote_exchange(const mote_writer *message, mote_buffer *received);

/* Sends a message that nothing answers. */
void mote_send(const mote_writer *message);

/* Says what is wrong on standard error and ends the program. */
_Noreturn void mote_die(const char *format, ...) MOTE_PRINTF(1, 2);

/* Memory, or the end of the program. */
void *mote_allocate(void *old, size_t size);

/* ---- writer.c ---- */

enum { DEEPEST = 64 };

/* A message that is being written. */
struct mote_writer {
  uint8_t *bytes;
  size_t size, capacity;
  size_t open[DEEPEST]; /* values that each list or map still waits for */
  int depth;
  size_t values; /* complete ones at the top */
  bool broken;   /* nested too deeply */
};

void mote_reset(mote_writer *out);
void mote_put_head(mote_writer *out, int major, uint64_t argument);

/* ---- text.c ---- */

/* Each result is to be freed. */
char *mote_format(const char *format, va_list arguments);
char *mote_copy(mote_text text);

/* Begins a message: the head of its array, and its kind. */
void mote_begin_message(mote_writer *out, int fields, int kind);

/* ---- serve.c ---- */

struct mote_call {
  const char *name;
  char *owned_name; /* of a call by name */
  mote_value arguments;
  mote_writer result;  /* a whole message: [RESULT, value] */
  mote_writer details; /* of an error; empty if there are none */
  char *error_code;    /* NULL while it has not failed */
  char *error_message;
};

/* Makes the call that a message asks for; its answer is then in call->result. */
void mote_answer(const mote_buffer *message, mote_call *call);

/* Both texts are taken over. */
void mote_set_error(mote_call *call, char *code, char *message);

/* ---- value.c ---- */

/* The next value of a message, of which `*rest` then begins behind it; none if it is malformed. */
mote_value mote_take(mote_value *rest);

#endif
