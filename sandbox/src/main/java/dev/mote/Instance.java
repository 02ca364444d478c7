package dev.mote;

import dev.mote.linux.GuestImage;
import java.lang.ref.WeakReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A guest that keeps what its calls change, such as the session of one user, and costs only the
/// pages that it has changed while nobody calls it. These lie in memory, or in a file after a while
/// ([SandboxPool.Builder#parking]).
///
/// It belongs to no machine: each call puts it into one of the pool's, and takes out again what is
/// different from its snapshot. Any number of instances can be made of one snapshot, and of one
/// instance ([#branch]).
///
/// A call that does not finish changes nothing: the instance is **poisoned** and refuses calls
/// until [#restore] takes it back to how it was before that call.
///
/// Calls of several threads wait for each other. An instance that nobody refers to any more is
/// freed by the garbage collector; [#close] does it at once.
public final class Instance implements AutoCloseable {
  private final PooledSandbox pooled;
  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable InstanceParking parking; // null: it stays in memory
  private final WeakReference<Instance> self = new WeakReference<>(this);
  private GuestImage image; // this and the rest are guarded by lock
  private @Nullable Ending poisonedBy;
  private boolean shared; // a branch has the same image
  private boolean closed;

  Instance(PooledSandbox pooled, GuestImage image) {
    this.pooled = pooled;
    this.image = image;
    parking = pooled.parking();
    shared = true;
  }

  /// As [Sandbox#call(String, Class, Object...)].
  ///
  /// @throws PoolException if the pool has no room for it
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws IllegalStateException if it is closed
  public <T extends @Nullable Object> T call(
      String function, Class<T> result, @Nullable Object... arguments) {
    return this.<T>tryCall(function, result, arguments).get();
  }

  /// As [Sandbox#tryCall(String, Class, Object...)].
  ///
  /// @throws PoolException if the pool has no room for it
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws IllegalStateException if it is closed
  public <T extends @Nullable Object> Outcome<T> tryCall(
      String function, Class<T> result, @Nullable Object... arguments) {
    return tryCall(null, null, function, result, arguments);
  }

  /// As [#tryCall(String, Class, Object...)], with standard streams for this call.
  ///
  /// @param streams serve one call; null for those of the description
  /// @throws PoolException if the pool has no room for it
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws IllegalStateException if it is closed
  public <T extends @Nullable Object> Outcome<T> tryCall(
      @Nullable Streams streams, String function, Class<T> result, @Nullable Object... arguments) {
    return tryCall(streams, null, function, result, arguments);
  }

  /// As [#tryCall(Streams, String, Class, Object...)], and tells what went before the call.
  ///
  /// @param times of one call; null for whoever does not want to know
  /// @throws PoolException if the pool has no room for it
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws IllegalStateException if it is closed
  public <T extends @Nullable Object> Outcome<T> tryCall(
      @Nullable Streams streams,
      @Nullable CallTimes times,
      String function,
      Class<T> result,
      @Nullable Object... arguments) {
    lock.lock();
    try {
      requireUsable();
      PooledSandbox.Resident resident = pooled.take(times);
      try {
        resident.refresh(image, streams);
        if (times != null) {
          times.beReady();
        }
        Outcome<T> outcome = GuestCall.make(resident.sandbox().talk(), function, result, arguments);
        if (outcome instanceof Outcome.Ended<T>(Ending ending)) {
          poisonedBy = ending;
        } else {
          keep(resident.sandbox().difference());
        }
        return outcome;
      } finally {
        resident.release();
      }
    } finally {
      lock.unlock();
    }
  }

  private void keep(GuestImage changed) {
    GuestImage before = image;
    image = changed;
    if (!shared) {
      before.free();
    }
    shared = false;
    if (parking != null) {
      parking.called(self);
    }
  }

  /// Puts what it has changed into the file, unless somebody uses it now. By the thread of that.
  void park(InstanceParking where) {
    if (!lock.tryLock()) {
      where.called(self); // it is, or the call that said so has not wholly returned: later, then
      return;
    }
    try {
      if (closed || shared) {
        return;
      }
      GuestImage inMemory = image;
      GuestImage inFile = where.park(self, inMemory);
      if (inFile != null) {
        image = inFile;
        inMemory.discard();
      }
    } finally {
      lock.unlock();
    }
  }

  private void requireUsable() {
    if (closed) {
      throw new IllegalStateException("the instance is closed");
    }
    if (poisonedBy != null) {
      throw new PoisonedException(poisonedBy);
    }
  }

  /// Another instance that is as this one is now.
  ///
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws IllegalStateException if it is closed
  public Instance branch() {
    lock.lock();
    try {
      requireUsable();
      shared = true;
      return new Instance(pooled, image);
    } finally {
      lock.unlock();
    }
  }

  /// The instance as it is, as a snapshot: what differs from its own.
  ///
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws IllegalStateException if it is closed
  public Snapshot snapshot() {
    lock.lock();
    try {
      requireUsable();
      shared = true;
      Snapshot origin = pooled.snapshot();
      return new Snapshot(image, origin.guestFunctions(), origin.announcement());
    } finally {
      lock.unlock();
    }
  }

  /// Takes it back to how it was before the call that did not finish. Nothing to do if all have.
  public void restore() {
    lock.lock();
    try {
      poisonedBy = null;
    } finally {
      lock.unlock();
    }
  }

  /// How the last call ended, if it did not finish and [#restore] was not called.
  public @Nullable Ending poisonedBy() {
    lock.lock();
    try {
      return poisonedBy;
    } finally {
      lock.unlock();
    }
  }

  /// Memory that it has changed and keeps, be it in a file.
  public MemorySize changedMemory() {
    lock.lock();
    try {
      return image.is(pooled.snapshot().image())
          ? MemorySize.ofBytes(0)
          : MemorySize.ofBytes(image.ownBytes());
    } finally {
      lock.unlock();
    }
  }

  /// Frees what it keeps. Twice is harmless.
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        if (!shared) {
          image.free();
        }
        if (parking != null) {
          parking.closed(self);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
