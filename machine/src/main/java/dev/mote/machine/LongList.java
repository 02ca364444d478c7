package dev.mote.machine;

import java.util.Arrays;

/// Numbers in a row, without an object for each. Not thread-safe.
final class LongList {
  private long[] values = new long[16];
  private int size;

  int size() {
    return size;
  }

  long get(int index) {
    return values[index];
  }

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  void clear() {
    size = 0;
  }

  /// The numbers in ascending order, each once.
  long[] sorted() {
    return Arrays.stream(values, 0, size).sorted().distinct().toArray();
  }
}
