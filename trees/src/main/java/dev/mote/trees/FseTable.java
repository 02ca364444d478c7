package dev.mote.trees;

/// A decoding table of finite state entropy (RFC 8878, section 4.1). Immutable.
final class FseTable {
  final int log;
  private final byte[] symbols;
  private final byte[] bits;
  private final short[] bases;

  /// @param probabilities of the symbols from 0, in parts of 1 << log; -1 is "less than one part".
  ///   Their sum, with 1 for each -1, is 1 << log
  FseTable(int log, short[] probabilities) {
    this.log = log;
    int size = 1 << log;
    symbols = new byte[size];
    bits = new byte[size];
    bases = new short[size];
    int[] next = new int[probabilities.length];
    int high = size;
    for (int s = 0; s < probabilities.length; s++) {
      next[s] = Math.abs(probabilities[s]);
      if (probabilities[s] == -1) {
        symbols[--high] = (byte) s;
      }
    }
    spread(probabilities, high);
    for (int state = 0; state < size; state++) {
      int value = next[symbols[state] & 0xff]++;
      bits[state] = (byte) (log - (31 - Integer.numberOfLeadingZeros(value)));
      bases[state] = (short) ((value << bits[state]) - size);
    }
  }

  private void spread(short[] probabilities, int high) {
    int size = symbols.length;
    int step = (size >> 1) + (size >> 3) + 3;
    int position = 0;
    for (int s = 0; s < probabilities.length; s++) {
      for (int i = 0; i < probabilities[s]; i++) {
        symbols[position] = (byte) s;
        do {
          position = (position + step) & (size - 1);
        } while (position >= high);
      }
    }
  }

  /// A table in which every state means the same symbol and no bit is read.
  static FseTable always(int symbol) {
    var probabilities = new short[symbol + 1];
    probabilities[symbol] = 1;
    return new FseTable(0, probabilities);
  }

  int symbol(int state) {
    return symbols[state] & 0xff;
  }

  /// Reads what comes after a state.
  int next(int state, BackwardBits from) {
    return bases[state] + from.read(bits[state]);
  }

  /// Reads the first state.
  int first(BackwardBits from) {
    return from.read(log);
  }
}
