/*
 * A host that sends what it likes: `fuzz FIRST COUNT`, seeds of conversations. Each is a row of messages
 * that were right before some of their bytes changed. The guest answers, asks, or ends with a complaint;
 * what it must not do the sanitizers see. What it sends is always well-formed.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; } /* longjmp leaves what it leaves */

/* A conversation that ends leaves its memory behind: after so many a new process goes on. */
enum { MESSAGES = 20, LARGEST = 600, IN_A_PROCESS = 5000 };

static jmp_buf conversation_over;
static uint64_t state;
static int messages;

static struct {
  uint64_t sent, complaints;
} *counts; /* of all processes */

static uint32_t random_below(uint32_t bound) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(((state >> 33) * bound) >> 31);
}

/* ---- Instead of the library's own ---- */

_Noreturn void mote_die(const char *format, ...) {
  (void)format;
  counts->complaints++;
  longjmp(conversation_over, 1);
}

#define MESSAGE(literal) {literal, sizeof literal - 1}

static const struct {
  const char *bytes;
  size_t size;
} right[] = {
    MESSAGE("\x83\x01\x00\x80"),
    MESSAGE("\x83\x01\x00\x82\x01\x63" "abc"),
    MESSAGE("\x83\x01\x00\x81\x84\x20\x18\xff\xf5\xfb\x7f\xf0\x00\x00\xde\xad\xbe\xef"),
    MESSAGE("\x83\x01\x00\x81\xa2\x64name\x63" "Ada\x63" "age\x18\x24"),
    MESSAGE("\x83\x01\x00\x82\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"),
    MESSAGE("\x83\x01\x00\x83\xf9\x3c\x00\xfa\x7f\x80\x00\x01\x44\x00\x01\x02\x03"),
    MESSAGE("\x83\x01\x00\x81\x81\x81\x81\x81\x81\x81\xa1\xf4\xa1\x20\x80"),
    MESSAGE("\x83\x01\x00\x81\xa1\x66" "Circle\xa1\x66radius\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00"),
    MESSAGE("\x83\x01\x01\x81\x19\x01\x00"),
    MESSAGE("\x83\x01\x01\x82\xf6\x58\x18" "0123456789abcdefghijklmn"),
    MESSAGE("\x83\x01\x65other\x81\x05"),
    MESSAGE("\x82\x02\x82\x01\xa1\x61x\xf6"),
    MESSAGE("\x82\x02\xf6"),
    MESSAGE("\x83\x03\x66" "failed\x65" "words"),
    MESSAGE("\x84\x03\x61x\x60\x81\x05"),
};

enum { CALLS = 11 }; /* of these, at the beginning */

/* What is not over: 'c' a call of the guest, 'q' a question of it. */
static char open_ones[4 * MESSAGES];
static size_t open_count;

static size_t next_message(uint8_t *to) {
  uint32_t all = sizeof right / sizeof *right, which = random_below(CALLS);
  if (open_count > 0 && open_ones[open_count - 1] == 'q' ? random_below(3) > 0 : random_below(50) == 0)
    which = CALLS + random_below(all - CALLS);
  if (which < CALLS)
    open_ones[open_count++] = 'c';
  else if (open_count > 0)
    open_count--;
  size_t size = right[which].size;
  memcpy(to, right[which].bytes, size);
  for (uint32_t changes = random_below(8) == 0 ? random_below(6) : 0; changes > 0; changes--) {
    size_t at = random_below((uint32_t)size + 1);
    switch (random_below(5)) {
      case 0: /* one bit */
        if (at < size)
          to[at] ^= (uint8_t)(1 << random_below(8));
        break;
      case 1: /* one byte */
        if (at < size)
          to[at] = (uint8_t)random_below(256);
        break;
      case 2: /* the end is missing */
        size = at;
        break;
      case 3: /* a byte more */
        memmove(to + at + 1, to + at, size - at);
        to[at] = (uint8_t)random_below(256);
        size++;
        break;
      default: { /* a part twice */
        size_t length = random_below((uint32_t)(size - at) + 1);
        if (size + length < LARGEST / 2) {
          memmove(to + at + length, to + at, size - at);
          size += length;
        }
      }
    }
  }
  return size;
}

static void require_well_formed(const void *message, size_t size) {
  mote_value rest = {message, (const uint8_t *)message + size}, whole = mote_take(&rest);
  mote_value kind = mote_item(whole, 0);
  if (rest.at != rest.end || mote_kind_of(kind) != MOTE_INT || mote_get_int(kind) > LOG) {
    fprintf(stderr, "what the guest sent is not well-formed\n");
    abort();
  }
  counts->sent++;
}

/* A host with a message for each that it gets, now and then larger than the buffer seems to be. */
long mote_port(const void *message, size_t size, void *buffer, size_t capacity) {
  static uint8_t kept[LARGEST];
  static size_t kept_size;
  static bool has_kept;
  if (size > 0) {
    require_well_formed(message, size);
    has_kept = false;
    if (memcmp(message, "\x83\x04", 2) == 0)
      return 0;
    if (random_below(50) == 0)
      return -90; /* EMSGSIZE */
    if (memcmp(message, "\x83\x01", 2) == 0)
      open_ones[open_count++] = 'q';
    else if (open_count > 0)
      open_count--;
  }
  if (!has_kept) {
    if (messages-- == 0)
      longjmp(conversation_over, 1);
    kept_size = next_message(kept);
    has_kept = true;
    if (random_below(20) == 0)
      return (long)capacity + 1 + random_below(1000);
  }
  if (kept_size <= capacity) {
    memcpy(buffer, kept, kept_size);
    has_kept = false;
  }
  return (long)kept_size;
}

long mote_port_parts(const mote_part *parts, size_t count, void *buffer, size_t capacity) {
  static uint8_t *whole; /* this process may leave here by longjmp */
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    whole = realloc(whole, size + parts[i].size);
    memcpy(whole + size, parts[i].at, parts[i].size);
    size += parts[i].size;
  }
  return mote_port(whole, size, buffer, capacity);
}

/* ---- What the guest offers ---- */

/* Reads a value in every way, and writes it again. */
static void rebuild(mote_writer *out, mote_value value, int depth) {
  mote_iterator it;
  if (random_below(30) == 0) {
    mote_get_int(value), mote_get_uint(value), mote_get_bool(value), mote_get_text(value), mote_get_bytes(value);
    mote_get_float(value), mote_get_double(value), mote_field(value, "name"), mote_item(value, 1);
    mote_variant(value), mote_variant_fields(value), mote_count(value);
  }
  switch (depth > 50 ? MOTE_NONE : mote_kind_of(value)) {
    case MOTE_NONE:
    case MOTE_NULL:
      mote_put_null(out);
      break;
    case MOTE_BOOL:
      mote_put_bool(out, mote_get_bool(value));
      break;
    case MOTE_INT:
      mote_put_int(out, mote_get_int(value));
      break;
    case MOTE_UINT:
      mote_put_uint(out, mote_get_uint(value));
      break;
    case MOTE_FLOAT:
      if (random_below(2) == 0)
        mote_put_double(out, mote_get_double(value));
      else
        mote_put_float(out, mote_get_float(value));
      break;
    case MOTE_STRING:
      mote_put_text(out, mote_get_text(value).data, mote_get_text(value).size);
      break;
    case MOTE_BYTES:
      mote_put_bytes(out, mote_get_bytes(value).data, mote_get_bytes(value).size);
      break;
    case MOTE_LIST:
      mote_put_list(out, mote_count(value));
      for (it = mote_begin(value); mote_next(&it);)
        rebuild(out, it.value, depth + 1);
      break;
    case MOTE_MAP:
      mote_put_map(out, mote_count(value));
      for (it = mote_begin(value); mote_next(&it);) {
        rebuild(out, it.key, depth + 1);
        rebuild(out, it.value, depth + 1);
      }
      break;
  }
}

static void walk(mote_call *call) {
  rebuild(mote_result(call), mote_argument(call, random_below(2)), 0);
  if (random_below(20) == 0)
    mote_log(MOTE_INFO, "%.*s", MOTE_ARG(mote_get_text(mote_argument(call, 0))));
}

static void ask(mote_call *call) {
  mote_host_call *question = mote_host("question", mote_argument_count(call));
  for (size_t i = 0; i < mote_argument_count(call); i++)
    mote_put_value(mote_arguments(question), mote_argument(call, i));
  bool answered = mote_invoke(question);
  mote_put_list(mote_result(call), 2);
  mote_put_value(mote_result(call), mote_argument(call, 0));
  if (answered)
    rebuild(mote_result(call), mote_reply(question), 0);
  else
    mote_fail_as(call, question);
  if (random_below(2) == 0)
    mote_end(question);
}

static void converse(uint64_t first, uint64_t count) {
  static volatile uint64_t i; /* longjmp leaves it alone */
  for (i = 0; i < count; i++) {
    state = first + i;
    random_below(2);
    messages = MESSAGES;
    open_count = 0;
    mote_current = NULL;
    if (setjmp(conversation_over) == 0)
      mote_serve();
  }
}

int main(int argc, char **argv) {
  uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000;
  counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  mote_register("walk", "(a: any, b: any) -> any", walk);
  mote_register("ask", "(a: any) -> any", ask);
  mote_fallback(walk);
  mote_connect_port();
  for (uint64_t done = 0; done < count; done += IN_A_PROCESS) {
    int status;
    pid_t child = fork();
    if (child == 0) {
      converse(first + done, count - done < IN_A_PROCESS ? count - done : IN_A_PROCESS);
      _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
      fprintf(stderr, "one of the %d conversations from seed %llu failed\n", IN_A_PROCESS,
              (unsigned long long)(first + done));
      return 1;
    }
  }
  printf("%llu conversations from seed %llu: the guest sent %llu messages and ended %llu times\n",
         (unsigned long long)count, (unsigned long long)first, (unsigned long long)counts->sent,
         (unsigned long long)counts->complaints);
  return 0;
}
