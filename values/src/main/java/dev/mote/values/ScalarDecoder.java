package dev.mote.values;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Reads null, bools, floats, strings and bytes.
final class ScalarDecoder extends Decoder {
  private final Type.Plain type;
  private final Class<?> java;

  ScalarDecoder(Type.Plain type, Class<?> java) {
    this.type = type;
    this.java = java;
  }

  @Override
  public @Nullable Object read(MessageReader in) {
    return switch (type) {
      case NULL -> {
        in.nul();
        yield null;
      }
      case BOOL -> in.bool();
      case F32, F64 -> readFloat(in);
      case STRING -> in.text();
      case BYTES -> {
        byte[] bytes = in.bytes();
        yield java == ByteBuffer.class ? ByteBuffer.wrap(bytes).asReadOnlyBuffer() : bytes;
      }
      case ANY -> throw new AssertionError("any has a decoder of its own");
    };
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
