package dev.mote.linux;

/// A point in time as the file calls carry it: seconds since 1970 and 0 to 999,999,999 nanoseconds.
record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  static Timestamp ofNanos(long nanos) {
    return new Timestamp(
        Math.floorDiv(nanos, NANOS_PER_SECOND), (int) Math.floorMod(nanos, NANOS_PER_SECOND));
  }

  @Override
  public int compareTo(Timestamp other) {
    int bySeconds = Long.compare(seconds, other.seconds);
    return bySeconds != 0 ? bySeconds : Integer.compare(nanos, other.nanos);
  }
}
