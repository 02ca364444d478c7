package dev.mote.linux;

import dev.mote.machine.Watchdog;

/// Stops a guest that has run for too long, by the clock on the wall or by the CPU time that it
/// used.
final class Deadlines implements AutoCloseable {
  /// The watchdog looks at CPU time no more often than this.
  private static final long SHORTEST_LOOK = 1_000_000;

  private final Watchdog.Watch wall;
  private final Watchdog.Watch cpu;

  /// @param wallNanos from now, or [Task#NO_DEADLINE]
  /// @param cpuNanos of CPU time, or [Task#NO_DEADLINE]
  Deadlines(Guest guest, long wallNanos, long cpuNanos) {
    wall =
        Watchdog.watch(_ -> {
          guest.stop(Ending.StopReason.WALL_TIME);
          return Watchdog.NONE;
        });
    cpu =
        Watchdog.watch(now -> {
          long left = cpuNanos - guest.cpuNanos();
          if (left <= 0) {
            guest.stop(Ending.StopReason.CPU_TIME);
            return Watchdog.NONE;
          }
          // CPU time never runs faster than the clock, so it cannot be used up before then.
          return now + Math.max(left, SHORTEST_LOOK);
        });
    if (wallNanos != Task.NO_DEADLINE) {
      wall.arm(wallNanos);
    }
    if (cpuNanos != Task.NO_DEADLINE) {
      cpu.arm(cpuNanos);
    }
  }

  @Override
  public void close() {
    wall.close();
    cpu.close();
  }
}
