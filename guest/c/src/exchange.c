/* Messages to and from the host, by the port or by a file that is as /dev/mote. */
#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEAST_CAPACITY = 4096, HEADER = 4 };

enum { NOT_CONNECTED = -2, BY_PORT = -1 }; /* else a descriptor */
static int connection = NOT_CONNECTED;

bool mote_connect(void) {
  if (connection == NOT_CONNECTED) {
    int descriptor = open("/dev/mote", O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
      return false;
    close(descriptor);
    connection = BY_PORT;
  }
  return true;
}

bool mote_available(void) { return mote_connect(); }

void mote_connect_file(int descriptor) { connection = descriptor; }

void mote_connect_port(void) { connection = BY_PORT; }

/* Room for a message. What is in the buffer is out of date: nothing is to be copied. */
static void make_room(mote_buffer *buffer, size_t size) {
  if (size < LEAST_CAPACITY)
    size = LEAST_CAPACITY;
  if (buffer->capacity < size) {
    free(buffer->bytes);
    buffer->bytes = mote_allocate(NULL, size);
    buffer->capacity = size;
  }
}

static void refused(long error) { mote_die("the host refused a message: %s", strerror((int)error)); }

/* ---- A message in its parts ---- */

enum { PARTS = 3 };

static void split(const mote_writer *message, mote_part parts[PARTS]) {
  parts[0] = (mote_part){message->bytes, message->part_at};
  parts[1] = (mote_part){message->part, message->part_size};
  parts[2] = (mote_part){message->bytes + message->part_at, message->size - message->part_at};
}

/* ---- By the port ---- */

MOTE_HOT static long by_port(const mote_writer *message, void *buffer, size_t capacity) {
  if (message->part_size == 0)
    return mote_port(message->bytes, message->size, buffer, capacity);
  mote_part parts[PARTS];
  split(message, parts);
  return mote_port_parts(parts, PARTS, buffer, capacity);
}

MOTE_HOT static bool port_exchange(const mote_writer *message, mote_buffer *received) {
  make_room(received, 0);
  long size = by_port(message, received->bytes, received->capacity);
  if (size == -EMSGSIZE)
    return false;
  while (size >= 0 && (size_t)size > received->capacity) {
    make_room(received, (size_t)size);
    size = mote_port(NULL, 0, received->bytes, received->capacity);
  }
  if (size < 0)
    refused(-size);
  received->size = (size_t)size;
  return true;
}

static bool port_send(const mote_writer *message) {
  long result = by_port(message, NULL, 0);
  if (result < 0 && result != -EMSGSIZE)
    refused(-result);
  return result >= 0;
}

/* ---- By a file ---- */

/* False: the host does not take so large a message. */
static bool write_all(const uint8_t *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(connection, bytes, size);
    if (count > 0) {
      bytes += count;
      size -= (size_t)count;
    } else if (count < 0 && errno == EMSGSIZE) {
      return false;
    } else if (count == 0 || errno != EINTR) {
      refused(count == 0 ? EIO : errno);
    }
  }
  return true;
}

static void read_all(uint8_t *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = read(connection, bytes, size);
    if (count > 0) {
      bytes += count;
      size -= (size_t)count;
    } else if (count == 0) {
      exit(0); /* the host is gone */
    } else if (errno != EINTR) {
      mote_die("a message cannot be read: %s", strerror(errno));
    }
  }
}

static bool file_send(const mote_writer *message) {
  if (mote_size(message) > UINT32_MAX)
    return false;
  uint32_t size = (uint32_t)mote_size(message);
  uint8_t header[HEADER] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
  if (!write_all(header, HEADER))
    return false;
  if (message->part_size == 0)
    return write_all(message->bytes, size);
  mote_part parts[PARTS];
  split(message, parts);
  for (int i = 0; i < PARTS; i++)
    if (!write_all(parts[i].at, parts[i].size))
      return false;
  return true;
}

static void file_receive(mote_buffer *received) {
  uint8_t header[HEADER];
  read_all(header, HEADER);
  size_t size = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
  make_room(received, size);
  read_all(received->bytes, size);
  received->size = size;
}

/* ---- Either ---- */

MOTE_HOT bool mote_exchange(const mote_writer *message, mote_buffer *received) {
  if (connection == BY_PORT)
    return port_exchange(message, received);
  if (!file_send(message))
    return false;
  file_receive(received);
  return true;
}

bool mote_send(const mote_writer *message) {
  return connection == BY_PORT ? port_send(message) : file_send(message);
}
