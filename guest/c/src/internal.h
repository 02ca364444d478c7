/*
 * What the library's parts know of each other.
 *
 * The loop is serve.c: it sends a message, receives one (exchange.c, over port.c or the file), makes the
 * call (answer.c) and sends what answers it. A call of a host function (host.c) is the same one level
 * deeper, with buffers of its own, so that what the outer call looks at stays where it is.
 */
#ifndef MOTE_INTERNAL_H
#define MOTE_INTERNAL_H

#include "mote.h"

#include <stdarg.h>

/* The path of an ordinary call lies together in memory, and what is rare elsewhere: when a guest begins to run
 * each page of its code has to be found anew. */
#define MOTE_HOT __attribute__((hot))
#define MOTE_COLD __attribute__((cold))

enum { ANNOUNCE = 0, CALL = 1, RESULT = 2, ERROR = 3, LOG = 4 };

/* ---- failure.c ---- */

/* Says what is wrong on standard error and ends the program. */
MOTE_COLD _Noreturn void mote_die(const char *format, ...) MOTE_PRINTF(1, 2);

/* ---- memory.c ---- */

/* As realloc, but it ends the program where there is no memory. */
void *mote_allocate(void *old, size_t size);
char *mote_format(const char *format, va_list arguments);
MOTE_COLD char *mote_copy(const char *data, size_t size);

/* ---- port.c ---- */

/* One exchange by the port: the length of the message received, 0 for none, or -errno. */
long mote_port(const void *message, size_t size, void *buffer, size_t capacity);

/* As the port takes it. */
typedef struct {
  const void *at;
  uint64_t size;
} mote_part;

/* The same, with a message that lies in several places. */
long mote_port_parts(const mote_part *parts, size_t count, void *buffer, size_t capacity);

/* ---- exchange.c ---- */

typedef struct {
  uint8_t *bytes;
  size_t size, capacity;
} mote_buffer;

/* Uses the port if there is a host. False: there is none. */
bool mote_connect(void);

/* What the tests connect by: a descriptor that is as /dev/mote, or the port whether there is a host or not. */
void mote_connect_file(int descriptor);
void mote_connect_port(void);

/* Sends a message and waits for the next one, which replaces what is in the buffer. False: the message
 * is larger than the host takes; nothing was sent. */
bool mote_exchange(const mote_writer *message, mote_buffer *received);

/* Sends a message that nothing answers. */
bool mote_send(const mote_writer *message);

/* ---- writer.c ---- */

/* A message that is being written. One number suffices to know whether it is complete: how many values
 * must still come, in all lists and maps together.
 *
 * What it has of the arguments of its own call need not be copied, as they stay until it is sent: the
 * first large piece of them is only referred to, as the part. */
struct mote_writer {
  uint8_t *bytes;
  size_t size, capacity;
  const void *part;
  size_t part_at;   /* where in the bytes it belongs */
  size_t part_size; /* 0: there is none */
  const mote_call *call; /* NULL: it is no message, and has no part */
  size_t start;     /* where its values begin, behind the message's own head */
  uint64_t missing; /* values that must still come */
  bool surplus;     /* more came */
  bool not_text;    /* a string is not UTF-8 */
};

/* The bytes of the whole message. */
size_t mote_size(const mote_writer *out);

/* What the values that were written lack; NULL if they are as many as they must be. */
const char *mote_defect(const mote_writer *out);

void mote_put_head(mote_writer *out, int major, uint64_t argument);
void mote_put_format(mote_writer *out, const char *format, va_list arguments);

/* Begins a message: its kind, and the number of values that must come. */
void mote_begin_message(mote_writer *out, int kind, int values);

/* Begins a value that is not yet in a message. */
void mote_begin_value(mote_writer *out);

/* ---- utf8.c ---- */

bool mote_is_utf8(const char *text, size_t size);

/* A string for people: what is not UTF-8 in it becomes U+FFFD. */
void mote_put_readable(mote_writer *out, const char *text, size_t size);

/* ---- value.c, float.c, container.c ---- */

/* The next value, of which `*rest` then begins behind it; none if it is malformed. */
mote_value mote_take(mote_value *rest);

/* The head of a value: its argument; `value->at` is moved behind it. False if it is malformed. */
bool mote_head(mote_value *value, uint64_t *argument);

/* A message: an array with its kind first, and nothing behind it. Ends the program if it is another
 * thing. The iterator's next value is the one behind the kind. */
mote_iterator mote_open_message(const mote_buffer *message, int *kind);

/* ---- functions.c ---- */

typedef struct {
  const char *name, *signature;
  mote_function *function;
  void *context;
} mote_offer;

void mote_announce(mote_writer *out);

/* The function of this number; NULL: there are not so many. */
const mote_offer *mote_offered(uint64_t index);

/* The fallback, which has no signature and no name; NULL: there is none. */
const mote_offer *mote_offered_to_all(void);

/* ---- vdso.c ---- */

/* Another number after every restore and in every sandbox; 0 where the host has none. A memory read. */
uint64_t mote_restore_id(void);

/* Where a shared object in memory has a symbol; NULL: nowhere. No more than `most` bytes are looked at. */
const void *mote_symbol(const void *elf, size_t most, const char *name);

/* ---- restore.c ---- */

/* Calls the callbacks if the program was restored since this was called last. */
void mote_notice_restore(void);

/* ---- answer.c ---- */

struct mote_call {
  const mote_offer *offer; /* NULL while there is none */
  char *name;              /* of a call by name */
  mote_value arguments;
  mote_writer result;  /* a whole message: [RESULT, value] */
  mote_writer details; /* of an error */
  char *code, *message; /* of an error; NULL while it has not failed */
  char *mismatch;      /* how a value was first read as what it is not */
  mote_host_call *host_calls; /* those that have not ended */
  mote_call *outer;
};

/* The innermost call that is being answered; NULL if there is none. */
extern mote_call *mote_current;

/* Makes the call that a message asks for, and leaves what answers it in call->result. */
void mote_answer(mote_iterator message, mote_call *call);

/* Sends it, or that it is too large, and waits for the next message. */
void mote_send_answer(mote_call *call, mote_buffer *received);

/* Frees what belongs to a call, but not itself. */
void mote_discard(mote_call *call);

/* Both texts are taken over. */
MOTE_COLD void mote_set_error(mote_call *call, char *code, char *message);

/* ---- mismatch.c ---- */

/* A value was read as what it is not. The call fails for it, if it does not fail for another reason. */
MOTE_COLD void mote_mismatch(mote_value value, const char *wanted);

/* ---- host.c ---- */

/* Ends the calls of host functions that a call has left. */
void mote_end_all(mote_call *call);

#endif
