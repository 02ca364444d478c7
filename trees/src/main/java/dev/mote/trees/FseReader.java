package dev.mote.trees;

import java.util.Arrays;

/// Reads the description of a table (RFC 8878, section 4.1.1), whose bits go forwards.
final class FseReader {
  private final byte[] bytes;
  private final int end;
  private long bit;

  /// @param bytes of which nothing at or behind `end` is read
  FseReader(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.end = end;
    this.bit = 8L * start;
  }

  /// @throws FormatException if it is none, or has a larger symbol or a finer resolution
  FseTable read(int largestSymbol, int largestLog) {
    int log = bits(4) + 5;
    if (log > largestLog) {
      throw new FormatException("is no sound Zstandard: a table is too large");
    }
    var probabilities = new short[largestSymbol + 1];
    int symbol = 0;
    int remaining = 1 << log;
    while (remaining > 0) {
      if (symbol > largestSymbol) {
        throw new FormatException("is no sound Zstandard: a table has a symbol too many");
      }
      int probability = probability(remaining);
      remaining -= Math.abs(probability);
      probabilities[symbol++] = (short) probability;
      if (probability == 0) {
        int more;
        do {
          more = bits(2);
          symbol += more;
        } while (more == 3);
      }
    }
    return new FseTable(log, Arrays.copyOf(probabilities, Math.min(symbol, largestSymbol + 1)));
  }

  /// It takes one bit less where that is enough to tell it from all that may be there.
  private int probability(int remaining) {
    int count = 32 - Integer.numberOfLeadingZeros(remaining + 1);
    int low = bits(count - 1);
    int unused = (1 << count) - 1 - (remaining + 1);
    if (low < unused) {
      return low - 1;
    }
    int value = low | bits(1) << (count - 1);
    return (value >= 1 << (count - 1) ? value - unused : value) - 1;
  }

  /// Where the byte begins that follows the table.
  int position() {
    return (int) ((bit + 7) >>> 3);
  }

  private int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++, bit++) {
      int at = (int) (bit >>> 3);
      if (at >= end) {
        throw new FormatException("is no sound Zstandard: a table is cut short");
      }
      value |= (bytes[at] >>> (bit & 7) & 1) << i;
    }
    return value;
  }
}
