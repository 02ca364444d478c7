package dev.mote.values;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Writes null, bools, floats, strings and bytes.
final class ScalarEncoder extends Encoder {
  private final Type.Plain type;

  /// @param type not `ANY`, which has an encoder of its own
  ScalarEncoder(Type.Plain type) {
    this.type = type;
  }

  @Override
  public void write(@Nullable Object value, MessageWriter out) {
    // Not a switch, which would look into a table.
    if (type == Type.Plain.STRING && value instanceof String text) {
      out.text(text);
    } else if (type == Type.Plain.BOOL && value instanceof Boolean bool) {
      out.bool(bool);
    } else if (type == Type.Plain.F64 || type == Type.Plain.F32) {
      writeFloat(value, out);
    } else if (type == Type.Plain.BYTES) {
      writeBytes(value, out);
    } else if (type == Type.Plain.NULL && value == null) {
      out.nul();
    } else {
      throw wrong(value, type);
    }
  }

  private void writeFloat(@Nullable Object value, MessageWriter out) {
    if (value instanceof Float number) {
      int bits = Float.floatToRawIntBits(number);
      if (type == Type.Plain.F32) {
        out.float32(bits);
      } else {
        out.float64(Floats.floatToDoubleBits(bits));
      }
    } else if (value instanceof Double number) {
      writeDouble(number, out);
    } else {
      throw wrong(value, type);
    }
  }

  @Override
  public void writeDouble(double value, MessageWriter out) {
    long bits = Double.doubleToRawLongBits(value);
    switch (type) {
      case F64 -> out.float64(bits);
      case F32 -> {
        if (!Floats.fitsFloat(bits)) {
          throw ValueException.outOfRange(value, type);
        }
        out.float32(Floats.doubleToFloatBits(bits));
      }
      default -> throw wrong(value, type);
    }
  }

  private void writeBytes(@Nullable Object value, MessageWriter out) {
    if (value instanceof byte[] bytes) {
      out.bytes(bytes, 0, bytes.length);
    } else if (value instanceof ByteBuffer buffer) {
      write(buffer, out);
    } else {
      throw wrong(value, type);
    }
  }

  /// Writes what remains of a buffer, whose position stays.
  static void write(ByteBuffer buffer, MessageWriter out) {
    if (buffer.hasArray()) {
      out.bytes(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    } else {
      var copy = new byte[buffer.remaining()];
      buffer.get(buffer.position(), copy);
      out.bytes(copy, 0, copy.length);
    }
  }
}
