package dev.mote.linux;

import dev.mote.machine.TimestampCounter;

/// How a time-stamp counter tells CLOCK_MONOTONIC: by a base and a rate that follow a clock.
///
/// ```
/// time(tsc) = base time + (tsc - base tsc) * multiplier / 2^32
/// ```
///
/// A new base lies on the line of the old one: the time neither jumps nor runs backwards. What it
/// is ahead of or behind the clock is made up for by the rate, within a second. It steps only
/// forwards, where it is behind by more than [#STEP].
///
/// The rate is the kernel's to begin with, and after a second what the clock has shown it to be.
///
/// Not thread-safe.
final class CounterScale {
  /// What the rate makes up for. 1 ms in a second is 1000 millionths; no host's clock is corrected
  /// by more than 500 (NTP).
  static final long STEP = 1_000_000;

  private static final long SECOND = Clock.SECOND;
  private static final double SCALE = 1L << 32;
  private static final long LONGEST_STRETCH = 10 * SECOND;
  private static final double TOLERANCE = 0.01;

  private final double nominal; // nanoseconds per tick, as the other rate
  private double rate;
  private boolean measuring;
  private long firstTsc; // the rate is measured from here
  private long firstNanos;

  private long base;
  private long time;
  private long multiplier; // 0: this counter tells no time

  /// @param kilohertz of the counter, not far from the truth; 0 if it must not be used
  CounterScale(long kilohertz) {
    nominal = kilohertz > 0 ? 1e6 / kilohertz : 0;
    rate = nominal;
  }

  CounterScale(TimestampCounter counter) {
    this(counter.kilohertz());
  }

  /// Whether there is a base.
  boolean tellsTime() {
    return multiplier != 0;
  }

  long base() {
    return base;
  }

  long time() {
    return time;
  }

  long multiplier() {
    return multiplier;
  }

  /// The time at a reading of the counter; what the code of the vDSO computes.
  long time(long tsc) {
    long ticks = Long.compareUnsigned(tsc, base) < 0 ? 0 : tsc - base;
    long high = Math.unsignedMultiplyHigh(ticks, multiplier);
    return time + ((high << 32) | ((ticks * multiplier) >>> 32));
  }

  /// The clock was set forwards, or back.
  void shift(long nanos) {
    time += nanos;
  }

  /// Takes a new base.
  ///
  /// @param tsc a reading of the counter
  /// @param hostNanos the host's clock then, which measures the rate
  /// @param clock the guest's clock then, which is to be followed
  /// @return how far the time is ahead of the clock and has to stay so: 0, or more than [#STEP]
  long rebase(long tsc, long hostNanos, long clock) {
    if (nominal == 0) {
      return 0;
    }
    boolean first = multiplier == 0;
    long shown = first ? clock : time(tsc);
    long ahead = shown - clock;
    if (!measure(tsc, hostNanos)) {
      multiplier = 0;
      return Math.max(0, ahead);
    }
    base = tsc;
    time = ahead < -STEP ? clock : shown;
    boolean within = Math.abs(ahead) <= STEP;
    multiplier = Math.round(rate * SCALE * (within ? 1 - (double) ahead / SECOND : 1));
    return ahead > STEP ? ahead : 0;
  }

  /// @return false if the counter does not count at its rate
  private boolean measure(long tsc, long hostNanos) {
    long nanos = hostNanos - firstNanos;
    if (measuring && nanos >= SECOND) {
      double measured = (double) nanos / (tsc - firstTsc);
      if (!(Math.abs(measured / nominal - 1) <= TOLERANCE)) {
        return false;
      }
      rate = measured;
    }
    if (!measuring || nanos >= LONGEST_STRETCH) {
      measuring = true;
      firstTsc = tsc;
      firstNanos = hostNanos;
    }
    return true;
  }
}
