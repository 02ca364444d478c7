package dev.mote.values;

import java.math.BigInteger;

/// Reads integers.
final class IntDecoder extends Decoder {
  private final Type.Int type;
  private final Class<?> java;
  private final Type.Int range; // of the Java type
  private final int size; // of that, in bits; numbers, as a switch over an enum looks into a table

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
    size = range.bits();
  }

  @Override
  public Object read(MessageReader in) {
    long bits = in.integer(type);
    in.chargeBox(bits);
    if (java == BigInteger.class || (java == Object.class && bits < 0 && !type.isSigned())) {
      return big(bits);
    }
    long value = fitting(bits);
    return switch (size) {
      case 8 -> (byte) value;
      case 16 -> (short) value;
      case 32 -> (int) value;
      default -> value;
    };
  }

  private BigInteger big(long bits) {
    return bits < 0 && !type.isSigned()
        ? new BigInteger(Long.toUnsignedString(bits))
        : BigInteger.valueOf(bits);
  }

  @Override
  public long readLong(MessageReader in) {
    return fitting(in.integer(type));
  }

  private long fitting(long bits) {
    if ((bits < 0 && !type.isSigned()) || !range.contains(bits)) {
      throw outOfRange(bits);
    }
    return bits;
  }

  private ValueException outOfRange(long bits) {
    String value = type.isSigned() ? Long.toString(bits) : Long.toUnsignedString(bits);
    return new ValueException(
        ValueException.Reason.OUT_OF_RANGE,
        "%s is out of the range of Java's %s".formatted(value, java.getSimpleName()));
  }
}
