package dev.mote.linux;

import dev.mote.machine.HostThread;

/// The guest's clocks, in nanoseconds.
///
/// CLOCK_MONOTONIC begins near zero when the guest is made, so that it tells nothing of how long
/// the host has been running. CLOCK_REALTIME is the host's.
///
/// This is what the guest waits by. What it is told when it asks for the time is [VdsoClock]'s
/// reading, which follows this clock.
///
/// Thread-safe.
final class Clock {
  static final long SECOND = 1_000_000_000L;

  private volatile long origin = System.nanoTime() - 3600 * SECOND;

  long realtimeNanos() {
    return HostThread.realtimeNanos();
  }

  long monotonicNanos() {
    return monotonicNanos(System.nanoTime());
  }

  /// CLOCK_MONOTONIC at a time that [System#nanoTime] gave.
  long monotonicNanos(long hostNanos) {
    return hostNanos - origin;
  }

  /// Makes CLOCK_MONOTONIC go on from here: after it stood still, or where the guest has seen it
  /// already. By the thread that runs the guest.
  ///
  /// @return by how much it was set forwards
  long continueFrom(long monotonicNanos) {
    long before = origin;
    long now = System.nanoTime() - monotonicNanos;
    origin = now;
    return before - now;
  }
}
