package dev.mote.machine;

import java.util.Arrays;

/// Allocates the frames of one guest's physical memory, within a budget.
///
/// A frame is named by its number, its guest physical address divided by the page size. A free
/// frame reads as zeros: it was never touched, or it was discarded when it was freed. Frames of
/// page tables have a budget of their own, so that scattering pages over the address space cannot
/// take more of the host than using memory does, and so that the memory limit is about the guest's
/// data.
///
/// Not thread-safe.
public final class Frames {
  /// Consecutive frames.
  ///
  /// @param first number of the first frame
  /// @param count how many, at least 1
  public record Run(int first, int count) {
    public long gpa() {
      return (long) first << GuestMemory.PAGE_SHIFT;
    }

    public long bytes() {
      return (long) count << GuestMemory.PAGE_SHIFT;
    }
  }

  private final GuestMemory memory;
  private final long[] used; // a bit per frame
  private final int total;
  private final int dataLimit;
  private final int tableLimit;
  private int dataBound;
  private int tablesBound;
  private int peak;
  private int hint;

  /// @param reserved the first frames, which belong to the supervisor
  /// @param dataLimit how many frames may be bound to data
  /// @param tableLimit how many frames may be page tables
  Frames(GuestMemory memory, int reserved, int dataLimit, int tableLimit) {
    this.memory = memory;
    this.dataLimit = dataLimit;
    this.tableLimit = tableLimit;
    total = (int) (memory.size() >>> GuestMemory.PAGE_SHIFT);
    used = new long[(total + 63) >>> 6];
    for (int frame = 0; frame < reserved; frame++) {
      used[frame >>> 6] |= 1L << frame;
    }
    hint = reserved;
  }

  /// Frames bound to the guest's data now.
  public int bound() {
    return dataBound;
  }

  /// The most frames that were ever bound to data at one time.
  public int peak() {
    return peak;
  }

  /// Frames that data may still be bound to.
  public int available() {
    return dataLimit - dataBound;
  }

  /// Frames that may still become page tables.
  public int tablesAvailable() {
    return tableLimit - tablesBound;
  }

  /// How many frames may be page tables in all.
  public int tableLimit() {
    return tableLimit;
  }

  public int limit() {
    return dataLimit;
  }

  /// Takes consecutive frames for data, as many as are to be had in one place.
  ///
  /// @param wanted at least 1
  /// @return at least one frame and at most `wanted`
  /// @throws GuestMemoryExhaustedException if the budget is used up
  public Run take(int wanted) {
    int count = Math.min(wanted, available());
    if (count <= 0) {
      throw new GuestMemoryExhaustedException("the memory limit is reached");
    }
    Run run = mark(count);
    dataBound += run.count;
    peak = Math.max(peak, dataBound);
    return run;
  }

  /// Takes a frame for a page table.
  int takeTable() {
    if (tablesBound >= tableLimit) {
      throw new GuestMemoryExhaustedException(
          "the memory is scattered over too many places for its page tables");
    }
    tablesBound++;
    return mark(1).first;
  }

  /// Gives data frames back: the hypervisor forgets them, and they read as zeros from now on.
  public void free(int first, int count) {
    memory.discard((long) first << GuestMemory.PAGE_SHIFT, (long) count << GuestMemory.PAGE_SHIFT);
    for (int frame = first; frame < first + count; frame++) {
      used[frame >>> 6] &= ~(1L << frame);
    }
    dataBound -= count;
    hint = Math.min(hint, first);
  }

  private Run mark(int wanted) {
    int first = nextFree(hint);
    int count = 0;
    while (count < wanted && first + count < total && !isUsed(first + count)) {
      used[(first + count) >>> 6] |= 1L << (first + count);
      count++;
    }
    hint = first + count;
    return new Run(first, count);
  }

  private boolean isUsed(int frame) {
    return (used[frame >>> 6] & 1L << frame) != 0;
  }

  private int nextFree(int from) {
    for (int word = from >>> 6; word < used.length; word++) {
      long free = ~used[word] & (word == from >>> 6 ? -1L << from : -1L);
      if (free != 0) {
        return Math.min((word << 6) + Long.numberOfTrailingZeros(free), total - 1);
      }
    }
    throw new AssertionError(
        "the slot holds fewer frames than its budgets: " + Arrays.toString(used));
  }
}
