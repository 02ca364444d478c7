package dev.mote.trees;

import java.util.Arrays;

/// Positions and lengths of the pieces of a sparse file, by turns, while they are read.
final class SparsePairs {
  private final Budget budget;
  private long[] numbers = new long[8];
  private int count;

  SparsePairs(Budget budget) {
    this.budget = budget;
  }

  void add(long number) {
    budget.index(SparseMap.PIECE_BYTES / 2);
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * count);
    }
    numbers[count++] = number;
  }

  boolean isEmpty() {
    return count == 0;
  }

  SparseMap map(long size, long start, long stored) {
    return SparseMap.of(size, numbers, count, start, stored);
  }
}
