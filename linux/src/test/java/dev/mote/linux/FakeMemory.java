package dev.mote.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Memory of a guest for traces: some bytes at [#BASE], and nothing around them.
final class FakeMemory implements Trace.Memory {
  static final long BASE = 0x7000_0000;
  private final ByteBuffer bytes;

  FakeMemory(int size) {
    bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Puts values one behind the other from an offset on.
  ///
  /// @param values `Byte`, `Short`, `Integer`, `Long`, or `String` with a NUL
  FakeMemory put(int offset, Object... values) {
    bytes.position(offset);
    for (Object value : values) {
      switch (value) {
        case Byte b -> bytes.put(b);
        case Short s -> bytes.putShort(s);
        case Integer i -> bytes.putInt(i);
        case Long l -> bytes.putLong(l);
        case String text -> bytes.put((text + "\0").getBytes(UTF_8));
        default -> throw new IllegalArgumentException(value.toString());
      }
    }
    return this;
  }

  @Override
  public int read(long gva, byte[] target, int length) {
    long offset = gva - BASE;
    if (offset < 0 || offset >= bytes.capacity()) {
      return 0;
    }
    int readable = (int) Math.min(length, bytes.capacity() - offset);
    bytes.get((int) offset, target, 0, readable);
    return readable;
  }
}
