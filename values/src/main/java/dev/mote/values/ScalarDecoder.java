package dev.mote.values;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Reads null, bools, floats, strings and bytes.
final class ScalarDecoder extends Decoder {
  private final Type.Plain type;
  private final Class<?> java;

  /// @param type not `ANY`, which has a decoder of its own
  ScalarDecoder(Type.Plain type, Class<?> java) {
    this.type = type;
    this.java = java;
  }

  @Override
  public @Nullable Object read(MessageReader in) {
    if (type == Type.Plain.STRING) { // not a switch, which would look into a table
      return in.text();
    }
    if (type == Type.Plain.BOOL) {
      return in.bool();
    }
    if (type == Type.Plain.F64 || type == Type.Plain.F32) {
      return readFloat(in);
    }
    if (type == Type.Plain.BYTES) {
      byte[] bytes = in.bytes();
      return java == ByteBuffer.class ? ByteBuffer.wrap(bytes).asReadOnlyBuffer() : bytes;
    }
    in.nul();
    return null;
  }

  private Object readFloat(MessageReader in) {
    in.charge(24);
    boolean single =
        java == float.class || java == Float.class || (java == Object.class && isSingle());
    return single ? (Object) Float.intBitsToFloat(in.float32()) : (Object) readDouble(in);
  }

  private boolean isSingle() {
    return type == Type.Plain.F32;
  }

  @Override
  public double readDouble(MessageReader in) {
    if (isSingle()) {
      return Double.longBitsToDouble(Floats.floatToDoubleBits(in.float32()));
    }
    return Double.longBitsToDouble(in.float64());
  }
}
