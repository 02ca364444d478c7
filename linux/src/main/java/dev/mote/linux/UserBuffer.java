package dev.mote.linux;

/// The memory that a read or write call names: one range or the ranges of an iovec, as one stretch
/// of bytes with a cursor. What the program says of lengths is checked here.
final class UserBuffer {
  /// How much one call moves at most (`MAX_RW_COUNT`).
  static final long MOST = 0x7ffff000L;

  private static final int MOST_RANGES = 1024;
  private static final int IOVEC_BYTES = 16;

  private final UserMemory memory;
  private final long[] starts;
  private final long[] lengths;
  private long remaining;
  private int range;

  /// How much of the present range is done.
  private long done;

  private UserBuffer(UserMemory memory, long[] starts, long[] lengths) {
    this.memory = memory;
    this.starts = starts;
    this.lengths = lengths;
    for (long length : lengths) {
      remaining += length;
    }
  }

  /// One range. A length that no address space has room for is a bad address, as in Linux.
  static UserBuffer of(UserMemory memory, long start, long length) {
    if (length < 0) {
      throw Errno.EFAULT.exception();
    }
    return new UserBuffer(memory, new long[] {start}, new long[] {Math.min(length, MOST)});
  }

  /// The ranges of a `struct iovec` array: base and length, 8 bytes each.
  static UserBuffer ofVector(UserMemory memory, long vector, long count) {
    if (count < 0 || count > MOST_RANGES) {
      throw Errno.EINVAL.exception();
    }
    long[] starts = new long[(int) count];
    long[] lengths = new long[(int) count];
    long left = MOST;
    for (int i = 0; i < count; i++) {
      long at = vector + (long) i * IOVEC_BYTES;
      starts[i] = memory.getLong(at);
      long length = memory.getLong(at + 8);
      if (length < 0) {
        throw Errno.EINVAL.exception();
      }
      lengths[i] = Math.min(length, left);
      left -= lengths[i];
    }
    return new UserBuffer(memory, starts, lengths);
  }

  long remaining() {
    return remaining;
  }

  /// How many of the next `most` bytes can be written without a fault.
  int writable(int most) {
    int sum = 0;
    long from = done;
    for (int i = range; i < starts.length && sum < most; i++) {
      long wanted = Math.min(lengths[i] - from, most - sum);
      long possible = wanted == 0 ? 0 : memory.writableBytes(starts[i] + from, wanted);
      sum += (int) possible;
      if (possible < wanted) {
        break;
      }
      from = 0;
    }
    return sum;
  }

  /// Copies the next bytes out, `most` at most and up to the first fault; the cursor stays.
  int gather(byte[] target, int most) {
    int sum = 0;
    long from = done;
    for (int i = range; i < starts.length && sum < most; i++) {
      long wanted = Math.min(lengths[i] - from, most - sum);
      long possible = wanted == 0 ? 0 : memory.readableBytes(starts[i] + from, wanted);
      memory.read(starts[i] + from, target, sum, (int) possible);
      sum += (int) possible;
      if (possible < wanted) {
        break;
      }
      from = 0;
    }
    return sum;
  }

  /// Copies bytes in at the cursor and moves it. They must have been found writable.
  void scatter(byte[] source, int count) {
    int at = 0;
    while (at < count) {
      int part = (int) Math.min(count - at, lengths[range] - done);
      memory.write(starts[range] + done, source, at, part);
      at += part;
      advance(part);
    }
  }

  /// Moves the cursor.
  void advance(long count) {
    remaining -= count;
    long left = count;
    while (range < starts.length && left >= lengths[range] - done) {
      left -= lengths[range] - done;
      range++;
      done = 0;
    }
    done += left;
  }
}
