package dev.mote.machine;

/// What the host knows of its own threads.
public final class HostThread {
  private HostThread() {}

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
