package dev.mote.functions;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// How long invocations took, in classes of time: from 50 us to a minute, each class up to twice or
/// two and a half times the one before. Thread-safe.
public final class Latencies {
  private static final long[] BOUNDS_MICROS = {
    50,
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    60_000_000
  };

  private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_MICROS.length + 1);
  private final LongAdder nanos = new LongAdder();

  Latencies() {}

  void record(long nanos) {
    int i = 0;
    while (i < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[i] * 1_000) {
      i++;
    }
    counts.incrementAndGet(i);
    this.nanos.add(nanos);
  }

  /// All of them together, in nanoseconds.
  public long sumNanos() {
    return nanos.sum();
  }

  /// One class.
  ///
  /// @param upToMicros the longest in it; [Long#MAX_VALUE] in the last one
  public record Bucket(long upToMicros, long count) {}

  public List<Bucket> buckets() {
    var buckets = new ArrayList<Bucket>();
    for (int i = 0; i < counts.length(); i++) {
      long bound = i < BOUNDS_MICROS.length ? BOUNDS_MICROS[i] : Long.MAX_VALUE;
      buckets.add(new Bucket(bound, counts.get(i)));
    }
    return buckets;
  }
}
