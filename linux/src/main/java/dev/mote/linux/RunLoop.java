package dev.mote.linux;

import dev.mote.machine.Fault;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import dev.mote.machine.VmExit;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Runs the threads of a guest, one at a time, answers their system calls, and pauses where the
/// host wants the guest.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class RunLoop {
  /// With several threads, a snapshot at a wait for input is taken only if nothing happens by
  /// itself for so long.
  private static final long QUIET = 50_000_000;

  /// How long a guest may take to wait for a message, all its threads, before it is paused all the
  /// same.
  private static final long PATIENCE = 1_000_000_000;

  private final LinuxProcess process;
  private final VirtualMachine vm;
  private final Registers registers;
  private final Clock clock;
  private final VdsoClock vdsoClock;
  private final Events events;
  private final Alarms alarms;
  private final Signals signals;
  private final Timers timers;
  private final CpuTime cpuTime;
  private final Statistics statistics;
  private final Scheduler scheduler;
  private final Channel channel;
  private final UserMemory memory;
  private final Faults faults;
  private final StopRequest stopRequest;
  private final InterruptHook interruptHook;
  private final EntryStop entryStop;
  private long began; // this stretch, by System.nanoTime()
  private boolean hasBegun; // and the guest has not been entered since
  private boolean touched; // by a system call or a fault, since it was last forgotten
  private boolean hasAnswered = true; // a system call; another guest may have had the streams
  private boolean pausesWhenReady;
  private boolean pausesWhenReceiving;
  private long pausesAt; // by CLOCK_MONOTONIC at the latest, then
  private boolean isReady; // it has said so, or is at its entry
  private boolean isAtEntry;
  private @Nullable Task acting; // whose turn it is; null before the first one
  private long seenEvents; // of what threads of the host have brought

  /// @param process with all its parts
  RunLoop(
      LinuxProcess process,
      Faults faults,
      StopRequest stopRequest,
      InterruptHook interruptHook,
      EntryStop entryStop) {
    this.process = process;
    vm = process.vm();
    registers = vm.registers();
    clock = process.clock();
    vdsoClock = process.vdsoClock();
    events = process.events();
    alarms = process.alarms();
    signals = process.signals();
    timers = process.timers();
    cpuTime = process.cpuTime();
    statistics = process.statistics();
    scheduler = process.scheduler();
    channel = process.channel();
    memory = process.memory();
    this.faults = faults;
    this.stopRequest = stopRequest;
    this.interruptHook = interruptHook;
    this.entryStop = entryStop;
  }

  /// A stretch begins.
  ///
  /// @param now `System.nanoTime()`
  void begin(long now) {
    isAtEntry = false;
    began = now;
    hasBegun = true;
  }

  /// Whether to pause where the guest waits for its standard input, says that it is ready, or is at
  /// its entry.
  void pauseWhenReady(boolean pauses) {
    pausesWhenReady = pauses;
  }

  /// Whether to pause where the guest waits for a message, or, all its threads waiting or not,
  /// after a second.
  void pauseWhenReceiving(boolean pauses) {
    pausesWhenReceiving = pauses;
    pausesAt = pauses ? clock.monotonicNanos() + PATIENCE : 0;
  }

  /// Whether the guest stands at its entry, of which it has not run anything in this stretch.
  boolean isAtEntry() {
    return isAtEntry;
  }

  /// The guest says that it is ready.
  ///
  /// @return the result of its call
  long ready(Task task) {
    isReady = pausesWhenReady;
    return isReady ? task.block() : 0;
  }

  /// The thread whose turn it is.
  Task task() {
    Task known = acting;
    return known == null || known.state == Task.State.ENDED ? scheduler.current() : known;
  }

  /// The threads are others.
  void forgetTask() {
    acting = null;
  }

  /// Whether anything was changed but memory and the processor.
  boolean hasTouched() {
    return touched;
  }

  /// Something was changed, or what was is put back.
  void touched(boolean is) {
    touched = is;
  }

  /// Runs the guest until it has ended, has sent a message, or is where a snapshot is to be taken.
  ///
  /// @return false if it has ended
  boolean run(SystemCalls calls) {
    while (true) {
      // Each time: a system call that reads a file of the host takes the thread's only hook away.
      interruptHook.enter();
      GuestEnding.StopReason reason = stopRequest.reason();
      if (reason != null) {
        process.end(new GuestEnding.Stopped(reason));
      }
      if (process.hasEnded()) {
        return false;
      }
      retargetSignals();
      waitAtPort();
      lookOutside(calls);
      if (pausesWhenReceiving && isToPause()) {
        return true;
      }
      Task task = scheduler.next();
      if (task == null) {
        if (pausesWhenReady && isAtInput(calls)) {
          return true;
        }
        if (pausesWhenReceiving && channel.isWanted() && isQuiet()) {
          return true;
        }
        idle();
        continue;
      }
      acting = task;
      if (task.isBlocked()) {
        touched = true;
        answer(calls, task, task.blockedCall());
        if (task.isBlocked()) {
          continue;
        }
      }
      touched |= task != scheduler.current();
      scheduler.run(task);
      signals.deliver(task);
      if (process.hasEnded()) {
        return false;
      }
      vdsoClock.refresh(hasBegun ? began : System.nanoTime());
      hasBegun = false;
      scheduler.arm();
      step(calls, task);
      if (channel.hasSent() || isReady) {
        isReady = false;
        return true;
      }
    }
  }

  /// The thread that was to take a signal of the process may hold it back now, or have ended:
  /// another one takes it then, also if it waits.
  private void retargetSignals() {
    if (signals.pending().set() != 0) {
      for (Task task : scheduler.tasks()) {
        if (task != channel.receiver() && task.hasDeliverableSignal()) {
          task.wake(0);
        }
      }
    }
  }

  /// Who waits for a message at the port does not run.
  private void waitAtPort() {
    Task receiver = channel.receiver();
    if (receiver != null && receiver.state != Task.State.BLOCKED) {
      scheduler.park(receiver);
    }
  }

  /// Threads of the host may have brought something.
  private void lookOutside(SystemCalls calls) {
    long now = events.seen();
    if (now != seenEvents) {
      seenEvents = now;
      calls.wakeWaiters();
    }
    events.kicks(scheduler.count() > 1);
  }

  /// Whether the guest waits for its input, and nothing happens before that comes.
  private boolean isAtInput(SystemCalls calls) {
    return calls.inputIsWanted() && isQuiet();
  }

  /// Of a guest whose threads all wait: whether nothing happens by itself soon.
  private boolean isQuiet() {
    return scheduler.count() == 1 || nextDeadline() - clock.monotonicNanos() >= QUIET;
  }

  private boolean isToPause() {
    return (scheduler.count() == 1 && channel.isWanted()) || clock.monotonicNanos() >= pausesAt;
  }

  private long nextDeadline() {
    return Math.min(Math.min(scheduler.nextDeadline(), alarms.next()), timers.nextDeadline());
  }

  private void step(SystemCalls calls, Task task) {
    VmExit exit = vm.run();
    statistics.exit();
    touched |= exit != VmExit.GUEST_CALL;
    if (exit != VmExit.INTERRUPTED) {
      scheduler.progressed();
    }
    switch (exit) {
      case SYSTEM_CALL -> systemCall(calls, task);
      case GUEST_CALL -> guestCall(task);
      case FAULT -> fault(task);
      case INTERRUPTED -> {
        timers.expire();
        scheduler.interrupted();
      }
    }
  }

  private void fault(Task task) {
    Fault fault = vm.fault();
    if (entryStop.isHit(fault)) {
      isAtEntry = true;
      isReady = true;
    } else {
      faults.handle(task, fault);
    }
  }

  /// As natively, if there is nobody to speak with: that port is not the program's.
  private void guestCall(Task task) {
    if (channel.isOpen()) {
      channel.exchange(task, memory);
    } else {
      signals.fault(task, SignalInfo.ofKernel(SignalInfo.SIGSEGV));
    }
  }

  private void systemCall(SystemCalls calls, Task task) {
    int number = (int) registers.rax();
    statistics.systemCall(number);
    task.begin();
    if (process.trace() != null) {
      var r = registers;
      var arguments = new SystemCallArguments(r.rdi(), r.rsi(), r.rdx(), r.r10(), r.r8(), r.r9());
      task.traced = Trace.of(memory).entering(number, arguments);
    }
    answer(calls, task, number);
  }

  /// Whether a system call was answered since this was asked last.
  boolean takeSystemCalls() {
    boolean were = hasAnswered;
    hasAnswered = false;
    return were;
  }

  /// Answers the system call that a thread has made, or lets it wait.
  void answer(SystemCalls calls, Task task, int number) {
    hasAnswered = true;
    task.unwatch();
    long result = calls.call(task, number);
    if (task.state == Task.State.ENDED || process.hasEnded()) {
      trace(task, Trace.Call::unfinished);
      return;
    }
    // What rt_sigreturn gives is the program's own rax, any number.
    if (result != Task.BLOCKED || number == SystemCalls.RT_SIGRETURN) {
      task.registers().rax(result);
      task.restoreMask();
      task.unblock();
      trace(task, traced -> traced.returned(result));
    } else if (task.hasDeliverableSignal() && !isReady) {
      task.unwatch();
      signals.interruptCall(task, number);
      trace(task, Trace.Call::unfinished);
    } else {
      task.blockIn(number);
    }
  }

  private void trace(Task task, Function<Trace.Call, String> line) {
    Trace.Call traced = task.traced;
    Consumer<String> receiver = process.trace();
    if (traced != null && receiver != null) {
      task.traced = null;
      String text = line.apply(traced);
      receiver.accept(
          scheduler.lastTid() == process.processId() ? text : "[" + task.tid + "] " + text);
    }
  }

  /// Waits until something happens that a thread may wait for.
  private void idle() {
    if (scheduler.isDeadlocked() && nextDeadline() == Task.NO_DEADLINE) {
      process.end(new GuestEnding.Deadlocked(waits()));
      return;
    }
    long now = clock.monotonicNanos();
    long until = pausesWhenReceiving ? Math.min(nextDeadline(), pausesAt) : nextDeadline();
    try {
      events.await(
          seenEvents, until == Task.NO_DEADLINE ? Long.MAX_VALUE : Math.max(0, until - now));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the caller shall see it too
      process.stop(GuestEnding.StopReason.INTERRUPTED);
    }
    cpuTime.waited(clock.monotonicNanos() - now);
    timers.expire();
  }

  /// What each thread waits for, if all wait.
  List<ThreadWait> waits() {
    long now = clock.monotonicNanos();
    return scheduler.tasks().stream()
        .map(task ->
            new ThreadWait(
                task.tid,
                task.name,
                task.isBlocked() ? SystemCallTable.name(task.blockedCall()) : "a message",
                task.sleepsUntil == Task.NO_DEADLINE
                    ? Task.NO_DEADLINE
                    : Math.max(0, task.sleepsUntil - now)))
        .toList();
  }
}
