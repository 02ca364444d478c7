package dev.mote.linux;

import dev.mote.machine.ProcessorContext;
import dev.mote.machine.Registers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thread of a guest program: what Linux keeps for it, and its registers while another one has
/// the vCPU.
///
/// **Waiting.** A system call that cannot finish yet returns [#BLOCKED] by way of [#block()]; it is
/// made again from its beginning, with the same arguments, when something wakes the thread: one of
/// the queues that it watches, a signal, or its deadline. A call with a time-out asks [#deadline]
/// for it, which is computed once and remembered over the attempts.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Task implements WaitQueue.Waiter {
  /// What a system call returns when it must wait.
  static final long BLOCKED = Long.MIN_VALUE;

  static final long NO_DEADLINE = Long.MAX_VALUE;

  static final int SS_ONSTACK = 1;
  static final int SS_DISABLE = 2;
  static final int SS_AUTODISARM = 1 << 31;

  /// No system call.
  static final int NONE = -1;

  /// What a thread is doing. The [Scheduler] alone changes it.
  enum State {
    /// It has the vCPU.
    RUNNING,
    /// It could go on, or its call be made again.
    READY,
    BLOCKED,
    ENDED
  }

  /// Its number, which changes only when it becomes the first thread of another program.
  int tid;

  private final LinuxProcess process;
  private final Scheduler scheduler;

  State state = State.RUNNING;

  /// When [Scheduler] wakes it; of a thread that is blocked.
  long sleepsUntil = NO_DEADLINE;

  /// Its sleep is over, and it goes before others that are ready.
  boolean jumpedQueue;

  /// CPU time of all its turns that are over.
  long cpuNanos;

  /// What it had in the processor, while another thread is there.
  private @Nullable ProcessorContext context;

  /// The number of the system call that waits and is to be made again; [#NONE] if there is none.
  private int blockedCall = NONE;

  /// Its wait at a word of memory.
  Futexes.@Nullable Wait futex;

  /// The line about its system call, while that waits.
  Trace.@Nullable Call traced;

  /// Signals that are held back; bit n-1 is signal n.
  long blockedSignals;

  /// Set while rt_sigsuspend, ppoll and pselect wait under a mask of their own: the mask to return
  /// to.
  private @Nullable Long savedMask;

  /// Sent to this thread; delivered before those sent to the process.
  private final PendingSignals own = new PendingSignals();

  long alternateStack;
  long alternateStackSize;
  int alternateStackFlags = SS_DISABLE;

  long clearChildTid;
  long robustList;
  String name;

  /// Its niceness, -20 to 19, and its policy, with the flag for new threads: [SchedulingCalls].
  int nice;

  int policy;

  /// What `prctl(PR_SET_KEEPCAPS)` said last: data, for its rights never change.
  boolean keepsCapabilities;

  private final List<WaitQueue> watched = new ArrayList<>();
  private final Pins pins = new Pins();
  private long waitDeadline = NO_DEADLINE;
  private boolean hasDeadline;
  private long blockedUntil = NO_DEADLINE;
  private long remainingAt;

  Task(LinuxProcess process, Scheduler scheduler, int tid, String name) {
    this.process = process;
    this.scheduler = scheduler;
    this.tid = tid;
    this.name = name;
  }

  /// Its registers, wherever they are.
  Registers registers() {
    return scheduler.isCurrent(this) ? process.vm().registers() : context();
  }

  /// The place for what it has in the processor.
  ProcessorContext context() {
    ProcessorContext known = context;
    if (known == null) {
      known = scheduler.newContext();
      context = known;
    }
    return known;
  }

  boolean isBlocked() {
    return blockedCall != NONE;
  }

  int blockedCall() {
    return blockedCall;
  }

  /// A system call waits, and is made again when the thread is woken.
  void blockIn(int number) {
    pins.hold();
    blockedCall = number;
    scheduler.block(this, blockedUntil);
  }

  /// A call is over, or is given up, however it ended: nothing of it waits any more.
  void unblock() {
    blockedCall = NONE;
    unwatch();
    drop();
    process.futexes().remove(this);
  }

  /// Whether nothing but another thread can wake it.
  boolean waitsForThread() {
    return futex != null && sleepsUntil == NO_DEADLINE;
  }

  LinuxProcess process() {
    return process;
  }

  UserMemory memory() {
    return process.memory();
  }

  Clock clock() {
    return process.clock();
  }

  GuestState.TaskState save() {
    Futexes.Wait wait = futex;
    boolean current = scheduler.isCurrent(this);
    return new GuestState.TaskState(
        tid,
        name,
        current ? null : GuestState.ProcessorState.of(context().state()),
        blockedCall,
        wait == null ? null : wait.save(),
        scheduler.cpuNanos(this),
        blockedSignals,
        savedMask,
        own.save(),
        alternateStack,
        alternateStackSize,
        alternateStackFlags,
        clearChildTid,
        robustList,
        nice,
        policy,
        keepsCapabilities,
        hasDeadline ? waitDeadline : null,
        remainingAt,
        progress);
  }

  /// The processor's own part is loaded elsewhere if the thread has it.
  void load(GuestState.TaskState saved) {
    forget();
    var processor = saved.processor();
    if (processor != null) {
      context().load(processor.cpu(process.vm().vcpu().xcr0()));
    }
    blockedCall = saved.blockedCall();
    cpuNanos = saved.cpuNanos();
    name = saved.name();
    blockedSignals = saved.blockedSignals() & ~Signals.UNBLOCKABLE;
    savedMask = saved.savedMask();
    own.load(saved.pending());
    alternateStack = saved.alternateStack();
    alternateStackSize = saved.alternateStackSize();
    alternateStackFlags = saved.alternateStackFlags();
    clearChildTid = saved.clearChildTid();
    robustList = saved.robustList();
    nice = saved.nice();
    policy = saved.policy();
    keepsCapabilities = saved.keepsCapabilities();
    Long deadline = saved.waitDeadline();
    hasDeadline = deadline != null;
    waitDeadline = deadline == null ? NO_DEADLINE : deadline;
    blockedUntil = NO_DEADLINE;
    remainingAt = saved.remainingAt();
    progress = saved.progress();
  }

  /// It does not wait any more, and knows nothing of a call.
  void forget() {
    unblock();
    traced = null;
    jumpedQueue = false;
    sleepsUntil = NO_DEADLINE;
  }

  /// It begins where another one is, with what that passes on.
  void inherit(Task parent) {
    blockedSignals = parent.maskToSave();
    keepsCapabilities = parent.keepsCapabilities;
    SchedulingCalls.inherit(this, parent);
  }

  /// Waits for a signal, or for what is watched ([#watch]).
  long block() {
    return block(NO_DEADLINE);
  }

  /// The same, at most until a time.
  ///
  /// @param deadline CLOCK_MONOTONIC in nanoseconds, or [#NO_DEADLINE]
  long block(long deadline) {
    blockedUntil = deadline;
    return BLOCKED;
  }

  /// Waits for one thing to change.
  ///
  /// @param queue of that thing; null if it never does
  long block(@Nullable WaitQueue queue) {
    watch(queue);
    return block(NO_DEADLINE);
  }

  long block(@Nullable WaitQueue queue, long deadline) {
    watch(queue);
    return block(deadline);
  }

  /// When that queue is woken, a call that is blocked is made again.
  void watch(@Nullable WaitQueue queue) {
    if (queue != null) {
      queue.add(this);
      watched.add(queue);
    }
  }

  /// Leaves the queues; before a blocked call is made again or given up.
  void unwatch() {
    watched.forEach(queue -> queue.remove(this));
    watched.clear();
  }

  @Override
  public void wake(int events) {
    scheduler.wake(this);
  }

  /// The end of a relative time-out: at the first attempt of a call now + relative, later what it
  /// was then.
  long deadline(long relativeNanos) {
    if (!hasDeadline) {
      hasDeadline = true;
      long end = clock().monotonicNanos() + Math.max(0, relativeNanos);
      waitDeadline = end < 0 ? NO_DEADLINE : end;
    }
    return waitDeadline;
  }

  /// Whether an earlier attempt of the call has found out when it ends: then its time-out is not
  /// read again, for the program's memory may have changed.
  boolean hasDeadline() {
    return hasDeadline;
  }

  /// Whether the remembered deadline has passed.
  boolean expired() {
    return hasDeadline && clock().monotonicNanos() >= waitDeadline;
  }

  /// Until when the call that has just returned [#BLOCKED] waits.
  long blockedUntil() {
    return blockedUntil;
  }

  /// Where a signal that ends this sleep leaves the time that remains; 0 for nowhere.
  void reportRemaining(long timespec) {
    remainingAt = timespec;
  }

  /// A signal ends the call: nothing of it waits any more.
  ///
  /// @throws ErrnoException EFAULT if the remaining time of a sleep cannot be written
  void callInterrupted() {
    if (remainingAt != 0 && hasDeadline) {
      long left = Math.max(0, waitDeadline - clock().monotonicNanos());
      memory().setLong(remainingAt, left / Clock.SECOND);
      memory().setLong(remainingAt + 8, left % Clock.SECOND);
    }
  }

  /// Whether the guest is to stop. A call that moves many bytes ends early then, with what it has
  /// moved: nobody will see its result.
  boolean isStopped() {
    return process.isStopped();
  }

  /// A new system call begins: what the last one remembered is forgotten.
  void begin() {
    hasDeadline = false;
    waitDeadline = NO_DEADLINE;
    blockedUntil = NO_DEADLINE;
    remainingAt = 0;
    progress = 0;
    unwatch();
    drop();
  }

  /// Another program takes the place of the one that ran: what lay in that one's memory is gone.
  /// The mask and what is pending stay.
  void exec(String newName) {
    name = newName;
    alternateStack = 0;
    alternateStackSize = 0;
    alternateStackFlags = SS_DISABLE;
    clearChildTid = 0;
    robustList = 0;
    keepsCapabilities = false;
  }

  /// The open files that its call works with.
  Pins pins() {
    return pins;
  }

  /// A call that was blocked is given up: what it kept is closed.
  void drop() {
    pins.clear();
    if (kept != null) {
      AutoCloseable resource = kept;
      kept = null;
      try {
        resource.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e); // what calls keep throws nothing that is checked
      }
    }
  }

  /// Bytes that earlier attempts of a call have moved already. If a signal ends the call and it is
  /// above zero, it is the result.
  long progress;

  /// What a blocked call keeps between its attempts; the call sets it back to null when it returns.
  @Nullable AutoCloseable kept;

  /// Waits under another mask, which ends with the call.
  void temporaryMask(long mask) {
    if (savedMask == null) {
      savedMask = blockedSignals;
      blockedSignals = mask & ~Signals.UNBLOCKABLE;
    }
  }

  boolean hasTemporaryMask() {
    return savedMask != null;
  }

  /// The mask that a handler's frame saves, which is the one before the wait.
  long maskToSave() {
    return savedMask == null ? blockedSignals : savedMask;
  }

  /// Ends the mask of a wait.
  void restoreMask() {
    if (savedMask != null) {
      blockedSignals = savedMask;
      savedMask = null;
    }
  }

  /// Keeps the wait's mask from coming back: a handler's frame has taken it over.
  void forgetSavedMask() {
    savedMask = null;
  }

  /// Sends this thread a signal of the kernel's (SIGPIPE, …).
  void raise(int signal) {
    send(SignalInfo.ofKernel(signal));
  }

  /// Makes a signal pending for this thread, unless it is ignored.
  ///
  /// @return false if there are too many signals of its kind
  boolean send(SignalInfo info) {
    Signals signals = process.signals();
    if (!holds(info.signal()) && signals.actions().isIgnored(info.signal())) {
      return true;
    }
    if (!own.add(info)) {
      return false;
    }
    signals.sent(this);
    return true;
  }

  /// Whether a signal is held back.
  boolean holds(int signal) {
    return (blockedSignals & 1L << (signal - 1)) != 0;
  }

  /// Whether the signal of a timer was sent to it alone and is pending.
  boolean hasOfTimer(int signal, int timer) {
    return own.hasOfTimer(signal, timer);
  }

  /// Those that were sent to it alone.
  long ownPendingSignals() {
    return own.set();
  }

  long pendingSignals() {
    return own.set() | process.signals().pending().set();
  }

  /// Signals that it takes before it goes on: those sent to it, and those sent to the process that
  /// no thread before it takes.
  long deliverable() {
    long ofProcess = process.signals().pending().set() & ~blockedSignals;
    long mine = ofProcess == 0 ? 0 : process.signals().leftFor(this, ofProcess);
    return (own.set() & ~blockedSignals) | mine;
  }

  boolean hasDeliverableSignal() {
    return deliverable() != 0;
  }

  /// Takes the pending signal that is delivered next among those of a set.
  @Nullable SignalInfo takeSignal(long set) {
    SignalInfo next = own.take(set);
    if (next == null) {
      next = process.signals().pending().take(set);
    }
    return next != null && next.code() == SignalInfo.SI_TIMER
        ? process.posixTimers().delivered(next)
        : next;
  }

  /// Forgets a signal that has become ignored.
  void discardPending(int signal) {
    own.discard(signal);
  }

  boolean isOnAlternateStack(long rsp) {
    return (alternateStackFlags & SS_DISABLE) == 0
        && rsp - alternateStack > 0
        && rsp - alternateStack <= alternateStackSize;
  }
}
