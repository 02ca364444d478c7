package dev.mote.machine;

/// What the host knows of its own threads, and the time. Makes no objects.
public final class HostThread {
  private static final long CLOCK_REALTIME = 0;

  private HostThread() {}

  /// Nanoseconds since 1970.
  public static long realtimeNanos() {
    return Libc.clockNanos(CLOCK_REALTIME);
  }

  /// The kernel's id of the calling thread.
  public static int id() {
    return Libc.gettid();
  }

  /// CPU time that a thread of this process has used, in nanoseconds; 0 if there is no such thread
  /// any more.
  ///
  /// @param id as [#id()] gave it
  public static long cpuNanos(int id) {
    return Math.max(0, Libc.threadCpuNanos(id));
  }
}
