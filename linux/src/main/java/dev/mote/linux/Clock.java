package dev.mote.linux;

import java.time.Instant;

/// The guest's clocks, in nanoseconds.
///
/// CLOCK_MONOTONIC begins near zero when the guest is made, so that it tells nothing of how long
/// the host has been running. CLOCK_REALTIME is the host's.
///
/// Thread-safe.
final class Clock {
  static final long SECOND = 1_000_000_000L;

  private volatile long origin = System.nanoTime() - 3600 * SECOND;

  long realtimeNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * SECOND + now.getNano();
  }

  long monotonicNanos() {
    return System.nanoTime() - origin;
  }

  /// CLOCK_MONOTONIC goes on from a time: in a snapshot it stood still.
  void monotonicNanos(long now) {
    origin = System.nanoTime() - now;
  }
}
