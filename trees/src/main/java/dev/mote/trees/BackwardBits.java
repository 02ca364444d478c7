package dev.mote.trees;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A bitstream of Zstandard that is read from its end (RFC 8878, section 4.1): the highest bit that
/// is set in the last byte marks the end and is no part of it.
///
/// Reading past the beginning gives zeros, and then [#left] is negative: whether that is a fault is
/// for the caller to say.
final class BackwardBits {
  /// Bytes that must follow the stream in its array, of any value.
  static final int PADDING = 8;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int start;
  private int left;

  /// @throws FormatException if the last byte is 0 or there is none
  BackwardBits(byte[] bytes, int start, int end) {
    if (end <= start || bytes[end - 1] == 0) {
      throw new FormatException("is no sound Zstandard: a bitstream has no end mark");
    }
    this.bytes = bytes;
    this.start = start;
    int last = bytes[end - 1] & 0xff;
    this.left = (end - start) * 8 - Integer.numberOfLeadingZeros(last) + 23;
  }

  /// How many bits are unread; negative if more were read than there are.
  int left() {
    return left;
  }

  /// The next bits, which stay unread.
  ///
  /// @param count 0 to 32
  int peek(int count) {
    int from = left - count;
    long mask = (1L << count) - 1;
    if (from >= 0) {
      return (int) (word(from) & mask);
    }
    return left <= 0 ? 0 : (int) ((word(0) & ((1L << left) - 1)) << -from & mask);
  }

  void skip(int count) {
    left -= count;
  }

  int read(int count) {
    int bits = peek(count);
    skip(count);
    return bits;
  }

  /// @return with at least 57 bits of the stream, or of what follows it
  private long word(int bit) {
    return (long) LONG.get(bytes, start + (bit >>> 3)) >>> (bit & 7);
  }
}
