package dev.mote;

import dev.mote.linux.GuestFailure;
import dev.mote.linux.Parking;
import dev.mote.linux.SharedMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Virtual machines that are made ahead of need, in which the guests of any number of snapshots
/// take turns.
///
/// ```java
/// try (var pool = SandboxPool.builder().build()) {
///   PooledSandbox greeter = pool.add(Sandbox.builder(snapshot).timeout(Duration.ofMillis(200)));
///   String text = greeter.call("greet", String.class, "Ada"); // in a guest as the snapshot has it
/// }
/// ```
///
/// A machine serves one tenant ([SandboxBuilder#tenant]) and keeps the guests of the snapshots that
/// it was used for last, so that the next call of the same snapshot only puts back what has
/// changed. Making a machine is no part of a call unless the pool is too small: a thread of its own
/// makes them when they become scarce, and unmakes those that nobody needs.
///
/// A call that finds no machine waits for one, in order; when too many wait, it is refused at once
/// ([PoolException]). Thread-safe.
///
/// Calls may be made on virtual threads. Each hands its guest over to a platform thread, unless the
/// JVM has more carriers than processors: `-Djdk.virtualThreadScheduler.parallelism` with the
/// number of processors and machines together makes a short call a tenth to a fifth cheaper. A
/// guest whose limit of CPU time is below that of the clock is handed over always. On Linux before
/// 6.13 each machine that several threads use has a thread of its own, to which all calls are
/// handed over.
public final class SandboxPool implements AutoCloseable {
  private final Settings settings;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition(); // a machine, for those who wait
  private final Condition wanted = lock.newCondition(); // a machine, for the thread that makes them
  private final Condition settled = lock.newCondition(); // nothing is busy any more
  private final List<PoolMachine> machines = new ArrayList<>(); // this and the rest: by lock
  private final Set<PooledSandbox> members = new HashSet<>();
  private final Thread maker;
  private final MachineSource source;
  private final @Nullable InstanceParking parking; // null: idle instances stay in memory
  private final ArrayDeque<PoolMachine> toUnmake = new ArrayDeque<>();
  private int waiting;
  private int busy;
  private int toMake;
  private int making; // at this moment
  private int cpuLevel; // of those that are to be made
  private boolean draining;
  private boolean closed;
  private @Nullable RuntimeException failure; // of the thread that makes machines
  private long made;
  private long taken;
  private long waits;
  private long refusals;
  private final LongAdder loads = new LongAdder();

  private record Settings(
      int machines,
      int ahead,
      int perTenant,
      long memory,
      int residents,
      int waiting,
      long waitNanos,
      long idleNanos) {}

  /// Where machines come from.
  interface MachineSource {
    SharedMachine create(long memoryBytes, int guests, int cpuLevel);
  }

  private SandboxPool(Settings settings, MachineSource source, @Nullable InstanceParking parking) {
    this.settings = settings;
    this.source = source;
    this.parking = parking;
    toMake = settings.ahead;
    maker = Thread.ofPlatform().daemon().name("mote-pool").start(this::makeMachines);
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Adds a snapshot. The description may say what a sandbox of it may: host functions, limits of
  /// time, tenant.
  ///
  /// @param description of a snapshot; it is not to be changed after that
  /// @throws IllegalArgumentException if it is of a program in place of a snapshot, or needs more
  ///   memory than a machine has
  public PooledSandbox add(SandboxBuilder description) {
    Snapshot snapshot = description.startsFrom();
    if (snapshot == null) {
      throw new IllegalArgumentException("a pool takes snapshots");
    }
    var member = new PooledSandbox(this, description);
    if (member.memoryBytes() > settings.memory) {
      throw new IllegalArgumentException(
          "the snapshot's memory limit of %s is more than a machine of the pool has: %s"
              .formatted(
                  MemorySize.ofBytes(member.memoryBytes()), MemorySize.ofBytes(settings.memory)));
    }
    lock.lock();
    try {
      requireOpen();
      members.add(member);
    } finally {
      lock.unlock();
    }
    return member;
  }

  @Nullable InstanceParking parking() {
    return parking;
  }

  /// Guests of it leave at once the machines that are idle, and the others when these are released.
  /// Freeing one takes a while: the machine is taken for it, and the lock is not held.
  void remove(PooledSandbox member) {
    var having = new ArrayList<PoolMachine>();
    lock.lock();
    try {
      members.remove(member);
      for (PoolMachine machine : machines) {
        if (!machine.busy && machine.find(member) != null) {
          machine.busy = true;
          busy++;
          having.add(machine);
        }
      }
    } finally {
      lock.unlock();
    }
    having.forEach(this::release);
  }

  /// Takes a machine for a call, and makes sure that the guest is in it.
  PooledSandbox.Resident take(PooledSandbox what, @Nullable CallTimes times) {
    PoolMachine machine;
    if (times != null) {
      times.ask();
    }
    lock.lock();
    try {
      machine = await(what);
      machine.busy = true;
      machine.tenant = what.tenant();
      busy++;
      taken++;
    } finally {
      lock.unlock();
      if (times != null) {
        times.take(); // also if it was refused, after it had waited
      }
    }
    try {
      return machine.use(what);
    } catch (RuntimeException | Error e) {
      release(machine);
      throw e;
    }
  }

  /// A machine that is idle and may be used, waiting for one if need be.
  private PoolMachine await(PooledSandbox what) {
    requireOpen();
    PoolMachine found = waiting == 0 ? choose(what) : null; // nobody is passed over
    if (found != null) {
      return found;
    }
    if (waiting >= settings.waiting) {
      refusals++;
      throw new PoolException(
          PoolException.Reason.TOO_MANY_WAITING,
          "%d calls wait for a machine of the pool already".formatted(waiting));
    }
    waits++;
    waiting++;
    var event = new PoolWaitEvent();
    event.begin();
    try {
      long left = settings.waitNanos;
      while (true) {
        requireOpen();
        found = choose(what);
        if (found != null) {
          return found;
        }
        request(what);
        if (left <= 0) {
          refusals++;
          throw new PoolException(
              PoolException.Reason.WAITED_TOO_LONG,
              "no machine of the pool became free within %s"
                  .formatted(Duration.ofNanos(settings.waitNanos)));
        }
        left = freed.awaitNanos(left);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new PoolException(
          PoolException.Reason.INTERRUPTED, "interrupted while waiting for a machine of the pool");
    } finally {
      waiting--;
      event.tenant = what.tenant();
      event.commit();
      if (waiting > 0) {
        signalFreed(); // what was signalled to this one may be good for another
      }
    }
  }

  /// An idle machine: best one that has the guest, else one of the tenant, else one that nobody has
  /// used.
  private @Nullable PoolMachine choose(PooledSandbox what) {
    PoolMachine best = null;
    int ofTenant = 0;
    for (int i = 0; i < machines.size(); i++) {
      PoolMachine machine = machines.get(i);
      boolean own = what.tenant().equals(machine.tenant);
      ofTenant += own ? 1 : 0;
      if (machine.busy || machine.machine().cpuLevel() != what.cpuLevel()) {
        continue;
      }
      if (own) {
        if (machine.find(what) != null) {
          return machine;
        }
        best = machine;
      } else if (machine.tenant == null && best == null) {
        best = machine;
      }
    }
    boolean another = best != null && best.tenant == null;
    return another && ofTenant >= settings.perTenant ? null : best;
  }

  /// There is no machine for a call: one more is made, or takes the place of another tenant's.
  private void request(PooledSandbox what) {
    RuntimeException failed = failure;
    if (failed != null) {
      failure = null;
      throw failed;
    }
    int coming = toMake + making;
    if (ofTenant(what.tenant()) >= settings.perTenant || coming >= waiting) {
      return;
    }
    if (machines.size() + coming >= settings.machines) {
      PoolMachine other = longestIdle();
      if (other == null) {
        return;
      }
      unmake(other);
    }
    cpuLevel = what.cpuLevel();
    toMake++;
    wanted.signal();
  }

  private int ofTenant(String tenant) {
    int count = 0;
    for (PoolMachine machine : machines) {
      count += tenant.equals(machine.tenant) ? 1 : 0;
    }
    return count;
  }

  private @Nullable PoolMachine longestIdle() {
    PoolMachine longest = null;
    for (PoolMachine machine : machines) {
      if (!machine.busy && (longest == null || machine.idleSince - longest.idleSince < 0)) {
        longest = machine;
      }
    }
    return longest;
  }

  void release(PoolMachine machine) {
    boolean lost = machine.isLost();
    do {
      machine.evictRemoved();
    } while (!releaseUnlessRemoved(machine, lost));
  }

  /// @return false if a guest in it was removed from the pool just now
  private boolean releaseUnlessRemoved(PoolMachine machine, boolean lost) {
    lock.lock();
    try {
      if (machine.hasRemoved()) {
        return false;
      }
      machine.busy = false;
      busy--;
      if (closed) {
        machines.remove(machine);
        machine.close(); // the thread that unmakes them is no more
      } else if (lost) {
        unmake(machine);
        toMake++;
      } else {
        machine.idleSince = System.nanoTime();
      }
      if (waiting > 0) {
        signalFreed();
      }
      if (busy == 0) {
        settled.signalAll();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Takes a machine out of the pool. Freeing it takes a millisecond, which is no caller's.
  private void unmake(PoolMachine machine) {
    machines.remove(machine);
    toUnmake.add(machine);
    wanted.signal();
  }

  /// Who has waited longest may not be allowed another machine; then it is for one behind.
  private void signalFreed() {
    if (settings.perTenant < settings.machines) {
      freed.signalAll();
    } else {
      freed.signal();
    }
  }

  /// A snapshot was loaded into a machine that did not have it.
  void loaded() {
    loads.increment();
  }

  private void requireOpen() {
    if (draining || closed) {
      throw new PoolException(PoolException.Reason.CLOSED, "the pool takes no calls any more");
    }
  }

  /// The thread that makes machines, and unmakes those that were idle for long.
  private void makeMachines() {
    lock.lock();
    try {
      while (!closed) {
        PoolMachine unneeded = toUnmake.poll();
        if (toMake > 0) {
          toMake--;
          makeOne();
        }
        if (unneeded != null) {
          unmakeOne(unneeded);
        } else if (toMake == 0 && toUnmake.isEmpty()) {
          wanted.awaitNanos(Math.max(1_000_000, settings.idleNanos / 2));
          unmakeIdle();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // by close
    } finally {
      lock.unlock();
    }
  }

  private void unmakeOne(PoolMachine machine) {
    lock.unlock();
    try {
      machine.close();
    } finally {
      lock.lock();
    }
  }

  private void makeOne() {
    int level = cpuLevel;
    SharedMachine machine = null;
    RuntimeException failed = null;
    making++;
    lock.unlock();
    var event = new MachineEvent();
    event.begin();
    try {
      machine = source.create(settings.memory, settings.residents, level);
    } catch (GuestFailure e) {
      failed = SandboxException.of(e, "");
    } catch (RuntimeException | Error e) { // whoever waits shall know; this thread goes on
      failed = new IllegalStateException("a machine of the pool cannot be made: " + e, e);
    } finally {
      event.commit();
      lock.lock();
      making--;
    }
    if (machine == null) {
      failure = failed;
      freed.signalAll();
      return;
    }
    if (closed) {
      machine.close();
      return;
    }
    made++;
    var added = new PoolMachine(machine, settings.memory, settings.residents);
    added.idleSince = System.nanoTime();
    machines.add(added);
    signalFreed();
  }

  private void unmakeIdle() {
    long now = System.nanoTime();
    for (int i = machines.size() - 1; i >= 0 && machines.size() > settings.ahead; i--) {
      PoolMachine machine = machines.get(i);
      if (!machine.busy && now - machine.idleSince > settings.idleNanos) {
        unmake(machine);
      }
    }
  }

  /// What the pool has done.
  ///
  /// @param machines that there are
  /// @param busy of them
  /// @param made since the beginning
  /// @param calls that got a machine
  /// @param waits calls that had to wait for one
  /// @param refusals calls that got none
  /// @param loads of snapshots into machines that did not have them
  /// @param parked how often an instance was put into the file ([Builder#parking])
  /// @param parkingFailures how often one could not be, for want of room or because the disk failed
  /// @param parkedBytes of the file that are in use
  public record PoolStatistics(
      int machines,
      int busy,
      long made,
      long calls,
      long waits,
      long refusals,
      long loads,
      long parked,
      long parkingFailures,
      long parkedBytes) {}

  public PoolStatistics statistics() {
    long parked = parking == null ? 0 : parking.parked();
    long failures = parking == null ? 0 : parking.failures();
    long bytes = parking == null ? 0 : parking.bytesInFile();
    lock.lock();
    try {
      return new PoolStatistics(
          machines.size(),
          busy,
          made,
          taken,
          waits,
          refusals,
          loads.sum(),
          parked,
          failures,
          bytes);
    } finally {
      lock.unlock();
    }
  }

  /// Refuses new calls and waits until those that run have ended.
  ///
  /// @return false if some have not within that time
  /// @throws InterruptedException if the thread is interrupted meanwhile
  public boolean drain(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      draining = true;
      freed.signalAll();
      long left = atMost.toNanos();
      while (busy > 0 && left > 0) {
        left = settled.awaitNanos(left);
      }
      return busy == 0;
    } finally {
      lock.unlock();
    }
  }

  /// Refuses new calls and frees everything; what runs is finished first.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      freed.signalAll();
      wanted.signalAll();
      for (int i = machines.size() - 1; i >= 0; i--) {
        if (!machines.get(i).busy) {
          machines.remove(i).close();
        }
      }
      toUnmake.forEach(PoolMachine::close);
      toUnmake.clear();
    } finally {
      lock.unlock();
    }
    maker.interrupt();
    if (parking != null) {
      parking.close();
    }
  }

  /// How large a pool is, and how patient. Not thread-safe.
  public static final class Builder {
    private int machines = 2 * Runtime.getRuntime().availableProcessors();
    private int ahead = 1;
    private int perTenant = Integer.MAX_VALUE;
    private MemorySize memory = MemorySize.ofMebibytes(1024);
    private int residents = 16;
    private int waiting = 1000;
    private Duration waitTime = Duration.ofSeconds(5);
    private Duration idleTime = Duration.ofMinutes(1);
    private @Nullable ParkingPlace parking;
    private MachineSource source = SharedMachine::create;

    private record ParkingPlace(Path directory, MemorySize most, long idleNanos) {}

    private Builder() {}

    /// Most machines, which is how many calls run at one time. Default: two for each processor.
    public Builder machines(int most) {
      machines = requirePositive(most);
      return this;
    }

    /// Machines that are kept though nobody needs them. Default: 1.
    public Builder ahead(int count) {
      ahead = requirePositive(count);
      return this;
    }

    /// Most machines for one tenant. Default: all.
    public Builder machinesPerTenant(int most) {
      perTenant = requirePositive(most);
      return this;
    }

    /// Memory that the guests which reside in one machine may use together; what is not used costs
    /// some 2.5 KiB for each MiB. Default: 1 GiB.
    public Builder machineMemory(MemorySize size) {
      memory = size;
      return this;
    }

    /// Most guests that reside in one machine. Default: 16.
    public Builder residents(int most) {
      residents = requirePositive(most);
      return this;
    }

    /// Calls that may wait for a machine; 0 lets none wait. Default: 1,000.
    public Builder waiting(int most) {
      if (most < 0) {
        throw new IllegalArgumentException("a number of calls cannot be negative: " + most);
      }
      waiting = most;
      return this;
    }

    /// How long a call waits for a machine. Default: 5 seconds.
    public Builder waitTime(Duration limit) {
      waitTime = limit;
      return this;
    }

    /// After how long a machine that nobody needs is unmade. Default: a minute.
    public Builder idleTime(Duration limit) {
      idleTime = limit;
      return this;
    }

    /// Puts what an [Instance] has changed into a file when nobody has called it for a while; the
    /// next call reads it from there. The file has no name, so that nobody else can open it, and is
    /// gone when the process is, however that ends. What finds no room in it, or none on its disk,
    /// stays in memory. Default: all stay in memory.
    ///
    /// @param directory where the file is to lie, on a disk rather than in memory
    /// @param most bytes of it
    /// @param idle after how long, more than zero
    public Builder parking(Path directory, MemorySize most, Duration idle) {
      if (idle.isNegative() || idle.isZero()) {
        throw new IllegalArgumentException("a time must be more than zero: " + idle);
      }
      parking = new ParkingPlace(directory, most, idle.toNanos());
      return this;
    }

    /// For tests: machines that fail.
    Builder machinesFrom(MachineSource other) {
      source = other;
      return this;
    }

    private @Nullable InstanceParking openParking() {
      if (parking == null) {
        return null;
      }
      try {
        return new InstanceParking(
            Parking.in(parking.directory, parking.most.bytes()), parking.idleNanos);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "no file for idle instances can be made in " + parking.directory, e);
      }
    }

    private static int requirePositive(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("at least one is needed, not " + count);
      }
      return count;
    }

    /// Begins to make machines.
    ///
    /// @throws UncheckedIOException if there can be no file as [#parking] wants it
    public SandboxPool build() {
      return new SandboxPool(
          new Settings(
              machines,
              Math.min(ahead, machines),
              perTenant,
              memory.bytes(),
              residents,
              waiting,
              waitTime.toNanos(),
              idleTime.toNanos()),
          source,
          openParking());
    }
  }
}
