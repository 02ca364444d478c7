package dev.mote;

import dev.mote.linux.GuestImage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A snapshot in a [SandboxPool]: functions of which each call finds a guest that has just been
/// started.
///
/// It is called as a [Sandbox] is. A call takes a machine of the pool, preferably one that the
/// snapshot has been in before, puts the guest back to the snapshot, and makes the call; several
/// calls run at the same time in several machines. What a call leaves behind, no later one finds.
///
/// Thread-safe.
public final class PooledSandbox {
  private final SandboxPool pool;
  private final SandboxBuilder description;
  private final Snapshot snapshot;
  private final String tenant;
  private volatile boolean removed;

  /// Guests of the snapshot in machines, and one as long as nobody has discarded it. At zero the
  /// snapshot's memory is freed, and nothing begins to use it any more.
  private final AtomicInteger holders = new AtomicInteger(1);

  private boolean discarded; // guarded by this

  PooledSandbox(SandboxPool pool, SandboxBuilder description) {
    this.pool = pool;
    this.description = description;
    this.snapshot = Objects.requireNonNull(description.startsFrom());
    this.tenant = description.tenant();
  }

  /// What each call begins from.
  public Snapshot snapshot() {
    return snapshot;
  }

  /// What the guest offers, in its own order.
  public List<GuestFunction> functions() {
    return snapshot.functions();
  }

  /// As [Sandbox#call(String, Class, Object...)], in a guest as the snapshot has it.
  ///
  /// @throws PoolException if the pool has no room for it
  public <T extends @Nullable Object> T call(
      String function, Class<T> result, @Nullable Object... arguments) {
    return this.<T>tryCall(function, result, arguments).get();
  }

  /// As [Sandbox#tryCall(String, Class, Object...)], in a guest as the snapshot has it.
  ///
  /// @throws PoolException if the pool has no room for it
  public <T extends @Nullable Object> Outcome<T> tryCall(
      String function, Class<T> result, @Nullable Object... arguments) {
    return tryCall(null, null, function, result, arguments);
  }

  /// As [#tryCall(String, Class, Object...)], with standard streams for this call.
  ///
  /// @param streams serve one call; null for those of the description
  /// @throws PoolException if the pool has no room for it
  public <T extends @Nullable Object> Outcome<T> tryCall(
      @Nullable Streams streams, String function, Class<T> result, @Nullable Object... arguments) {
    return tryCall(streams, null, function, result, arguments);
  }

  /// As [#tryCall(Streams, String, Class, Object...)], and tells what went before the call.
  ///
  /// @param times of one call; null for whoever does not want to know
  /// @throws PoolException if the pool has no room for it
  public <T extends @Nullable Object> Outcome<T> tryCall(
      @Nullable Streams streams,
      @Nullable CallTimes times,
      String function,
      Class<T> result,
      @Nullable Object... arguments) {
    Resident resident = take(times);
    try {
      resident.refresh(snapshot.image(), streams);
      if (times != null) {
        times.beReady();
      }
      return GuestCall.make(resident.sandbox.talk(), function, result, arguments);
    } finally {
      resident.release();
    }
  }

  /// Runs a program that offers no functions, from its snapshot to its end, as [Sandbox#run].
  ///
  /// @param streams serve one run
  /// @throws PoolException if the pool has no room for it
  /// @throws IllegalStateException if the snapshot offers functions
  public Ending run(Streams streams) {
    return run(streams, Map.of());
  }

  /// The same with variables for this run, as [Sandbox#run(Streams, Map)].
  ///
  /// @param streams serve one run
  /// @throws EnvironmentTooLargeException if there is no room for the variables
  /// @throws PoolException if the pool has no room for the run
  /// @throws IllegalArgumentException if there can be no such variable
  /// @throws IllegalStateException if the snapshot offers functions
  public Ending run(Streams streams, Map<String, String> environment) {
    return run(streams, environment, null);
  }

  /// The same, and tells what went before.
  ///
  /// @param streams serve one run
  /// @param times of one run; null for whoever does not want to know
  /// @throws EnvironmentTooLargeException if there is no room for the variables
  /// @throws PoolException if the pool has no room for the run
  /// @throws IllegalArgumentException if there can be no such variable
  /// @throws IllegalStateException if the snapshot offers functions
  public Ending run(Streams streams, Map<String, String> environment, @Nullable CallTimes times) {
    if (snapshot.offersFunctions()) {
      throw new IllegalStateException("the snapshot offers functions: call them");
    }
    Resident resident = take(times);
    try {
      return resident.run(streams, environment, times);
    } finally {
      resident.release();
    }
  }

  /// As [Sandbox#as], whose every call is in a guest as the snapshot has it.
  ///
  /// A method throws what [#call] throws.
  ///
  /// @throws IllegalArgumentException if the interface does not fit the guest
  /// @throws PoolException if the pool has no room for the comparison
  public <T> T as(Class<T> api) {
    Resident resident = take();
    try {
      return TypedView.of(resident.sandbox.talk(), this, api);
    } finally {
      resident.release();
    }
  }

  /// A guest that keeps what its calls change: a session. It begins as the snapshot.
  public Instance newInstance() {
    return new Instance(this, snapshot.image());
  }

  /// Takes it out of the pool. Calls that run are finished; later ones are refused.
  public void remove() {
    removed = true;
    pool.remove(this);
  }

  /// As [#remove], and gives the snapshot's memory back before the garbage collector would, once no
  /// machine has a guest of it any more. Only for who has the snapshot alone: nothing else may have
  /// been started from it, and its instances must be closed. Twice is harmless.
  public void discard() {
    remove();
    synchronized (this) {
      if (discarded) {
        return;
      }
      discarded = true;
    }
    letGo();
  }

  private boolean hold() {
    return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  private void letGo() {
    if (holders.decrementAndGet() == 0) {
      snapshot.image().free();
    }
  }

  /// Takes a machine for a call through a view, until [Resident#callEnded].
  TypedView lease(TypedView view) {
    Resident resident = take();
    try {
      resident.refresh(snapshot.image(), null);
      TypedView there = resident.view(view);
      resident.leased = true;
      return there;
    } catch (RuntimeException | Error e) {
      resident.release();
      throw e;
    }
  }

  Resident take() {
    return take(null);
  }

  Resident take(@Nullable CallTimes times) {
    if (removed) {
      throw removedFromPool();
    }
    return pool.take(this, times);
  }

  boolean isRemoved() {
    return removed;
  }

  /// Where its idle instances go; null: they stay in memory.
  @Nullable InstanceParking parking() {
    return pool.parking();
  }

  String tenant() {
    return tenant;
  }

  /// Memory that a guest of it may use, in bytes.
  long memoryBytes() {
    return snapshot.image().setup().limits().memoryBytes();
  }

  int cpuLevel() {
    return snapshot.image().setup().cpuLevel();
  }

  /// Makes a guest of it in a machine.
  ///
  /// @throws PoolException if it was discarded meanwhile
  Resident settle(PoolMachine machine) {
    if (!hold()) {
      throw removedFromPool();
    }
    try {
      pool.loaded();
      return new Resident(this, machine, description.in(machine.machine()));
    } catch (RuntimeException | Error e) {
      letGo();
      throw e;
    }
  }

  private static PoolException removedFromPool() {
    return new PoolException(PoolException.Reason.CLOSED, "it was removed from the pool");
  }

  /// The guest of this snapshot in one machine. It belongs to whoever has taken the machine.
  static final class Resident {
    private final PooledSandbox owner;
    private final PoolMachine machine;
    private final Sandbox sandbox;
    private final ConcurrentHashMap<TypedView, TypedView> views = new ConcurrentHashMap<>();
    private final @Nullable Streams usual; // of a call that brings none; null for a program
    private boolean fresh = true; // nothing has run since it was made
    private boolean leased; // to a view's call, whose end releases it

    private Resident(PooledSandbox owner, PoolMachine machine, Sandbox sandbox) {
      this.owner = owner;
      this.machine = machine;
      this.sandbox = sandbox;
      if (owner.snapshot.offersFunctions()) {
        Conversation talk = sandbox.talk();
        talk.residesAs(this);
        usual = talk.streams();
      } else {
        usual = null;
      }
    }

    PooledSandbox owner() {
      return owner;
    }

    PoolMachine machine() {
      return machine;
    }

    Sandbox sandbox() {
      return sandbox;
    }

    /// Puts the guest to its snapshot or a difference to it.
    ///
    /// @param streams for the call that follows; null for the usual ones
    void refresh(GuestImage image, @Nullable Streams streams) {
      boolean untouched = fresh && machine.isCurrent(this) && image.is(owner.snapshot.image());
      fresh = false;
      if (untouched && streams == null) {
        return;
      }
      sandbox.talk().useStreams(streams == null ? Objects.requireNonNull(usual) : streams);
      machine.makeCurrent(this);
      try {
        if (!sandbox.restoreTo(image)) {
          throw lost();
        }
      } catch (RuntimeException | Error e) {
        machine.restoreFailed(this, e);
        throw e;
      }
    }

    private static IllegalStateException lost() {
      return new IllegalStateException("the machine of the pool is lost");
    }

    private Ending run(
        Streams streams, Map<String, String> environment, @Nullable CallTimes times) {
      if (!fresh || !machine.isCurrent(this)) {
        sandbox.restore(owner.snapshot);
      }
      fresh = false;
      machine.makeCurrent(this);
      if (times != null) {
        times.beReady();
      }
      return sandbox.run(streams, environment);
    }

    private TypedView view(TypedView view) {
      TypedView known = views.get(view);
      if (known == null) {
        known = view.in(sandbox.talk());
        views.put(view, known);
      }
      return known;
    }

    /// A call through a view has ended.
    void callEnded() {
      if (leased) {
        leased = false;
        release();
      }
    }

    void release() {
      owner.pool.release(machine);
    }

    void close() {
      sandbox.close();
      owner.letGo();
    }
  }
}
