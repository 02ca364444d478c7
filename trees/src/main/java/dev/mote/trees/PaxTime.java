package dev.mote.trees;

/// A time, in seconds and nanoseconds since 1970.
record PaxTime(long seconds, int nanos) {
  /// 34 thousand years, before and after 1970: more than any file system keeps.
  private static final long FURTHEST = 1L << 40;

  private static final int NANO_DIGITS = 9;

  /// @throws FormatException if it is further away than that
  PaxTime {
    if (seconds < -FURTHEST || seconds > FURTHEST) {
      throw new FormatException("has a time that is out of range");
    }
  }

  /// @param text such as `-1.25`; digits behind the ninth are dropped
  static PaxTime parse(String text) {
    boolean negative = text.startsWith("-");
    String positive = negative ? text.substring(1) : text;
    int point = positive.indexOf('.');
    String whole = point < 0 ? positive : positive.substring(0, point);
    String fraction = point < 0 ? "" : positive.substring(point + 1);
    long seconds = PaxFields.decimal(whole, FURTHEST, "mtime");
    String digits = (fraction + "0".repeat(NANO_DIGITS)).substring(0, NANO_DIGITS);
    int nanos = (int) PaxFields.decimal(digits, Integer.MAX_VALUE, "mtime");
    if (!negative) {
      return new PaxTime(seconds, nanos);
    }
    return nanos == 0 ? new PaxTime(-seconds, 0) : new PaxTime(-seconds - 1, 1_000_000_000 - nanos);
  }
}
