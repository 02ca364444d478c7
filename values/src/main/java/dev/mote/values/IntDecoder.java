package dev.mote.values;

import java.math.BigInteger;

/// Reads integers.
final class IntDecoder extends Decoder {
  private final Type.Int type;
  private final Class<?> java;
  private final Type.Int range; // of the Java type

  IntDecoder(Type.Int type, Class<?> java) {
    this.type = type;
    this.java = java;
    range =
        switch (java.getSimpleName()) {
          case "byte", "Byte" -> Type.Int.I8;
          case "short", "Short" -> Type.Int.I16;
          case "int", "Integer" -> Type.Int.I32;
          default -> Type.Int.I64;
        };
  }

  @Override
  public Object read(MessageReader in) {
    long bits = in.integer(type);
    in.chargeBox(bits);
    boolean aboveLong = bits < 0 && !type.isSigned();
    if (java == BigInteger.class || (aboveLong && java == Object.class)) {
      return aboveLong ? new BigInteger(Long.toUnsignedString(bits)) : BigInteger.valueOf(bits);
    }
    long value = fitting(bits);
    return switch (range) {
      case I8 -> (byte) value;
      case I16 -> (short) value;
      case I32 -> (int) value;
      default -> value;
    };
  }

  @Override
  public long readLong(MessageReader in) {
    return fitting(in.integer(type));
  }

  private long fitting(long bits) {
    if ((bits < 0 && !type.isSigned()) || !range.contains(bits)) {
      String value = type.isSigned() ? Long.toString(bits) : Long.toUnsignedString(bits);
      throw new ValueException(
          ValueException.Reason.OUT_OF_RANGE,
          "%s is out of the range of Java's %s".formatted(value, java.getSimpleName()));
    }
    return bits;
  }
}
