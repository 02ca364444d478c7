package dev.mote.values;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// Writes integers.
final class IntEncoder extends Encoder {
  private final Type.Int type;

  IntEncoder(Type.Int type) {
    this.type = type;
  }

  @Override
  public void write(@Nullable Object value, MessageWriter out) {
    if (value instanceof BigInteger big) {
      if (big.compareTo(type.min()) < 0 || big.compareTo(type.max()) > 0) {
        throw ValueException.outOfRange(big, type);
      }
      if (type == Type.Int.U64) {
        out.unsigned(big.longValue());
      } else {
        out.integer(big.longValue());
      }
    } else if (value instanceof Number number && isInteger(number)) {
      writeLong(number.longValue(), out);
    } else {
      throw wrong(value, type);
    }
  }

  static boolean isInteger(@Nullable Object value) {
    return value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte;
  }

  @Override
  public void writeLong(long value, MessageWriter out) {
    if (!type.contains(value)) {
      throw ValueException.outOfRange(value, type);
    }
    out.integer(value);
  }
}
