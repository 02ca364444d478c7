package dev.mote.linux;

import dev.mote.machine.MachineException;
import dev.mote.machine.ProcessorContext;
import dev.mote.machine.VirtualMachine;
import dev.mote.machine.Watchdog;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The threads of a guest, and which of them has the one vCPU.
///
/// A thread keeps the vCPU until it waits, yields, or its time slice ends while others are ready;
/// these take turns. A thread whose sleep is over goes first, as the shortest sleepers want it, but
/// those who do so have no more of the vCPU than the others, and not two turns before the others
/// have come to anything: who looks every few microseconds whether another thread goes on must not
/// be what holds it up, also where the host takes longer than such a sleep to go from one thread to
/// the next. The end of a slice, of a sleep and the time of an alarm reach a guest that computes by
/// a kick of the watchdog.
///
/// What a thread has in the processor changes hands only when another one enters the guest, so a
/// blocked call is made again without that.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Scheduler implements AutoCloseable {
  /// As Linux's `sched_min_granularity`, about.
  static final long SLICE = 4_000_000;

  /// While one thread computes, the sleep of another one ends at most this much late: a watchdog
  /// that is woken for every sleep of 20 µs would cost more than it gives.
  private static final long SHORTEST_ALARM = 300_000;

  /// A sleep ends so much later while others are ready (Linux's timer slack): a thread that waits
  /// for something by sleeping a microsecond again and again lets the others bring it about.
  private static final long SLACK = 50_000;

  private static final long OFF = Long.MAX_VALUE;
  private static final int FIRST_TID = 2;

  private static final Comparator<Task> BY_DEADLINE =
      (a, b) ->
          a.sleepsUntil != b.sleepsUntil
              ? Long.compare(a.sleepsUntil, b.sleepsUntil)
              : Integer.compare(a.tid, b.tid);

  private final LinuxProcess process;
  private final VirtualMachine vm;
  private final Watchdog.Watch watch;
  private final LinkedHashMap<Integer, Task> tasks = new LinkedHashMap<>();
  private final ArrayDeque<Task> ready = new ArrayDeque<>(); // those that do not have the vCPU
  private final TreeSet<Task> sleeping = new TreeSet<>(BY_DEADLINE);
  private Task current; // whose registers the vCPU holds, if it has not ended
  private int lastTid = FIRST_TID;
  private boolean preempts; // the current one is to let others run
  private long sliceEnd = OFF;
  private long armedFor = OFF; // when the watchdog kicks
  private boolean jumping; // the current one has gone before others
  private boolean owed; // one has, and none of the others has come to anything since
  private long ahead; // how much longer than the others such threads had the vCPU
  private long lastRing;
  private long cpuAtSwitch; // the guest's time when the current one got the vCPU
  private long switches;

  /// @param name of the first thread
  Scheduler(LinuxProcess process, VirtualMachine vm, String name) {
    this.process = process;
    this.vm = vm;
    watch =
        Watchdog.watch(_ -> {
          process.interrupt();
          return Watchdog.NONE;
        });
    current = new Task(process, this, FIRST_TID, name);
    tasks.put(FIRST_TID, current);
  }

  /// The thread that has the vCPU, or had it last.
  Task current() {
    return current;
  }

  boolean isCurrent(Task task) {
    return task == current;
  }

  /// The first thread of the process; null if it has ended before others.
  @Nullable Task leader() {
    return tasks.get(FIRST_TID);
  }

  /// Those that have not ended, in the order in which they began.
  Collection<Task> tasks() {
    return tasks.values();
  }

  int count() {
    return tasks.size();
  }

  /// A thread that has not ended.
  @Nullable Task find(int tid) {
    return tasks.get(tid);
  }

  int lastTid() {
    return lastTid;
  }

  long switches() {
    return switches;
  }

  /// Makes a thread that begins where the current one is; the caller says what is different.
  Task fork() {
    lastTid++;
    Task task = new Task(process, this, lastTid, current.name);
    vm.vcpu().saveContext(task.context());
    tasks.put(task.tid, task);
    task.state = Task.State.READY;
    enqueue(task);
    return task;
  }

  /// A thread has ended.
  void remove(Task task) {
    task.state = Task.State.ENDED;
    tasks.remove(task.tid);
    ready.remove(task);
    stopSleeping(task);
    accountCurrent();
  }

  /// The process becomes another program, whose first thread is this one, which has the vCPU: all
  /// others end.
  void keepOnly(Task task) {
    for (Task other : tasks.values()) {
      if (other != task) {
        other.forget();
        other.state = Task.State.ENDED;
      }
    }
    tasks.clear();
    ready.clear();
    sleeping.clear();
    task.tid = FIRST_TID;
    tasks.put(FIRST_TID, task);
  }

  /// The thread whose turn it is: it enters the guest, or its blocked call is made again.
  ///
  /// @return null if none can run before something happens
  @Nullable Task next() {
    if (!sleeping.isEmpty() || process.alarms().next() != OFF) {
      ring();
    }
    if (current.state == Task.State.RUNNING) {
      if (!preempts || ready.isEmpty()) {
        return current;
      }
      current.state = Task.State.READY;
      ready.add(current);
    }
    return ready.poll();
  }

  private void ring() {
    long now = process.clock().monotonicNanos();
    process.alarms().ring(now);
    boolean alone = ready.isEmpty() && current.state != Task.State.RUNNING;
    account(alone, now);
    long due = alone ? now : now - SLACK;
    while (!sleeping.isEmpty() && sleeping.first().sleepsUntil <= due) {
      Task task = sleeping.first();
      stopSleeping(task);
      task.state = Task.State.READY;
      if (ahead < SLICE && !owed) {
        preempts = true;
        task.jumpedQueue = true;
        ready.addFirst(task);
      } else {
        enqueue(task);
      }
    }
  }

  /// @param alone whether nobody else could have had the vCPU
  private void account(boolean alone, long now) {
    long passed = Math.max(0, now - lastRing); // the clock goes back in a restore
    lastRing = now;
    if (alone) {
      ahead = 0;
    } else if (jumping) {
      ahead = Math.min(2 * SLICE, ahead + passed);
    } else {
      ahead = Math.max(0, ahead - passed);
    }
  }

  /// Gives a thread that is ready the vCPU.
  ///
  /// @throws MachineException if the processor refuses what the thread had
  void run(Task task) {
    if (task != current) {
      accountCurrent();
      if (current.state != Task.State.ENDED) {
        vm.vcpu().saveContext(current.context());
      }
      vm.vcpu().loadContext(task.context());
      current = task;
      switches++;
      sliceEnd = OFF;
    }
    if (task.state != Task.State.RUNNING) {
      jumping = task.jumpedQueue;
      owed |= jumping;
      task.jumpedQueue = false;
    }
    task.state = Task.State.RUNNING;
    preempts = false;
  }

  private void accountCurrent() {
    long cpu = process.cpuNanos();
    current.cpuNanos += Math.max(0, cpu - cpuAtSwitch);
    cpuAtSwitch = cpu;
  }

  /// CPU time of one thread.
  long cpuNanos(Task task) {
    return task == current
        ? task.cpuNanos + Math.max(0, process.cpuNanos() - cpuAtSwitch)
        : task.cpuNanos;
  }

  /// Before the guest is entered: it shall come back when it is somebody else's turn.
  void arm() {
    if (tasks.size() == 1 && process.alarms().next() == OFF) {
      return;
    }
    long wanted = process.alarms().next();
    if (!sleeping.isEmpty()) {
      wanted = Math.min(wanted, sleeping.first().sleepsUntil);
    }
    if (wanted == OFF && ready.isEmpty()) {
      return;
    }
    long now = process.clock().monotonicNanos();
    if (!ready.isEmpty()) {
      sliceEnd = sliceEnd == OFF ? now + SLICE : sliceEnd;
      wanted = Math.min(wanted, sliceEnd);
    }
    wanted = Math.max(wanted, now + SHORTEST_ALARM);
    if (wanted < armedFor) {
      armedFor = wanted;
      watch.arm(System.nanoTime(), wanted - now);
    }
  }

  /// The current thread has made a call, or whatever else it came out of the guest for.
  void progressed() {
    owed &= jumping;
  }

  /// The guest was interrupted, perhaps because of the end of a slice.
  void interrupted() {
    armedFor = OFF;
    if (owed && process.cpuNanos() - cpuAtSwitch >= SHORTEST_ALARM) {
      progressed();
    }
    if (!ready.isEmpty() && process.clock().monotonicNanos() >= sliceEnd) {
      preempts = true;
    }
  }

  /// The current thread lets others go first.
  void pass() {
    preempts = true;
  }

  /// A thread waits from now on; somebody wakes it, or the time does.
  void block(Task task, long deadline) {
    task.state = Task.State.BLOCKED;
    task.sleepsUntil = deadline;
    if (deadline != OFF) {
      sleeping.add(task);
    }
  }

  /// A thread waits whatever it was doing, until somebody wakes it.
  void park(Task task) {
    stopSleeping(task);
    ready.remove(task);
    block(task, OFF);
  }

  private void stopSleeping(Task task) {
    if (task.sleepsUntil != OFF) {
      sleeping.remove(task);
      task.sleepsUntil = OFF;
    }
  }

  /// Something may have come that a blocked thread waits for; one that does not wait goes on.
  void wake(Task task) {
    if (task.state == Task.State.BLOCKED) {
      stopSleeping(task);
      task.state = Task.State.READY;
      enqueue(task);
    }
  }

  private void enqueue(Task task) {
    if (ready.isEmpty()) {
      sliceEnd = OFF; // nobody has waited for its end so far
    }
    ready.add(task);
  }

  /// When the first sleep ends; [Long#MAX_VALUE] if nobody sleeps.
  long nextDeadline() {
    return sleeping.isEmpty() ? OFF : sleeping.first().sleepsUntil;
  }

  /// Whether every thread waits.
  boolean allWait() {
    return ready.isEmpty() && current.state != Task.State.RUNNING;
  }

  /// Whether every thread waits for another one, for good.
  boolean isDeadlocked() {
    return allWait() && tasks.values().stream().allMatch(Task::waitsForThread);
  }

  /// The threads are those of a snapshot.
  ///
  /// @throws IllegalArgumentException if none of them has the vCPU, or there are two with one
  ///   number
  void load(GuestState state) {
    ready.clear();
    sleeping.clear();
    sliceEnd = OFF;
    preempts = false;
    var before = new LinkedHashMap<>(tasks);
    tasks.clear();
    Task owner = null;
    for (var saved : state.tasks()) {
      Task known = before.remove(saved.tid());
      Task task = known != null ? known : new Task(process, this, saved.tid(), saved.name());
      if (tasks.put(saved.tid(), task) != null) {
        throw new IllegalArgumentException("two threads of number " + saved.tid());
      }
      task.load(saved);
      if (saved.processor() == null) {
        owner = task;
      }
    }
    for (Task gone : before.values()) {
      gone.forget();
      gone.state = Task.State.ENDED;
    }
    if (owner == null) {
      throw new IllegalArgumentException("no thread has the processor");
    }
    lastTid = state.lastTid();
    current = owner;
    cpuAtSwitch = process.cpuNanos();
    // Each looks for itself whether what it waited for has come, those that ran before the others.
    tasks
        .values()
        .forEach(task -> {
          if (task != current || task.isBlocked()) {
            task.state = Task.State.READY;
            ready.add(task);
          } else {
            task.state = Task.State.RUNNING;
          }
        });
  }

  /// A place for what a thread has in the processor.
  ProcessorContext newContext() {
    return vm.vcpu().newContext();
  }

  /// The guest rests and is to be saved. A thread that has ended cannot have the vCPU then: another
  /// one gets it.
  void settle() {
    if (current.state == Task.State.ENDED) {
      accountCurrent();
      Task heir = tasks.values().iterator().next();
      vm.vcpu().loadContext(heir.context());
      current = heir;
    }
  }

  /// Gives up what blocked calls keep.
  void drop() {
    tasks.values().forEach(Task::drop);
  }

  @Override
  public void close() {
    watch.close();
  }
}
