/* Messages to and from the host: by the port, one instruction, or by a file. */
#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOT_CONNECTED = -2, BY_PORT = -1 }; /* else a descriptor */
static int connection = NOT_CONNECTED;

_Noreturn void mote_die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fflush(stdout);
  fputs("mote: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(70); /* EX_SOFTWARE */
}

void *mote_allocate(void *old, size_t size) {
  void *memory = realloc(old, size);
  if (memory == NULL)
    mote_die("no memory for a message of %zu bytes", size);
  return memory;
}

bool mote_available(void) {
  if (connection != NOT_CONNECTED)
    return true;
  int descriptor = open("/dev/mote", O_RDWR | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  close(descriptor);
  return true;
}

bool mote_connect(void) {
  /* Where there is no host the port is not the program's, and the instruction would be a fault. */
  if (connection == NOT_CONNECTED && mote_available())
    connection = BY_PORT;
  return connection != NOT_CONNECTED;
}

void mote_connect_file(int descriptor) { connection = descriptor; }

/* One exchange by the port: the length of the message received, 0 for none, or -errno. */
static long port(const void *message, size_t size, void *buffer, size_t capacity) {
  long result = 1;
#if defined(__x86_64__)
  register size_t r10 __asm__("r10") = capacity;
  __asm__ volatile("outb %%al, $0x7e"
                   : "+a"(result)
                   : "D"(message), "S"(size), "d"(buffer), "r"(r10)
                   : "memory");
#else
#error "Mote runs x86-64 programs"
#endif
  return result;
}

static void make_room(mote_buffer *buffer, size_t size) {
  if (buffer->capacity < size) {
    /* What is in it is out of date: nothing is to be copied. */
    free(buffer->bytes);
    buffer->bytes = mote_allocate(NULL, size);
    buffer->capacity = size;
  }
}

static long checked(long result) {
  if (result < 0)
    mote_die("the host refused a message: %s", strerror((int)-result));
  return result;
}

static void write_all(const uint8_t *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(connection, bytes, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      mote_die("a message cannot be written: %s", strerror(errno));
    bytes += count;
    size -= (size_t)count;
  }
}

static void read_all(uint8_t *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = read(connection, bytes, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count == 0)
      exit(0); /* the host is gone */
    if (count < 0)
      mote_die("a message cannot be read: %s", strerror(errno));
    bytes += count;
    size -= (size_t)count;
  }
}

static void file_send(const mote_writer *message) {
  uint32_t size = (uint32_t)message->size;
  uint8_t header[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                       (uint8_t)size};
  write_all(header, sizeof header);
  write_all(message->bytes, message->size);
}

static void file_receive(mote_buffer *received) {
  uint8_t header[4];
  read_all(header, sizeof header);
  size_t size = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
  make_room(received, size);
  read_all(received->bytes, size);
  received->size = size;
}

void mote_exchange(const mote_writer *message, mote_buffer *received) {
  if (connection != BY_PORT) {
    file_send(message);
    file_receive(received);
    return;
  }
  make_room(received, 4096);
  size_t size = (size_t)checked(
      port(message->bytes, message->size, received->bytes, received->capacity));
  while (size > received->capacity) {
    make_room(received, size);
    size = (size_t)checked(port(NULL, 0, received->bytes, received->capacity));
  }
  received->size = size;
}

void mote_send(const mote_writer *message) {
  if (connection == BY_PORT)
    checked(port(message->bytes, message->size, NULL, 0));
  else
    file_send(message);
}
