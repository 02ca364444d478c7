package dev.mote.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The advisory locks of one file: those of the whole file (`flock`) and those of ranges (`fcntl`).
/// The two kinds do not see each other. An owner is whoever does not conflict with itself: an open
/// file description, or the descriptor table of a process for its record locks.
final class FileLocks {
  private final Quota budget;
  private final WaitQueue waiters = new WaitQueue();
  private final List<Range> whole = new ArrayList<>();
  private final List<Range> ranges = new ArrayList<>();

  /// @param end the last byte, included
  record Range(Object owner, long start, long end, boolean write) {
    boolean meets(Range other) {
      return start <= other.end && other.start <= end;
    }

    @SuppressWarnings("ReferenceEquality") // an owner is an object, not a value
    boolean isOf(Object somebody) {
      return owner == somebody;
    }

    boolean conflictsWith(Range other) {
      return !isOf(other.owner) && meets(other) && (write || other.write);
    }
  }

  FileLocks(Quota budget) {
    this.budget = budget;
  }

  /// Those who wait for a lock to end.
  WaitQueue waiters() {
    return waiters;
  }

  /// Locks the whole file; false when another owner's lock stands against it. An owner that changes
  /// its lock loses the old one either way, as Linux says.
  boolean lockWhole(Object owner, boolean write) {
    unlockWhole(owner);
    Range wanted = new Range(owner, 0, Long.MAX_VALUE, write);
    if (conflict(whole, wanted) != null) {
      return false;
    }
    budget.charge(1, Errno.ENOLCK);
    whole.add(wanted);
    return true;
  }

  void unlockWhole(Object owner) {
    removeOf(owner, whole);
  }

  /// The lock that stands against this one; null if none does.
  @Nullable Range conflict(Range wanted) {
    return conflict(ranges, wanted);
  }

  private static @Nullable Range conflict(List<Range> held, Range wanted) {
    return held.stream().filter(range -> range.conflictsWith(wanted)).findFirst().orElse(null);
  }

  /// Locks a range that nothing stands against, in place of what its owner has there.
  void lock(Range wanted) {
    budget.charge(1, Errno.ENOLCK);
    try {
      unlock(wanted);
    } catch (ErrnoException e) {
      budget.release(1);
      throw e;
    }
    ranges.add(wanted);
  }

  /// Unlocks what the owner has in a range; what sticks out stays.
  void unlock(Range gone) {
    List<Range> touched = ranges.stream().filter(r -> r.isOf(gone.owner) && r.meets(gone)).toList();
    List<Range> left = new ArrayList<>();
    for (Range range : touched) {
      if (range.start < gone.start) {
        left.add(new Range(range.owner, range.start, gone.start - 1, range.write));
      }
      if (range.end > gone.end) {
        left.add(new Range(range.owner, gone.end + 1, range.end, range.write));
      }
    }
    budget.charge(Math.max(0, left.size() - touched.size()), Errno.ENOLCK);
    budget.release(Math.max(0, touched.size() - left.size()));
    ranges.removeAll(touched);
    ranges.addAll(left);
    waiters.wake(0);
  }

  /// Tells every lock, and whether it is one of the whole file.
  void forEach(BiConsumer<Range, Boolean> receiver) {
    whole.forEach(range -> receiver.accept(range, true));
    ranges.forEach(range -> receiver.accept(range, false));
  }

  /// Ends every lock of an owner.
  void drop(Object owner) {
    removeOf(owner, whole);
    removeOf(owner, ranges);
  }

  private void removeOf(Object owner, List<Range> held) {
    int before = held.size();
    held.removeIf(range -> range.isOf(owner));
    budget.release(before - held.size());
    if (held.size() < before) {
      waiters.wake(0);
    }
  }
}
