package dev.mote.machine;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Watches the deadlines of all running guests, with one thread for the whole process.
///
/// **No system call on the path of a call that ends in time.** Arming stores a deadline and reads
/// when the thread will wake; only a deadline before that needs the thread woken. After a time-out
/// of length T was armed, the thread wakes at least once in every T, so a run of calls with the
/// same time-out never has to wake it. When nothing was armed for a whole T it sleeps until it is
/// called.
///
/// **No deadline is missed.** Arming writes the deadline and then `shortest`, and reads `wakeAt`;
/// the thread writes `wakeAt` and then reads `shortest`, and looks again before it sleeps. All of
/// these are volatile, so either the one sees the time to wake up, or the other the time-out.
///
/// Thread-safe; a [Watch] is armed and disarmed by one thread at a time.
public final class Watchdog {
  /// What is done when a deadline has passed. It runs in the watchdog's thread, and must be short.
  @FunctionalInterface
  public interface Alarm {
    /// @param now `System.nanoTime()`
    /// @return the next deadline, or [#NONE]
    long ring(long now);
  }

  /// No deadline.
  public static final long NONE = Long.MAX_VALUE;

  /// As the time to wake up: the thread is on its feet, and will look at `shortest` before it
  /// sleeps.
  private static final long AWAKE = Long.MIN_VALUE;

  private static final Watchdog INSTANCE = new Watchdog();

  /// Times are nanoseconds since this one, so that they compare without overflow.
  private static final long ORIGIN = System.nanoTime();

  private final ArrayList<Watch> watches = new ArrayList<>(); // guarded by itself
  private final AtomicLong wakeAt = new AtomicLong(NONE);
  private final AtomicLong shortest = new AtomicLong(NONE); // time-out armed since the last scan
  private final LongAdder wakeUps = new LongAdder();
  private volatile @Nullable Thread thread; // set once, under watches

  private Watchdog() {}

  /// Begins to watch; nothing is armed yet.
  public static Watch watch(Alarm alarm) {
    return INSTANCE.add(new Watch(alarm));
  }

  private Watch add(Watch watch) {
    synchronized (watches) {
      watch.index = watches.size();
      watches.add(watch);
      if (thread == null) {
        thread = Thread.ofPlatform().daemon().name("mote-watchdog").start(this::loop);
      }
    }
    return watch;
  }

  private void remove(Watch watch) {
    synchronized (watches) {
      if (watch.index < 0) {
        return;
      }
      Watch last = watches.removeLast();
      if (last != watch) {
        watches.set(watch.index, last);
        last.index = watch.index;
      }
      watch.index = -1;
    }
  }

  private void arm(Watch watch, long now, long nanos) {
    long deadline = later(now - ORIGIN, nanos);
    watch.deadline.set(deadline);
    long known = shortest.get();
    while (nanos < known && !shortest.compareAndSet(known, nanos)) {
      known = shortest.get();
    }
    long waking = wakeAt.get();
    while (deadline < waking) {
      if (wakeAt.compareAndSet(waking, AWAKE)) { // the others need not wake it too
        wakeUps.increment();
        LockSupport.unpark(thread);
        return;
      }
      waking = wakeAt.get();
    }
  }

  /// How often the thread had to be woken: the system calls that arming has cost.
  static long wakeUps() {
    return INSTANCE.wakeUps.sum();
  }

  private static long later(long time, long nanos) {
    long sum = time + nanos;
    return sum < 0 ? NONE : sum; // neither is negative
  }

  private void loop() {
    while (true) {
      wakeAt.set(AWAKE);
      long armed = shortest.getAndSet(NONE);
      long now = System.nanoTime() - ORIGIN;
      long next = Math.min(scan(now), later(now, armed));
      wakeAt.set(next);
      long meanwhile = later(now, shortest.get());
      if (meanwhile < next) { // armed during the scan
        next = meanwhile;
        wakeAt.set(next);
      }
      if (next == NONE) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, next - (System.nanoTime() - ORIGIN));
      }
    }
  }

  /// Rings what is due.
  ///
  /// @return the nearest deadline that is not
  private long scan(long now) {
    long nearest = NONE;
    synchronized (watches) {
      for (Watch watch : watches) {
        long deadline = watch.deadline.get();
        if (deadline <= now && watch.deadline.compareAndSet(deadline, NONE)) {
          long again = ring(watch);
          deadline = again == NONE ? NONE : Math.max(now + 1, again - ORIGIN);
          if (deadline != NONE) {
            watch.deadline.compareAndSet(NONE, deadline);
          }
        }
        nearest = Math.min(nearest, deadline);
      }
    }
    return nearest;
  }

  private static long ring(Watch watch) {
    try {
      return watch.alarm.ring(System.nanoTime());
    } catch (RuntimeException e) { // of one, and the others are to be watched all the same
      Thread self = Thread.currentThread();
      self.getUncaughtExceptionHandler().uncaughtException(self, e);
      return NONE;
    }
  }

  /// One guest's deadline.
  public static final class Watch implements AutoCloseable {
    private final Alarm alarm;
    private int index;
    private final AtomicLong deadline = new AtomicLong(NONE); // relative to ORIGIN

    private Watch(Alarm alarm) {
      this.alarm = alarm;
    }

    /// Sets the deadline.
    ///
    /// @param now `System.nanoTime()`
    /// @param nanos from now, positive
    public void arm(long now, long nanos) {
      INSTANCE.arm(this, now, nanos);
    }

    /// Takes the deadline away. An alarm that rings at this moment may still ring.
    public void disarm() {
      deadline.setOpaque(NONE);
    }

    /// Ends the watch.
    @Override
    public void close() {
      INSTANCE.remove(this);
    }
  }
}
