#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A CGI program: the request's body is on standard input, the rest of it in variables.
int main(void) {
  char name[256];
  size_t length = fread(name, 1, sizeof name - 1, stdin);
  name[length] = '\0';
  name[strcspn(name, "\r\n")] = '\0';
  const char *method = getenv("REQUEST_METHOD");
  printf("Content-Type: text/plain\nX-Method: %s\n\n", method ? method : "");
  printf("Hello, %s!\n", *name ? name : "world");
  return 0;
}
