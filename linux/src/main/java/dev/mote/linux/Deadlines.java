package dev.mote.linux;

import dev.mote.machine.Watchdog;

/// Stops a guest that runs for too long, by the clock on the wall or by the CPU time that it uses.
///
/// An alarm that rings late, when the guest is on another stretch already, finds that its time has
/// not come.
final class Deadlines implements AutoCloseable {
  /// The watchdog looks at CPU time no more often than this.
  private static final long SHORTEST_LOOK = 1_000_000;

  private final LinuxProcess process;
  private final StopRequest stopRequest;
  private final Watchdog.Watch wall;
  private final Watchdog.Watch cpu;
  private boolean armed; // this and the ends are guarded by the stop request
  private boolean wallLimited;
  private long wallEnd;
  private long cpuLimit;

  /// @param stopRequest which begins and ends with each stretch, under the same lock
  Deadlines(LinuxProcess process, StopRequest stopRequest) {
    this.process = process;
    this.stopRequest = stopRequest;
    wall = Watchdog.watch(this::wallAlarm);
    cpu = Watchdog.watch(this::cpuAlarm);
  }

  /// A stretch of running begins.
  ///
  /// @param now `System.nanoTime()`
  /// @param wallNanos from now, or [Task#NO_DEADLINE]
  /// @param cpuNanos of CPU time in this stretch, or [Task#NO_DEADLINE]
  void arm(long now, long wallNanos, long cpuNanos) {
    synchronized (stopRequest) {
      stopRequest.begin();
      armed = true;
      wallLimited = wallNanos != Task.NO_DEADLINE;
      wallEnd = now + wallNanos;
      cpuLimit = cpuNanos;
    }
    if (wallNanos != Task.NO_DEADLINE) {
      wall.arm(now, wallNanos);
    }
    if (cpuNanos != Task.NO_DEADLINE) {
      cpu.arm(now, cpuNanos);
    }
  }

  /// It has ended: nothing stops the guest any more.
  void disarm() {
    synchronized (stopRequest) {
      stopRequest.end();
      armed = false;
    }
    wall.disarm();
    cpu.disarm();
  }

  /// Nanoseconds until the guest is stopped; [Task#NO_DEADLINE] for any number.
  long remaining() {
    synchronized (stopRequest) {
      return wallLimited ? Math.max(0, wallEnd - System.nanoTime()) : Task.NO_DEADLINE;
    }
  }

  private long wallAlarm(long now) {
    synchronized (stopRequest) {
      if (!armed || !wallLimited) {
        return Watchdog.NONE;
      }
      if (now - wallEnd < 0) {
        return wallEnd;
      }
      process.stop(GuestEnding.StopReason.WALL_TIME);
      return Watchdog.NONE;
    }
  }

  private long cpuAlarm(long now) {
    synchronized (stopRequest) {
      if (!armed || cpuLimit == Task.NO_DEADLINE) {
        return Watchdog.NONE;
      }
      long left = cpuLimit - process.cpuTime().ofStretch();
      if (left <= 0) {
        process.stop(GuestEnding.StopReason.CPU_TIME);
        return Watchdog.NONE;
      }
      // CPU time never runs faster than the clock, so it cannot be used up before then.
      return now + Math.max(left, SHORTEST_LOOK);
    }
  }

  @Override
  public void close() {
    wall.close();
    cpu.close();
  }
}
