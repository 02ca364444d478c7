/* An interpreter of a small stack machine, whose program is a sieve for prime numbers: one indirect branch for each of its
 * instructions, loads and stores all over its memory. What an interpreted language asks of a processor. */
#include "clock.h"
#include <string.h>

enum op { PUSH, LOAD, STORE, ADD, MULTIPLY, LESS, IS_ZERO, JUMP_IF_NOT, JUMP, END };

enum { LIMIT = 20000, MEMORY = LIMIT + 3, COUNT = LIMIT, I = LIMIT + 1, J = LIMIT + 2 };

static int code[128], size;

static int emit(enum op op, int operand) {
  code[size] = op;
  code[size + 1] = operand;
  size += 2;
  return size - 1; /* where the operand is, for a jump whose target comes later */
}

static void load(int address) { emit(PUSH, address), emit(LOAD, 0); }
static void store(int address) { emit(PUSH, address), emit(STORE, 0); }

static void assemble(void) {
  emit(PUSH, 2), store(I);
  int outer = size;
  load(I), emit(PUSH, LIMIT), emit(LESS, 0);
  int done = emit(JUMP_IF_NOT, 0);
  load(I), emit(LOAD, 0), emit(IS_ZERO, 0); /* memory[i] is 0: i is prime */
  int composite = emit(JUMP_IF_NOT, 0);
  load(COUNT), emit(PUSH, 1), emit(ADD, 0), store(COUNT);
  load(I), load(I), emit(MULTIPLY, 0), store(J);
  int inner = size;
  load(J), emit(PUSH, LIMIT), emit(LESS, 0);
  int crossed_out = emit(JUMP_IF_NOT, 0);
  emit(PUSH, 1), load(J), emit(STORE, 0); /* memory[j] = 1 */
  load(J), load(I), emit(ADD, 0), store(J);
  emit(JUMP, inner);
  code[composite] = code[crossed_out] = size;
  load(I), emit(PUSH, 1), emit(ADD, 0), store(I);
  emit(JUMP, outer);
  code[done] = size;
  emit(END, 0);
}

static int interpret(int *memory) {
  int stack[16], *top = stack;
  for (const int *at = code;; at += 2) {
    switch ((enum op)at[0]) {
      case PUSH: *++top = at[1]; break;
      case LOAD: *top = memory[*top]; break;
      case STORE: memory[top[0]] = top[-1], top -= 2; break;
      case ADD: top--, *top += top[1]; break;
      case MULTIPLY: top--, *top *= top[1]; break;
      case LESS: top--, *top = *top < top[1]; break;
      case IS_ZERO: *top = *top == 0; break;
      case JUMP_IF_NOT:
        if (*top-- == 0) at = code + at[1] - 2;
        break;
      case JUMP: at = code + at[1] - 2; break;
      case END: return memory[COUNT];
    }
  }
}

int main(int argc, char **argv) {
  static int memory[MEMORY];
  int64_t start = now_ns();
  int primes = 0;
  assemble();
  for (long n = rounds(argc, argv); n > 0; n--) {
    memset(memory, 0, sizeof memory);
    primes = interpret(memory);
  }
  report(primes, start);
}
