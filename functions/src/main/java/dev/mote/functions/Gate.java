package dev.mote.functions;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// How many requests a function serves at one time, and how many may wait, in the order in which
/// they came. Thread-safe.
final class Gate {
  private final Semaphore free;
  private final int concurrency;
  private final int queue;
  private final AtomicInteger waiting = new AtomicInteger();

  Gate(int concurrency, int queue) {
    this.concurrency = concurrency;
    this.queue = queue;
    free = new Semaphore(concurrency, true);
  }

  /// @param nanos that it may wait
  /// @return false if too many wait, or the time is over
  /// @throws InterruptedException if the thread is interrupted while it waits
  boolean enter(long nanos) throws InterruptedException {
    if (free.tryAcquire(0, TimeUnit.NANOSECONDS)) { // unlike tryAcquire(): nobody is passed over
      return true;
    }
    if (waiting.incrementAndGet() > queue) {
      waiting.decrementAndGet();
      return false;
    }
    try {
      return free.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    } finally {
      waiting.decrementAndGet();
    }
  }

  void leave() {
    free.release();
  }

  int running() {
    return concurrency - free.availablePermits();
  }

  int waiting() {
    return waiting.get();
  }
}
