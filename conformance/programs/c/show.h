// How every C program of the corpus prints what a call answered: `text of the call = value`, or the error.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((unused)) static void show_result(const char *text, long result, int error) {
  if (result == -1) {
    printf("%s = -1 errno %d (%s)\n", text, error, strerror(error));
  } else {
    printf("%s = %ld\n", text, result);
  }
  fflush(stdout);
}

// The call's own number: small values, descriptors, counts.
#define SHOW(call)                                  \
  do {                                              \
    errno = 0;                                      \
    long result_ = (long)(call);                    \
    show_result(#call, result_, errno);             \
  } while (0)

// Only whether it worked: addresses and other values that are not the same twice.
#define SHOW_OK(call)                               \
  do {                                              \
    errno = 0;                                      \
    long result_ = (long)(call);                    \
    show_result(#call, result_ == -1 ? -1 : 0, errno); \
  } while (0)

// What went wrong before the comparison could begin.
#define NEED(condition)                                            \
  do {                                                             \
    if (!(condition)) {                                            \
      printf("%s:%d: needed: %s (%s)\n", __FILE__, __LINE__, #condition, strerror(errno)); \
      exit(99);                                                    \
    }                                                              \
  } while (0)
