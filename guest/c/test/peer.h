/* The host's end of a conversation, for tests: the guest is a child process, the test plays the host. */
#ifndef PEER_H
#define PEER_H

#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);         \
      abort();                                                                \
    }                                                                         \
  } while (0)

enum { LARGEST = 4 << 20 }; /* what the host takes by the port */

/* Starts a guest, which offers what offers.c has, and takes its announcement. What it writes to standard
 * output is to be read from `guest_output`. */
void start_guest(bool by_port, bool with_fallback);
extern int guest_output;
extern mote_value announcement;

/* Ends it by ending the conversation (file) or by a message that says so (port); gives its status. */
int end_guest(void);

/* Sends bytes as a message. */
void send_bytes(const void *bytes, size_t size);
#define SEND(literal) send_bytes(literal, sizeof literal - 1)

/* Sends a call whose arguments are given as CBOR, the head of their list too. */
void call_bytes(int function, const void *arguments, size_t size);
#define CALL_WITH(function, literal) call_bytes(function, literal, sizeof literal - 1)

/* The next message of the guest, of this kind; its parts, valid until the message after it. */
mote_iterator receive(int kind);
mote_value next(mote_iterator *parts);

/* Receives a result, an error; checks that nothing follows. */
mote_value result(void);
void expect_error(const char *code, const char *message);

bool is_text(mote_value value, const char *text);
bool is_bytes(mote_value value, const void *bytes, size_t size); /* as they are encoded */

/* What the guest offers, by its place; offers.c. */
enum {
  ECHO, NUMBERS, FLOATS, SUM, TWICE, HALF_A_LIST, FAIL, ASK, ASK_TWICE, NOTHING, LOGS, DEEP, GREET, SHAPE,
  LATIN1, LATIN1_ERROR, LARGE, LARGE_QUESTION, PRINT, NESTED_VIEWS, WRITE_ALL, LEAVES_QUESTIONS, FAIL_LATER, BAD_DETAILS,
  RESTORE, RESTORES, THRICE, KEEPS_FOR_THE_OUTER,
  FUNCTIONS
};
void offer_all(void);

/* What the guest takes for its restore identity. */
extern uint64_t restore_id;
void offer_fallback(void);

void test_values(void);
void test_calls(bool by_port);
void test_host_calls(bool by_port);
void test_restore(void);

#endif
