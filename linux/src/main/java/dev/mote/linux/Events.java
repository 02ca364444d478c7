package dev.mote.linux;

/// Where the thread that runs a guest waits while every guest thread is blocked, and how other
/// threads of the host tell it that something has changed: input has arrived, or the guest shall
/// stop.
///
/// A change between a look and a wait is not lost: whoever waits says which change it has seen.
///
/// Thread-safe.
final class Events {
  private long changes; // guarded by this

  /// The number of changes so far.
  synchronized long seen() {
    return changes;
  }

  /// Something changed that a blocked system call may wait for.
  synchronized void signal() {
    changes++;
    notifyAll();
  }

  /// Waits until there is a change that is not among those seen, or until the time is over.
  ///
  /// @param nanos at most so long; [Long#MAX_VALUE] for ever
  /// @throws InterruptedException if the thread was interrupted
  synchronized void await(long seen, long nanos) throws InterruptedException {
    if (nanos == Long.MAX_VALUE) {
      while (changes == seen) {
        wait();
      }
      return;
    }
    long end = System.nanoTime() + nanos;
    long left = nanos;
    while (changes == seen && left > 0) {
      wait(left / 1_000_000, (int) (left % 1_000_000));
      left = end - System.nanoTime();
    }
  }
}
