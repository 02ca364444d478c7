package dev.mote.linux;

/// The six argument registers of a system call: RDI, RSI, RDX, R10, R8 and R9.
record SystemCallArguments(long a, long b, long c, long d, long e, long f) {
  long get(int index) {
    return switch (index) {
      case 0 -> a;
      case 1 -> b;
      case 2 -> c;
      case 3 -> d;
      case 4 -> e;
      case 5 -> f;
      default -> 0; // of a call that takes fewer
    };
  }
}
