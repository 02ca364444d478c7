package dev.mote;

import dev.mote.linux.GuestImage;
import dev.mote.linux.Parking;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Puts what idle instances have changed into a file.
///
/// What it cannot put there, because the file or the disk is full, stays in memory; it tries again
/// after the same time. It keeps no instance alive. Thread-safe.
final class InstanceParking implements AutoCloseable {
  private final Parking file;
  private final long idleNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /// Those with pages in memory, by when they were called last.
  private final LinkedHashMap<WeakReference<Instance>, Long> idle = new LinkedHashMap<>();

  private boolean closed; // by lock, as idle
  private final AtomicLong parked = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final Thread thread;

  InstanceParking(Parking file, long idleNanos) {
    this.file = file;
    this.idleNanos = idleNanos;
    thread = Thread.ofPlatform().daemon().name("mote-parking").start(this::parkIdle);
  }

  /// An instance was called just now, or is another's branch no more.
  void called(WeakReference<Instance> instance) {
    lock.lock();
    try {
      if (!closed) {
        boolean first = idle.isEmpty();
        idle.remove(instance);
        idle.put(instance, System.nanoTime());
        if (first) {
          changed.signal();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void closed(WeakReference<Instance> instance) {
    lock.lock();
    try {
      idle.remove(instance);
    } finally {
      lock.unlock();
    }
  }

  private void parkIdle() {
    try (file) {
      while (true) {
        Instance next = awaitIdle();
        if (next != null) {
          next.park(this);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // by close
    }
  }

  /// The one that is idle for longest, once that is for long enough.
  ///
  /// @return null if it is not there any more
  private @Nullable Instance awaitIdle() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        if (closed) {
          throw new InterruptedException();
        }
        var eldest = idle.firstEntry();
        if (eldest == null) {
          changed.await();
          continue;
        }
        long left = eldest.getValue() + idleNanos - System.nanoTime();
        if (left <= 0) {
          idle.pollFirstEntry();
          return eldest.getKey().get();
        }
        changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// By the thread of this, for an instance that nobody uses meanwhile.
  ///
  /// @return the image whose pages are in the file; null if they could not be put there
  @Nullable GuestImage park(WeakReference<Instance> instance, GuestImage image) {
    try {
      GuestImage inFile = file.park(image);
      if (inFile != null) {
        parked.incrementAndGet();
        return inFile;
      }
    } catch (IOException | RuntimeException e) {
      // It is counted, and tried again.
    }
    failures.incrementAndGet();
    called(instance);
    return null;
  }

  /// How often an instance was put into the file.
  long parked() {
    return parked.get();
  }

  /// How often one could not be.
  long failures() {
    return failures.get();
  }

  long bytesInFile() {
    return file.bytesInUse();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.clear();
      changed.signal();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
  }
}
