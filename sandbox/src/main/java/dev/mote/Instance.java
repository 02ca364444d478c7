package dev.mote;

import dev.mote.linux.GuestImage;
import org.jspecify.annotations.Nullable;

/// A guest that keeps what its calls change, such as the session of one user, and costs only the
/// pages that it has changed while nobody calls it.
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
  private GuestImage image; // this and the rest are guarded by this
  private @Nullable Ending poisonedBy;
  private boolean shared; // a branch has the same image
  private boolean closed;

  Instance(PooledSandbox pooled, GuestImage image) {
    this.pooled = pooled;
    this.image = image;
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
  public synchronized <T extends @Nullable Object> Outcome<T> tryCall(
      @Nullable Streams streams,
      @Nullable CallTimes times,
      String function,
      Class<T> result,
      @Nullable Object... arguments) {
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
  }

  private void keep(GuestImage changed) {
    GuestImage before = image;
    image = changed;
    if (!shared) {
      before.free();
    }
    shared = false;
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
  public synchronized Instance branch() {
    requireUsable();
    shared = true;
    return new Instance(pooled, image);
  }

  /// The instance as it is, as a snapshot: what differs from its own.
  ///
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws IllegalStateException if it is closed
  public synchronized Snapshot snapshot() {
    requireUsable();
    shared = true;
    Snapshot origin = pooled.snapshot();
    return new Snapshot(image, origin.guestFunctions(), origin.announcement());
  }

  /// Takes it back to how it was before the call that did not finish. Nothing to do if all have.
  public synchronized void restore() {
    poisonedBy = null;
  }

  /// How the last call ended, if it did not finish and [#restore] was not called.
  public synchronized @Nullable Ending poisonedBy() {
    return poisonedBy;
  }

  /// Memory that it has changed and keeps.
  public synchronized MemorySize changedMemory() {
    return image.is(pooled.snapshot().image())
        ? MemorySize.ofBytes(0)
        : MemorySize.ofBytes(image.ownBytes());
  }

  /// Frees what it keeps. Twice is harmless.
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (!shared) {
        image.free();
      }
    }
  }
}
