package dev.mote.linux;

import java.util.Optional;
import java.util.function.Supplier;

/// Where the thread that runs a guest waits while every guest thread is blocked, and how other
/// threads of the host tell it that something has changed: input has arrived, or the guest shall
/// stop.
///
/// A change between a look and a wait is not lost: whoever waits says which change it has seen.
///
/// Thread-safe.
final class Events {
  private final Runnable kick;
  private volatile long changes; // written under this
  private volatile boolean kicks;
  private boolean waiting; // guarded by this

  /// @param kick makes the guest leave the vCPU
  Events(Runnable kick) {
    this.kick = kick;
  }

  /// The number of changes so far.
  long seen() {
    return changes;
  }

  /// Whether a change is to interrupt a guest that computes, because another of its threads may
  /// wait for it.
  void kicks(boolean value) {
    if (kicks != value) {
      kicks = value;
    }
  }

  /// Something changed that a blocked system call may wait for.
  @SuppressWarnings("NonAtomicVolatileUpdate") // all updates are under this
  void signal() {
    synchronized (this) {
      changes++;
      notifyAll();
    }
    if (kicks) {
      kick.run();
    }
  }

  /// Waits until there is a change that is not among those seen, or until the time is over.
  ///
  /// @param nanos at most so long; [Long#MAX_VALUE] for ever
  /// @throws InterruptedException if the thread was interrupted
  synchronized void await(long seen, long nanos) throws InterruptedException {
    waiting = true;
    try {
      waitFor(seen, nanos);
    } finally {
      waiting = false;
    }
  }

  /// Looks at something of the guest's while the thread that runs it waits here, and so does not
  /// change it.
  ///
  /// @return empty if it does not wait
  synchronized <T> Optional<T> whileWaiting(Supplier<T> look) {
    return waiting ? Optional.of(look.get()) : Optional.empty();
  }

  private void waitFor(long seen, long nanos) throws InterruptedException {
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
