package dev.mote.values;

import java.util.Arrays;

/// Writes one message: CBOR items, one after the other, into an array that grows and is used again.
///
/// It does not count: whoever writes the head of an array writes its items. The first large byte
/// string is not copied: the message refers to the caller's array until it is sent or [#reset]. Not
/// thread-safe.
public final class MessageWriter {
  /// Where a message goes.
  @FunctionalInterface
  public interface Receiver {
    /// @param bytes its first `length` bytes are the message, but for what it refers to
    /// @param at where in it `count` bytes of `part` belong; 0 of them if there are none
    void receive(byte[] bytes, int length, int at, byte[] part, int offset, int count);
  }

  /// Shorter byte strings are copied.
  private static final int LARGE = 64 << 10;

  private static final byte[] NOTHING = new byte[0];

  private static final int SMALL = 512;

  /// A larger array is given back at the next [#reset].
  private static final int KEPT = 2 << 20;

  static final int UNSIGNED = 0;
  static final int NEGATIVE = 1;
  static final int BYTES = 2;
  static final int TEXT = 3;
  static final int ARRAY = 4;
  static final int MAP = 5;
  static final int TAG = 6;
  static final int SIMPLE = 7;

  static final int FALSE = 0xf4;
  static final int TRUE = 0xf5;
  static final int NULL = 0xf6;
  static final int HALF = 0xf9;
  static final int FLOAT = 0xfa;
  static final int DOUBLE = 0xfb;

  private final int limit;
  private final int deepest;
  private byte[] bytes = new byte[SMALL];
  private int length; // without the part
  private int depth;
  private byte[] part = NOTHING;
  private int partAt;
  private int partOffset;
  private int partLength;

  /// @param limit bytes of a message
  /// @param deepest how deeply values may be nested
  public MessageWriter(int limit, int deepest) {
    this.limit = limit;
    this.deepest = deepest;
  }

  /// Begins a new message.
  public void reset() {
    length = 0;
    depth = 0;
    part = NOTHING;
    partAt = 0;
    partOffset = 0;
    partLength = 0;
    if (bytes.length > KEPT) {
      bytes = new byte[SMALL];
    }
  }

  /// The message: the first [#length] bytes.
  ///
  /// @throws IllegalStateException if it refers to a byte string
  public byte[] array() {
    if (partLength > 0) {
      throw new IllegalStateException("the message is in parts");
    }
    return bytes;
  }

  /// In bytes.
  public int length() {
    return length + partLength;
  }

  /// Hands the message on.
  public void send(Receiver receiver) {
    receiver.receive(bytes, length, partAt, part, partOffset, partLength);
  }

  /// Values within a value follow.
  void enter() {
    if (++depth > deepest) {
      throw new ValueException(
          ValueException.Reason.TOO_DEEP, "the value is nested more deeply than " + deepest);
    }
  }

  void leave() {
    depth--;
  }

  public void array(int items) {
    head(ARRAY, items);
  }

  public void map(int entries) {
    head(MAP, entries);
  }

  public void integer(long value) {
    if (value >= 0) {
      head(UNSIGNED, value);
    } else {
      head(NEGATIVE, ~value);
    }
  }

  /// @param bits of an unsigned number of 64 bits
  public void unsigned(long bits) {
    head(UNSIGNED, bits);
  }

  public void float32(int bits) {
    reserve(5);
    bytes[length++] = (byte) FLOAT;
    number(bits, 4);
  }

  public void float64(long bits) {
    reserve(9);
    bytes[length++] = (byte) DOUBLE;
    number(bits, 8);
  }

  public void bool(boolean value) {
    one(value ? TRUE : FALSE);
  }

  public void nul() {
    one(NULL);
  }

  private void one(int initial) {
    reserve(1);
    bytes[length++] = (byte) initial;
  }

  /// @throws ValueException if it has half a surrogate pair, which UTF-8 cannot express
  public void text(String text) {
    int size = Utf8.length(text);
    head(TEXT, size);
    reserve(size);
    Utf8.encode(text, size, bytes, length);
    length += size;
  }

  public void bytes(byte[] source, int offset, int count) {
    head(BYTES, count);
    if (count >= LARGE && partLength == 0) {
      requireRoom(count);
      part = source;
      partAt = length;
      partOffset = offset;
      partLength = count;
      return;
    }
    reserve(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  /// A string as a whole item, head and UTF-8, for names that are written often.
  static byte[] item(String text) {
    var writer = new MessageWriter(Integer.MAX_VALUE, 1);
    writer.text(text);
    return Arrays.copyOf(writer.bytes, writer.length);
  }

  /// Writes what [#item] gave.
  void item(byte[] item) {
    reserve(item.length);
    System.arraycopy(item, 0, bytes, length, item.length);
    length += item.length;
  }

  /// The head of an item: its major type and argument, in the shortest form.
  private void head(int major, long argument) {
    int type = major << 5;
    if (argument >= 0 && argument < 24) {
      one(type | (int) argument);
      return;
    }
    int sizeLog = argument >>> 8 == 0 ? 0 : argument >>> 16 == 0 ? 1 : argument >>> 32 == 0 ? 2 : 3;
    reserve(1 + (1 << sizeLog));
    bytes[length++] = (byte) (type | 24 + sizeLog);
    number(argument, 1 << sizeLog);
  }

  private void number(long value, int size) {
    for (int i = size - 1; i >= 0; i--) {
      bytes[length++] = (byte) (value >>> (8 * i));
    }
  }

  private void requireRoom(int count) {
    if (count > limit - length - partLength) {
      throw new ValueException(
          ValueException.Reason.TOO_LARGE, "the message is larger than %d bytes".formatted(limit));
    }
  }

  private void reserve(int count) {
    requireRoom(count);
    if (length + count > bytes.length) {
      int doubled = (int) Math.min(2L * bytes.length, limit);
      bytes = Arrays.copyOf(bytes, Math.max(length + count, doubled));
    }
  }
}
