package dev.mote.values;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A string as a whole item, head and UTF-8: a name that is written and looked for often. Most are
/// short, and are written and compared as one word, by less code than a loop takes.
final class Item {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final boolean isWord;
  private final long word; // the bytes, if they are no more than eight, the first one lowest
  private final long mask; // of them

  private Item(byte[] bytes) {
    this.bytes = bytes;
    isWord = bytes.length <= Long.BYTES;
    word = isWord ? (long) WORDS.get(Arrays.copyOf(bytes, Long.BYTES), 0) : 0;
    mask = isWord ? -1L >>> (8 * (Long.BYTES - bytes.length)) : 0;
  }

  static Item of(String text) {
    var writer = new MessageWriter(Integer.MAX_VALUE, 1);
    writer.text(text);
    return new Item(Arrays.copyOf(writer.array(), writer.length()));
  }

  /// In bytes.
  int length() {
    return bytes.length;
  }

  /// Whether it is there, where as many bytes are.
  boolean isAt(byte[] source, int at) {
    return (isWord && at + Long.BYTES <= source.length)
        ? ((long) WORDS.get(source, at) & mask) == word
        : Arrays.equals(source, at, at + bytes.length, bytes, 0, bytes.length);
  }

  /// Copies it to where there is room for it. What lies behind may be overwritten.
  void copyTo(byte[] target, int at) {
    if (isWord && at + Long.BYTES <= target.length) {
      WORDS.set(target, at, word);
    } else {
      System.arraycopy(bytes, 0, target, at, bytes.length);
    }
  }
}
