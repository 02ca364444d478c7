package dev.mote.trees;

import java.util.Arrays;

/// The prefix codes of literals (RFC 8878, section 4.2). Immutable.
final class HuffmanTable {
  private static final int LONGEST_CODE = 11;
  private static final int MOST_SYMBOLS = 256;
  private static final int WEIGHT_LOG = 6;

  /// Of the longest code, in bits.
  private final int longest;

  /// Symbol and length of the code that each group of `longest` bits begins with.
  private final short[] entries;

  private HuffmanTable(int longest, short[] entries) {
    this.longest = longest;
    this.entries = entries;
  }

  record Read(HuffmanTable table, int end) {}

  /// Reads the description of a table.
  ///
  /// @throws FormatException if it is none or does not end before `end`
  static Read read(byte[] bytes, int start, int end) {
    if (start >= end) {
      throw new FormatException("is no sound Zstandard: a Huffman table is cut short");
    }
    int header = bytes[start] & 0xff;
    var weights = new byte[MOST_SYMBOLS];
    int first = start + 1;
    int size = header < 128 ? header : (header - 127 + 1) / 2;
    if (size > end - first) {
      throw new FormatException("is no sound Zstandard: a Huffman table is cut short");
    }
    int count =
        header < 128
            ? compressedWeights(bytes, first, first + size, weights)
            : directWeights(bytes, first, header - 127, weights);
    return new Read(build(weights, count), first + size);
  }

  private static int directWeights(byte[] bytes, int start, int count, byte[] weights) {
    for (int i = 0; i < count; i++) {
      weights[i] = (byte) (bytes[start + i / 2] >>> (i % 2 == 0 ? 4 : 0) & 0xf);
    }
    return count;
  }

  /// Two states take turns until the bits are used up.
  private static int compressedWeights(byte[] bytes, int start, int end, byte[] weights) {
    var reader = new FseReader(bytes, start, end);
    FseTable table = reader.read(LONGEST_CODE + 1, WEIGHT_LOG);
    var bits = new BackwardBits(bytes, reader.position(), end);
    int state = table.first(bits);
    int other = table.first(bits);
    if (bits.left() < 0) {
      throw new FormatException("is no sound Zstandard: a Huffman table is cut short");
    }
    int count = 0;
    while (true) {
      if (count > MOST_SYMBOLS - 3) {
        throw new FormatException("is no sound Zstandard: a Huffman table has too many symbols");
      }
      weights[count++] = (byte) table.symbol(state);
      int next = table.next(state, bits);
      if (bits.left() < 0) {
        weights[count++] = (byte) table.symbol(other);
        return count;
      }
      state = other;
      other = next;
    }
  }

  /// The last weight is not written: it is what is missing from a power of two.
  private static HuffmanTable build(byte[] weights, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] > LONGEST_CODE) {
        throw new FormatException("is no sound Zstandard: a Huffman code is too long");
      }
      sum += 1 << weights[i] >> 1;
    }
    int longest = 32 - Integer.numberOfLeadingZeros(sum);
    int missing = (1 << longest) - sum;
    if (sum == 0 || longest > LONGEST_CODE || Integer.bitCount(missing) != 1) {
      throw new FormatException("is no sound Zstandard: a Huffman table is not complete");
    }
    weights[count] = (byte) (32 - Integer.numberOfLeadingZeros(missing));
    var entries = new short[1 << longest];
    int position = 0;
    for (int weight = 1; weight <= longest; weight++) {
      for (int symbol = 0; symbol <= count; symbol++) {
        if (weights[symbol] == weight) {
          int next = position + (1 << weight >> 1);
          Arrays.fill(entries, position, next, (short) (symbol << 4 | longest + 1 - weight));
          position = next;
        }
      }
    }
    return new HuffmanTable(longest, entries);
  }

  /// Decodes a stream that has exactly so many symbols.
  ///
  /// @throws FormatException if it has more or fewer
  void decode(BackwardBits from, byte[] target, int start, int end) {
    for (int i = start; i < end; i++) {
      int entry = entries[from.peek(longest)];
      from.skip(entry & 0xf);
      target[i] = (byte) (entry >>> 4);
    }
    if (from.left() != 0) {
      throw new FormatException("is no sound Zstandard: literals do not end where they should");
    }
  }
}
