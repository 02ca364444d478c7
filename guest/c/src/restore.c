/* What a program wants to do after it was restored to a snapshot. */
#define _DEFAULT_SOURCE /* syscall */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { READY = 0x4d4f54 }; /* a system call that Linux does not have */

static struct {
  void (*callback)(void *);
  void *context;
} *callbacks;
static size_t count, capacity;
static uint64_t seen;

void mote_on_restore(void (*callback)(void *), void *context) {
  if (count == 0)
    seen = mote_restore_id();
  if (count == capacity) {
    capacity = 2 * capacity + 4;
    callbacks = mote_allocate(callbacks, capacity * sizeof *callbacks);
  }
  callbacks[count].callback = callback;
  callbacks[count++].context = context;
}

MOTE_HOT void mote_notice_restore(void) {
  if (count == 0)
    return;
  uint64_t id = mote_restore_id();
  if (id == seen)
    return;
  seen = id;
  size_t present = count; /* what a callback registers is for the next time */
  for (size_t i = 0; i < present; i++)
    callbacks[i].callback(callbacks[i].context);
}

void mote_ready(void) {
  int error = errno;
  fflush(stdout);
  fflush(stderr);
  syscall(READY);
  errno = error;
  mote_notice_restore();
}
