/*
 * A guest that speaks by /dev/mote, with read and write and no library: what a language without one needs.
 * It offers one function, which returns its argument. The argument says how it goes about it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int out, in; /* the file; two descriptors of it in some ways */
static size_t piece = 1 << 30;

static void require(int condition, const char *what) {
  if (!condition) {
    printf("%s: %s\n", what, strerror(errno));
    exit(9);
  }
}

static void write_all(const unsigned char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(out, bytes, size < piece ? size : piece);
    require(count > 0, "write");
    bytes += count;
    size -= (size_t)count;
  }
}

static void read_all(unsigned char *bytes, size_t size) {
  while (size > 0) {
    struct pollfd ready = {in, POLLIN, 0};
    require(poll(&ready, 1, -1) == 1 && ready.revents == POLLIN, "poll");
    ssize_t count = read(in, bytes, size < piece ? size : piece);
    require(count > 0, "read");
    bytes += count;
    size -= (size_t)count;
  }
}

static void send_message(const void *bytes, size_t size) {
  unsigned char header[4] = {size >> 24, size >> 16, size >> 8, size};
  write_all(header, 4);
  write_all(bytes, size);
}

/* The next message; to be freed. */
static unsigned char *receive_message(size_t *size) {
  unsigned char header[4];
  read_all(header, 4);
  *size = (size_t)header[0] << 24 | header[1] << 16 | header[2] << 8 | header[3];
  unsigned char *message = malloc(*size);
  read_all(message, *size);
  return message;
}

static long port(const void *message, size_t size, void *into, size_t capacity) {
  long rax = 1;
  register size_t r10 __asm__("r10") = capacity;
  __asm__ volatile("outb %%al, $0x7e" : "+a"(rax) : "D"(message), "S"(size), "d"(into), "r"(r10) : "memory");
  return rax;
}

static const char announcement[] = "\x82\x00\xa2\x67version\x01\x69" "functions\xa1\x64" "echo\x73(value: any) -> any";

/* [1, 0, [value]] is answered with [2, value]. */
static size_t answer(unsigned char *call, size_t size) {
  require(size > 4 && memcmp(call, "\x83\x01\x00\x81", 4) == 0, "the call");
  memcpy(call + 2, "\x82\x02", 2);
  return size - 2;
}

static void serve(void) {
  for (;;) {
    size_t size;
    unsigned char *message = receive_message(&size);
    send_message(message + 2, answer(message, size));
    free(message);
  }
}

int main(int argc, char **argv) {
  const char *way = argc > 1 ? argv[1] : "";
  out = in = open("/dev/mote", O_RDWR);
  if (out < 0) {
    printf("%s\n", strerror(errno));
    return 1;
  }
  if (strcmp(way, "pieces") == 0) {
    piece = 1;
  } else if (strcmp(way, "two-descriptors") == 0) {
    require((in = open("/dev/mote", O_RDONLY)) >= 0 && (out = dup(out)) >= 0, "open");
  } else if (strcmp(way, "not-waiting") == 0) {
    require((in = open("/dev/mote", O_RDONLY | O_NONBLOCK)) >= 0, "open");
    struct pollfd ready = {in, POLLIN | POLLOUT, 0};
    require(read(in, &ready, 1) == -1 && errno == EAGAIN, "read of nothing");
    require(poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT, "poll of nothing");
  } else if (strcmp(way, "wrong-lengths") == 0) {
    require(write(out, "\xff\xff\xff\xff", 4) == -1 && errno == EMSGSIZE, "a length of 4 GiB");
    require(write(out, "\0\0\0\0", 4) == -1 && errno == EMSGSIZE, "no length");
    require(write(out, "\x7f", 1) == 1, "a length in pieces");
    require(write(out, "\xff\xff\xff", 3) == -1 && errno == EMSGSIZE, "a length of 2 GiB");
  } else if (strcmp(way, "port-meanwhile") == 0) {
    piece = 3;
    unsigned char header[4] = {0, 0, 0, sizeof announcement - 1};
    write_all(header, 4);
    require(port("\x80", 1, NULL, 0) == -EBUSY, "the port while a message has begun");
    write_all((const unsigned char *)announcement, sizeof announcement - 1);
    serve();
  } else if (strcmp(way, "mixed") == 0) {
    static unsigned char buffer[4096];
    send_message(announcement, sizeof announcement - 1);
    for (;;) {
      size_t size;
      unsigned char *message = receive_message(&size);
      long received = port(message + 2, answer(message, size), buffer, sizeof buffer);
      free(message);
      require(received > 0, "the port");
      send_message(buffer + 2, answer(buffer, (size_t)received));
    }
  } else if (strcmp(way, "two-messages") == 0) {
    /* A write takes no more than one message; the second is an answer to a call that was not read. */
    static const unsigned char answers[] = "\0\0\0\x03\x82\x02\x01\0\0\0\x03\x82\x02\x02";
    send_message(announcement, sizeof announcement - 1);
    size_t size;
    free(receive_message(&size));
    require(write(out, answers, sizeof answers - 1) == 7, "two messages at once");
    require(write(out, answers + 7, 7) == 7, "the second");
    serve();
  } else if (strcmp(way, "answer-first") == 0) {
    send_message(announcement, sizeof announcement - 1);
    send_message("\x82\x02\x01", 3);
    serve();
  } else if (strcmp(way, "log-first") == 0) {
    send_message("\x83\x04\x02\x65" "early", 9);
    send_message(announcement, sizeof announcement - 1);
    send_message("\x83\x04\x02\x65" "ready", 9);
    serve();
  } else if (strcmp(way, "waits-elsewhere") == 0) {
    send_message(announcement, sizeof announcement - 1);
    pause();
  } else if (strcmp(way, "end-first") == 0) {
    send_message(announcement, sizeof announcement - 1);
    return 3;
  } else if (strcmp(way, "whole") == 0) {
    /* A call is one read, its answer one write. */
    static unsigned char message[1 << 16];
    send_message(announcement, sizeof announcement - 1);
    for (;;) {
      ssize_t count = read(in, message, sizeof message);
      require(count > 4, "read");
      size_t size = answer(message + 4, (size_t)count - 4);
      unsigned char header[4] = {0, 0, size >> 8, size};
      memcpy(message + 2, header, 4);
      require(write(out, message + 2, size + 4) == (ssize_t)size + 4, "a whole answer");
    }
  } else if (strcmp(way, "bad-buffers") == 0) {
    require(write(out, (void *)16, 8) == -1 && errno == EFAULT, "write");
    send_message(announcement, sizeof announcement - 1);
    require(read(in, (void *)16, 8) == -1 && errno == EFAULT, "read");
    serve();
  }
  send_message(announcement, sizeof announcement - 1);
  serve();
}
