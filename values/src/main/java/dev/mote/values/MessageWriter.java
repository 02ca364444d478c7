package dev.mote.values;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

  /// The low bits of a head whose argument is in the next byte; in the next 2, 4, 8 for one more
  /// each.
  static final int ONE_BYTE = 24;

  static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  static final int FALSE = 0xf4;
  static final int TRUE = 0xf5;
  static final int NULL = 0xf6;
  static final int HALF = 0xf9;
  static final int FLOAT = 0xfa;
  static final int DOUBLE = 0xfb;

  private final int limit;
  private final int deepest;
  private byte[] bytes = new byte[SMALL];
  private int room; // may be written to without asking: within the array and the limit
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
    measure();
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
    measure();
  }

  private void measure() {
    room = Math.min(bytes.length, limit - partLength);
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
    number(FLOAT, bits);
  }

  public void float64(long bits) {
    number(DOUBLE, bits);
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
    int start = length;
    int size = text.length(); // in bytes too, if it is ASCII
    head(TEXT, size);
    reserve(size);
    if (!Utf8.encodeAscii(text, bytes, length)) {
      length = start;
      size = Utf8.length(text);
      head(TEXT, size);
      reserve(size);
      Utf8.encode(text, bytes, length);
    }
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
      measure();
      return;
    }
    reserve(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  void item(Item item) {
    reserve(item.length());
    item.copyTo(bytes, length);
    length += item.length();
  }

  /// The head of an item: its major type and argument, in the shortest form.
  private void head(int major, long argument) {
    if (argument >= 0 && argument < ONE_BYTE) {
      one((major << 5) | (int) argument);
    } else {
      longHead(major, argument);
    }
  }

  private void longHead(int major, long argument) {
    int sizeLog = argument >>> 8 == 0 ? 0 : argument >>> 16 == 0 ? 1 : argument >>> 32 == 0 ? 2 : 3;
    number((major << 5) | (ONE_BYTE + sizeLog), argument);
  }

  /// A number behind the byte that says how long it is.
  private void number(int initial, long value) {
    int size = 1 << ((initial & 0x1f) - ONE_BYTE);
    reserve(1 + size);
    int at = length;
    bytes[at++] = (byte) initial;
    switch (size) {
      case 1 -> bytes[at] = (byte) value;
      case 2 -> SHORTS.set(bytes, at, (short) value);
      case 4 -> INTS.set(bytes, at, (int) value);
      default -> LONGS.set(bytes, at, value);
    }
    length = at + size;
  }

  private void requireRoom(int count) {
    if (count > limit - length - partLength) {
      throw new ValueException(
          ValueException.Reason.TOO_LARGE, "the message is larger than %d bytes".formatted(limit));
    }
  }

  private void reserve(int count) {
    if (count > room - length) {
      makeRoom(count);
    }
  }

  private void makeRoom(int count) {
    requireRoom(count);
    int doubled = (int) Math.min(2L * bytes.length, limit);
    bytes = Arrays.copyOf(bytes, Math.max(length + count, doubled));
    measure();
  }
}
