package dev.mote.machine;

/// The frames of one guest: what it has of its virtual machine's, within a budget.
///
/// A free frame reads as zeros: it was never touched, or it was discarded when it was freed. Frames
/// of page tables have a budget of their own, so that scattering pages over the address space
/// cannot take more of the host than using memory does, and so that the memory limit is about the
/// guest's data. Frames that are **spare** are kept from an earlier call for a later one and do not
/// count: a guest that is restored to a snapshot has as much memory as the first one had.
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

  private final FrameMap map;
  private int tableLimit;
  private int dataLimit;
  private int spareLimit;
  private int dataBound;
  private int spare; // of those that are bound
  private int tablesBound;
  private int peak;
  private int lastPeak; // since the guest was restored

  /// @param dataLimit how many frames may be bound to data
  /// @param tableLimit how many frames may be page tables
  /// @param spareLimit how many frames may be kept beyond the limit
  Frames(FrameMap map, int dataLimit, int tableLimit, int spareLimit) {
    this.map = map;
    this.dataLimit = dataLimit;
    this.tableLimit = tableLimit;
    this.spareLimit = spareLimit;
  }

  /// The frames of a guest with a memory limit in bytes. The rest is what goes with that: page
  /// tables may take 2 % of it and [Hypervisor#SPARE_TABLE_FRAMES], spare frames an eighth.
  static Frames of(FrameMap map, long memoryLimit) {
    int data = (int) (memoryLimit >>> GuestMemory.PAGE_SHIFT);
    return new Frames(map, data, tables(data), data / 8);
  }

  private static int tables(int data) {
    return data / 50 + Hypervisor.SPARE_TABLE_FRAMES;
  }

  /// They are for another guest, with another memory limit in bytes.
  public void limit(long memoryLimit) {
    dataLimit = (int) (memoryLimit >>> GuestMemory.PAGE_SHIFT);
    tableLimit = tables(dataLimit);
    spareLimit = dataLimit / 8;
    peak = dataBound - spare;
    lastPeak = peak;
  }

  /// How many frames several guests need together.
  static long needed(long memoryLimit, int guests) {
    long data = memoryLimit >>> GuestMemory.PAGE_SHIFT;
    return data + data / 50 + data / 8 + (long) guests * Hypervisor.SPARE_TABLE_FRAMES;
  }

  /// Frames bound to the guest's data now.
  public int bound() {
    return dataBound - spare;
  }

  /// The most frames that were ever bound to data at one time.
  public int peak() {
    return peak;
  }

  /// The same since [#restored].
  public int lastPeak() {
    return lastPeak;
  }

  /// The guest is as one that has just begun.
  public void restored() {
    lastPeak = bound();
  }

  /// Frames that data may still be bound to.
  public int available() {
    return dataLimit - (dataBound - spare);
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
    Run run = map.take(count);
    dataBound += run.count;
    lastPeak = Math.max(lastPeak, bound());
    peak = Math.max(peak, lastPeak);
    return run;
  }

  /// Takes a frame for a page table.
  int takeTable() {
    if (tablesBound >= tableLimit) {
      throw new GuestMemoryExhaustedException(
          "the memory is scattered over too many places for its page tables");
    }
    int frame = map.take(1).first;
    tablesBound++;
    return frame;
  }

  /// Gives data frames back: the hypervisor forgets them, and they read as zeros from now on.
  public void free(int first, int count) {
    map.free(first, count);
    dataBound -= count;
  }

  /// A bound frame counts no longer.
  ///
  /// @return false if there are enough of that kind
  boolean spare() {
    if (spare >= spareLimit) {
      return false;
    }
    spare++;
    return true;
  }

  /// A spare frame is no more.
  void noLongerSpare() {
    spare--;
  }
}
