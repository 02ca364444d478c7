package dev.mote.values;

/// Conversions between the widths of floating-point numbers that keep every value to the bit, the
/// payload of a NaN included; a processor's own conversions would make each NaN a quiet one.
final class Floats {
  private static final int HALF_FRACTION = 0x3ff;
  private static final int FLOAT_EXPONENT = 0x7f80_0000;
  private static final long DOUBLE_EXPONENT = 0x7ff0_0000_0000_0000L;

  /// By how many bits the fraction of a double is longer than that of a float.
  private static final int LONGER = 29;

  private Floats() {}

  /// @param half the bits of a binary16
  static int halfToFloatBits(int half) {
    int exponent = half >> 10 & 0x1f;
    int fraction = half & HALF_FRACTION;
    if (exponent == 0x1f && fraction != 0) {
      return (half & 0x8000) << 16 | FLOAT_EXPONENT | fraction << 13;
    }
    return Float.floatToRawIntBits(Float.float16ToFloat((short) half));
  }

  static long floatToDoubleBits(int bits) {
    int fraction = bits & 0x7f_ffff;
    if ((bits & FLOAT_EXPONENT) == FLOAT_EXPONENT && fraction != 0) {
      return (long) (bits & 0x8000_0000) << 32 | DOUBLE_EXPONENT | (long) fraction << LONGER;
    }
    return Double.doubleToRawLongBits(Float.intBitsToFloat(bits));
  }

  /// Whether a float has exactly this value.
  static boolean fitsFloat(long bits) {
    if (isNaN(bits)) {
      return (bits & (1L << LONGER) - 1) == 0;
    }
    double value = Double.longBitsToDouble(bits);
    return value == (float) value;
  }

  /// @param bits of a double that [#fitsFloat]
  static int doubleToFloatBits(long bits) {
    if (isNaN(bits)) {
      return (int) (bits >>> 32 & 0x8000_0000L)
          | FLOAT_EXPONENT
          | (int) (bits >>> LONGER & 0x7f_ffff);
    }
    return Float.floatToRawIntBits((float) Double.longBitsToDouble(bits));
  }

  private static boolean isNaN(long bits) {
    return (bits & DOUBLE_EXPONENT) == DOUBLE_EXPONENT && (bits & 0xf_ffff_ffff_ffffL) != 0;
  }
}
