package dev.mote.machine;

/// What the host knows of its own descriptors that the JDK does not tell.
public final class HostDescriptor {
  private HostDescriptor() {}

  /// Waits until a write to a pipe or terminal would not block: until it takes at least one byte,
  /// or has an error to report. A signal to the thread may end the wait early.
  ///
  /// @param fd a descriptor of this process
  /// @param millis how long to wait at most; 0 only looks
  /// @return false if a write would block still
  public static boolean awaitOutput(int fd, int millis) {
    return Libc.pollOut(fd, millis) > 0;
  }
}
