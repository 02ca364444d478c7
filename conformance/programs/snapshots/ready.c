/* A plain program that says when it is ready, and then answers one line of input:
 *   what was drawn at the start, what is drawn after restores, how many restores there were, the line */
#include <mote.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static int restores;
static uint64_t nonce;

static uint64_t draw(void) {
  uint64_t random;
  if (getrandom(&random, sizeof random, 0) != sizeof random) abort();
  return random;
}

static void on_restore(void *context) {
  (void)context;
  restores++;
  nonce = draw();
}

int main(void) {
  uint64_t start = draw();
  nonce = draw();
  mote_on_restore(on_restore, NULL);
  printf("started\n");
  mote_ready();
  char line[100];
  if (fgets(line, sizeof line, stdin) == NULL) return 1;
  printf("%016" PRIx64 " %016" PRIx64 " %d %s", start, nonce, restores, line);
  return (int)strlen(line);
}
