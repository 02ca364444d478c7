/* A guest in a child process, and the host's end of its conversation. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int guest_output;
mote_value announcement;
static pid_t guest;
static int host_end, guest_end;
static mote_buffer received, announced;

static bool read_whole(int from, void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t count = read(from, (char *)bytes + done, size - done);
    if (count <= 0)
      return false;
    done += (size_t)count;
  }
  return true;
}

static void write_whole(int to, const void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t count = write(to, (const char *)bytes + done, size - done);
    CHECK(count > 0);
    done += (size_t)count;
  }
}

static bool read_message(int from, mote_buffer *message) {
  uint8_t header[4];
  if (!read_whole(from, header, 4))
    return false;
  message->size = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
  free(message->bytes);
  message->bytes = malloc(message->size); /* of its own, so that the sanitizer sees its end */
  return read_whole(from, message->bytes, message->size);
}

static void write_message(int to, const void *bytes, size_t size) {
  uint8_t header[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
  write_whole(to, header, 4);
  write_whole(to, bytes, size);
}

/* The port as the protocol has it; this replaces the instruction of the library. */
long mote_port(const void *message, size_t size, void *buffer, size_t capacity) {
  static mote_buffer kept;
  static bool has_kept;
  if (size > LARGEST)
    return -EMSGSIZE;
  if (size > 0) {
    write_message(guest_end, message, size);
    if (memcmp(message, "\x83\x04", 2) == 0)
      return 0; /* a log record */
  }
  if (!has_kept && !read_message(guest_end, &kept))
    exit(0);
  has_kept = kept.size > capacity;
  if (!has_kept)
    memcpy(buffer, kept.bytes, kept.size);
  return (long)kept.size;
}

long mote_port_parts(const mote_part *parts, size_t count, void *buffer, size_t capacity) {
  mote_buffer whole = {0};
  for (size_t i = 0; i < count; i++)
    whole.size += parts[i].size;
  whole.bytes = malloc(whole.size);
  size_t done = 0;
  for (size_t i = 0; i < count; done += parts[i++].size)
    memcpy(whole.bytes + done, parts[i].at, parts[i].size);
  long result = mote_port(whole.bytes, whole.size, buffer, capacity);
  free(whole.bytes);
  return result;
}

uint64_t restore_id = 1;

uint64_t mote_restore_id(void) { return restore_id; }

void start_guest(bool by_port, bool with_fallback) {
  int ends[2], output[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  CHECK(pipe(output) == 0);
  fflush(stdout);
  guest = fork();
  if (guest == 0) {
    close(ends[0]);
    dup2(output[1], STDOUT_FILENO);
    close(output[0]);
    close(output[1]);
    guest_end = ends[1];
    offer_all();
    if (with_fallback)
      offer_fallback();
    if (by_port)
      mote_connect_port();
    else
      mote_connect_file(guest_end);
    exit(mote_serve());
  }
  close(ends[1]);
  close(output[1]);
  host_end = ends[0];
  guest_output = output[0];
  mote_iterator parts = receive(ANNOUNCE);
  announcement = next(&parts);
  free(announced.bytes);
  announced = received; /* stays */
  received = (mote_buffer){0};
}

int end_guest(void) {
  int status;
  close(host_end);
  close(guest_output);
  CHECK(waitpid(guest, &status, 0) == guest && WIFEXITED(status));
  return WEXITSTATUS(status);
}

void send_bytes(const void *bytes, size_t size) { write_message(host_end, bytes, size); }

void call_bytes(int function, const void *arguments, size_t size) {
  uint8_t *message = malloc(4 + size);
  memcpy(message, (uint8_t[]){0x83, CALL, 0x18, (uint8_t)function}, 4);
  memcpy(message + 4, arguments, size);
  send_bytes(message, 4 + size);
  free(message);
}

mote_iterator receive(int kind) {
  CHECK(read_message(host_end, &received));
  int found;
  mote_iterator parts = mote_open_message(&received, &found);
  CHECK(found == kind);
  return parts;
}

mote_value next(mote_iterator *parts) {
  CHECK(mote_next(parts));
  return parts->value;
}

mote_value result(void) {
  mote_iterator parts = receive(RESULT);
  mote_value value = next(&parts);
  CHECK(!mote_next(&parts));
  return value;
}

void expect_error(const char *code, const char *message) {
  mote_iterator parts = receive(ERROR);
  CHECK(is_text(next(&parts), code));
  mote_text text = mote_get_text(next(&parts));
  if (!mote_text_is(text, message))
    fprintf(stderr, "the message is: %.*s\n", MOTE_ARG(text));
  CHECK(mote_text_is(text, message));
  CHECK(!mote_next(&parts));
}

bool is_text(mote_value value, const char *text) {
  return mote_kind_of(value) == MOTE_STRING && mote_text_is(mote_get_text(value), text);
}

bool is_bytes(mote_value value, const void *bytes, size_t size) {
  return (size_t)(value.end - value.at) == size && memcmp(value.at, bytes, size) == 0;
}
