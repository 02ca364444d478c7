package dev.mote.linux;

import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/// Those who wait until one thing changes: threads in a blocked call, and epoll sets that watch it.
///
/// Whoever makes something possible (a read, a write, a lock) says so with [#wake]; being woken
/// promises nothing, so whoever waits looks again. A waiter that is woken stays until it is taken
/// out.
///
/// Not thread-safe: it belongs to the thread that runs the guest. What threads of the host bring
/// comes by way of [Events].
final class WaitQueue {
  /// One who waits.
  interface Waiter {
    /// The thing has changed.
    ///
    /// @param events POLL* bits of what may be possible now; 0 for anything
    void wake(int events);

    /// Whether a thread waits, and not only something that would tell one.
    default boolean waits() {
      return true;
    }
  }

  private @Nullable LinkedHashSet<Waiter> waiters; // none has any in most cases

  /// Adds a waiter; one that is there already stays where it is.
  void add(Waiter waiter) {
    if (waiters == null) {
      waiters = new LinkedHashSet<>(2);
    }
    waiters.add(waiter);
  }

  /// Takes a waiter out, if it is there.
  void remove(Waiter waiter) {
    if (waiters != null) {
      waiters.remove(waiter);
    }
  }

  /// Wakes all, in the order in which they came.
  ///
  /// @param events as [Waiter#wake]
  void wake(int events) {
    if (waiters != null && !waiters.isEmpty()) {
      for (Waiter waiter : waiters.toArray(new Waiter[0])) { // they may take themselves out
        waiter.wake(events);
      }
    }
  }

  /// Whether some thread waits here, also by way of epoll.
  boolean isAwaited() {
    if (waiters != null) {
      for (Waiter waiter : waiters) {
        if (waiter.waits()) {
          return true;
        }
      }
    }
    return false;
  }

  boolean isEmpty() {
    return waiters == null || waiters.isEmpty();
  }
}
