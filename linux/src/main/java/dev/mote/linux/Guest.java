package dev.mote.linux;

import dev.mote.machine.Frames;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.MachineException;
import dev.mote.machine.PageTables;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import dev.mote.machine.VmExit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A Linux process in a virtual machine: its memory, its thread, and the loop that runs it and
/// answers its system calls.
///
/// It runs in stretches, each on one thread of the host: [#enter], then [#resume] until it has
/// ended or has said what the host wants to know, then [#leave]. [#run] is one stretch to the end.
/// [#stop] and [#close] may be called by any thread.
public final class Guest implements SpeakingGuest, AutoCloseable {
  private static final int PROCESS_ID = 2;

  /// No system call.
  private static final int NONE = -1;

  private final VirtualMachine vm;
  private final @Nullable SharedMachine shared; // null: the machine is its own
  private final SharedMachine.Place place;
  private final Registers registers;
  private final AddressSpace space;
  private final UserMemory memory;
  private final Clock clock = new Clock();
  private final VdsoClock vdsoClock;
  private final Events events = new Events();
  private final Alarms alarms = new Alarms();
  private final Signals signals;
  private final Timers timers;
  private final CpuTime cpuTime = new CpuTime();
  private final Statistics statistics = new Statistics();
  private final Task task;
  private final GuestSetup setup;
  private final Faults faults;
  private final FaultReport faultReport;
  private final long memoryLimit;
  private final Channel channel;
  private final Message outgoing = new Message();
  private final StopRequest stopRequest = new StopRequest();
  private final InterruptHook interruptHook = new InterruptHook(this);
  private final Deadlines deadlines;

  private final ReentrantLock running = new ReentrantLock();
  private boolean closed; // this and the rest are guarded by running
  private long breakStart;
  private long loadBias;
  private @Nullable SystemCalls calls; // from start to the end
  private @Nullable GuestEnding ending;
  private @Nullable StandardStreams streams; // from start on
  private @Nullable Home home; // what it can be put back to
  private int blockedCall = NONE; // a system call of a snapshot, which is to be made again
  private boolean touched; // by a system call or a fault since it was at home
  private boolean away; // it was put to a difference
  private @Nullable GuestImage unsettled; // what it is to be loaded from when it is started
  private boolean pausesWhenReady;

  /// Makes a guest and loads its program.
  ///
  /// @throws GuestFailure if this host cannot run guests, or the program does not fit
  public static Guest create(GuestSetup setup) {
    VirtualMachine vm = createMachine(setup);
    try {
      var guest = new Guest(vm, null, setup);
      guest.loadProgram();
      return guest;
    } catch (ElfException e) {
      vm.close();
      throw GuestFailure.ofProgram(e);
    } catch (RuntimeException | Error e) {
      vm.close();
      throw e;
    }
  }

  /// Makes a guest out of a snapshot, in a virtual machine of its own. It is loaded when it is
  /// started.
  ///
  /// @throws GuestFailure if this host cannot run guests
  public static Guest of(GuestImage image) {
    VirtualMachine vm = createMachine(image.setup());
    try {
      var guest = new Guest(vm, null, image.setup());
      guest.unsettled = image;
      return guest;
    } catch (RuntimeException | Error e) {
      vm.close();
      throw e;
    }
  }

  /// The same in a machine that several guests share.
  public static Guest of(GuestImage image, SharedMachine machine) {
    var guest = new Guest(machine.vm(), machine, image.setup());
    guest.unsettled = image;
    return guest;
  }

  private static VirtualMachine createMachine(GuestSetup setup) {
    return SharedMachine.machine(setup.limits().memoryBytes(), 1, setup.cpuLevel());
  }

  private Guest(VirtualMachine vm, @Nullable SharedMachine shared, GuestSetup setup) {
    this.vm = vm;
    this.shared = shared;
    this.setup = setup;
    long limit = setup.limits().memoryBytes();
    place =
        shared == null
            ? new SharedMachine.Place(vm.frames(), new PageTables(vm.memory(), vm.frames()))
            : shared.take(limit);
    memoryLimit = setup.limits().memoryBytes();
    channel = new Channel(setup.limits().messageBytes());
    registers = vm.registers();
    space = new AddressSpace(vm.memory(), place.frames(), place.tables());
    memory = new UserMemory(space, vm.memory());
    vdsoClock = new VdsoClock(clock, vm.timestampCounter(), space, vm.memory());
    signals = new Signals(this, vm);
    faults = new Faults(this, vm);
    task = new Task(this, PROCESS_ID, ProcessArguments.of(setup).commandName());
    faultReport = new FaultReport(vm, memory, setup.program().bytes());
    timers = new Timers(this);
    deadlines = new Deadlines(this);
  }

  private void loadProgram() {
    ProgramFile program = setup.program();
    vm.pageTableRoot(space.tables().root());
    var loader = new Loader(vm, frames(), space, memory);
    Loader.Loaded at = loader.load(program.image(), program.bytes(), ProcessArguments.of(setup));
    loaded(at.bias(), at.breakStart());
  }

  private void loaded(long bias, long start) {
    breakStart = start;
    loadBias = bias;
    faultReport.loadedAt(bias);
  }

  private void settle(GuestImage image, SystemCalls itsCalls) {
    try {
      GuestState state = image.state();
      List<OpenFile> open = itsCalls.loadFiles(state.files());
      home = Home.load(this, itsCalls, image, open);
      itsCalls.doneWith(open);
      blockedCall = state.blockedCall();
      unsettled = null;
    } catch (GuestMemoryExhaustedException | IllegalArgumentException e) {
      throw GuestFailure.ofProgram(e);
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    }
  }

  VirtualMachine vm() {
    return vm;
  }

  Frames frames() {
    return place.frames();
  }

  GuestSetup setup() {
    return setup;
  }

  CpuTime cpuTime() {
    return cpuTime;
  }

  long breakStart() {
    return breakStart;
  }

  long loadBias() {
    return loadBias;
  }

  AddressSpace space() {
    return space;
  }

  UserMemory memory() {
    return memory;
  }

  Clock clock() {
    return clock;
  }

  /// CLOCK_MONOTONIC for a snapshot, where it stands still.
  long clockToSave() {
    return vdsoClock.monotonicToSave();
  }

  VdsoClock vdsoClock() {
    return vdsoClock;
  }

  Events events() {
    return events;
  }

  Alarms alarms() {
    return alarms;
  }

  Signals signals() {
    return signals;
  }

  Timers timers() {
    return timers;
  }

  Statistics statistics() {
    return statistics;
  }

  Task task() {
    return task;
  }

  Channel channel() {
    return channel;
  }

  int processId() {
    return PROCESS_ID;
  }

  long memoryLimit() {
    return memoryLimit;
  }

  /// Memory that is bound now.
  long boundBytes() {
    return memoryLimit - frames().available() * AddressSpace.PAGE;
  }

  /// CPU time that the guest has used, the host's work for its system calls included.
  long cpuNanos() {
    return cpuTime.nanos();
  }

  boolean hasEnded() {
    return ending != null;
  }

  /// The program ends; what ended it first counts.
  void end(GuestEnding how) {
    if (ending == null) {
      ending = how;
    }
  }

  void endBySignal(Task victim, SignalInfo info) {
    end(faultReport.killed(info));
  }

  /// Stops the guest, wherever it is, if it runs. Thread-safe; the first reason counts.
  ///
  /// @param reason CLOSED also stops a guest that does not run now
  public void stop(GuestEnding.StopReason reason) {
    if (stopRequest.request(reason)) {
      interrupt();
    }
  }

  /// Whether the guest is to stop: calls that take long look at it.
  boolean isStopped() {
    return stopRequest.reason() != null;
  }

  /// Makes the guest leave the vCPU or its wait, to look at what has changed. Thread-safe.
  void interrupt() {
    vm.kick();
    events.signal();
  }

  /// Runs the guest from its first instruction until it ends.
  ///
  /// @param wallNanos time that may pass; [Long#MAX_VALUE] for any
  /// @param cpuNanos CPU time that it may use; [Long#MAX_VALUE] for any
  /// @throws GuestFailure if the host fails, or the setup names what is not there
  public GuestEnding run(StandardStreams streams, long wallNanos, long cpuNanos) {
    enter(wallNanos, cpuNanos);
    try {
      start(streams);
      resume();
      return Objects.requireNonNull(ending); // nothing but its end makes such a guest pause
    } finally {
      leave();
    }
  }

  @Override
  public void enter(long wallNanos, long cpuNanos) {
    running.lock();
    if (closed) {
      running.unlock();
      throw new IllegalStateException("the sandbox is closed");
    }
    stopRequest.begin();
    cpuTime.begin(!channel.isOpen() || cpuNanos != Task.NO_DEADLINE);
    deadlines.arm(wallNanos, cpuNanos);
  }

  @Override
  public void start(StandardStreams itsStreams) {
    streams = itsStreams;
    GuestImage image = unsettled;
    if (image != null) {
      loaded(image.state().loadBias(), image.state().breakStart());
    }
    if (calls == null) { // after a restore there are
      calls = new SystemCalls(this, itsStreams, setup, breakStart);
    }
    if (image != null) {
      settle(image, calls);
    }
  }

  /// Runs the guest as [#run] does, but no further than to where it waits for its standard input or
  /// says that it is ready ([SystemCalls#READY]).
  ///
  /// @return null if it is there, to be saved by [#snapshot]
  public @Nullable GuestEnding runUntilReady(
      StandardStreams itsStreams, long wallNanos, long cpuNanos) {
    enter(wallNanos, cpuNanos);
    try {
      pausesWhenReady = true;
      start(itsStreams);
      resume();
      return ending;
    } finally {
      pausesWhenReady = false;
      leave();
    }
  }

  /// The guest says that it is ready.
  ///
  /// @return the result of its call
  long ready() {
    return pausesWhenReady ? task.block() : 0;
  }

  /// Takes a snapshot of the guest, which waits for a message or in a system call. From now on it
  /// can be put back to it.
  ///
  /// @throws IllegalStateException if it is closed, has ended, has not begun or does not rest, or
  ///   has something open that cannot be found again
  public GuestImage snapshot() {
    running.lock();
    try {
      Home taken = Home.capture(this, resting(), blockedCall, home);
      home = taken;
      touched = false;
      return taken.image();
    } finally {
      running.unlock();
    }
  }

  /// What is different from the snapshot that the guest is at home in. The guest is to be restored
  /// next.
  ///
  /// @throws IllegalStateException as [#snapshot]
  public GuestImage difference() {
    running.lock();
    try {
      return Objects.requireNonNull(home).difference(resting(), blockedCall, touched);
    } finally {
      running.unlock();
    }
  }

  private SystemCalls resting() {
    SystemCalls known = calls;
    if (closed || ending != null || known == null) {
      throw new IllegalStateException("a guest that does not run cannot be saved");
    }
    boolean waits = blockedCall != NONE || channel.isReceiving() || channel.isWaiting();
    if (!waits || !channel.isAtRest() || task.kept != null) {
      throw new IllegalStateException("the guest is in the middle of something");
    }
    return known;
  }

  /// Puts the guest back to a snapshot, however it has ended.
  ///
  /// @return false if that is not the one that it is at home in, nor a difference to it, or the
  ///   guest is worn out ([#isWornOut]): nothing is changed then
  /// @throws GuestFailure if the host fails
  /// @throws IllegalStateException if it is closed
  public boolean restore(GuestImage image, StandardStreams itsStreams) {
    running.lock();
    try {
      Home known = home;
      if (closed) {
        throw new IllegalStateException("the sandbox is closed");
      }
      if (known == null
          || vm.isLost()
          || known.isWornOut()
          || !Home.isDifferenceTo(image.pages(), known.image().pages())) {
        return false;
      }
      if (!itsStreams.equals(streams) && calls != null) {
        task.drop();
        calls.close();
        calls = null;
      }
      streams = itsStreams;
      restoreOrDrop(image, known);
      return true;
    } catch (GuestMemoryExhaustedException | IllegalArgumentException e) {
      throw GuestFailure.ofProgram(e);
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    } finally {
      running.unlock();
    }
  }

  /// A guest that was restored by half does not run, and is wholly restored the next time.
  private void restoreOrDrop(GuestImage image, Home known) {
    try {
      restore(image, known);
    } catch (RuntimeException | Error e) {
      touched = true;
      release();
      throw e;
    }
  }

  private void restore(GuestImage image, Home known) {
    boolean difference = image.pages() != known.image().pages() || away;
    SystemCalls present = calls;
    List<OpenFile> open = null;
    if (present == null || present.filesMayHaveChanged() || difference) {
      task.drop();
      if (present != null) {
        calls = null;
        present.close();
      }
      present = new SystemCalls(this, Objects.requireNonNull(streams), setup, breakStart);
      calls = present;
      open = present.loadFiles(image.state().files());
    }
    known.restore(present, open, image, touched || ending != null);
    if (open != null) {
      present.doneWith(open);
    }
    away = image.pages() != known.image().pages();
    ending = null;
    touched = false;
    blockedCall = image.state().blockedCall();
  }

  @Override
  public boolean resume() {
    try {
      return runToPause(Objects.requireNonNull(calls));
    } catch (GuestMemoryExhaustedException _) {
      end(new GuestEnding.OutOfMemory());
    } catch (StreamLimitException e) {
      end(new GuestEnding.OutputLimit(e.stream(), e.limit()));
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    }
    return false;
  }

  @Override
  public void leave() {
    deadlines.disarm();
    interruptHook.leave();
    cpuTime.end();
    stopRequest.end();
    if (ending != null) {
      release();
    }
    running.unlock();
  }

  private void release() {
    task.drop();
    if (calls != null) {
      calls.close();
      calls = null;
    }
  }

  private boolean runToPause(SystemCalls calls) {
    int again = blockedCall;
    blockedCall = NONE;
    if (again != NONE) {
      answerAgain(calls, again);
    }
    while (true) {
      // Each time: a system call that reads a file of the host takes the thread's only hook away.
      interruptHook.enter();
      GuestEnding.StopReason reason = stopRequest.reason();
      if (reason != null) {
        end(new GuestEnding.Stopped(reason));
      }
      if (ending == null && channel.isReceiving()) {
        await(events.seen()); // nobody will give it a message: until it is stopped
        continue;
      }
      signals.deliver(task);
      if (ending != null) {
        return false;
      }
      vdsoClock.refresh();
      step(calls);
      if (channel.hasSent() || blockedCall != NONE) {
        return true;
      }
    }
  }

  /// A system call in which the guest waited when the snapshot was taken.
  private void answerAgain(SystemCalls calls, int number) {
    interruptHook.enter();
    touched = true;
    if (!channel.isReceiving()) {
      answer(calls, number);
    }
  }

  private void step(SystemCalls calls) {
    VmExit exit = vm.run();
    statistics.exit();
    touched |= exit != VmExit.GUEST_CALL;
    switch (exit) {
      case SYSTEM_CALL -> systemCall(calls);
      case GUEST_CALL -> guestCall();
      case FAULT -> faults.handle(task, vm.fault());
      case INTERRUPTED -> timers.expire(task);
    }
  }

  /// As natively, if there is nobody to speak with: that port is not the program's.
  private void guestCall() {
    if (channel.isOpen()) {
      channel.exchange(registers, memory);
    } else {
      signals.fault(task, SignalInfo.ofKernel(SignalInfo.SIGSEGV));
    }
  }

  @Override
  public void renewOutputLimits() {
    if (calls != null) {
      calls.renewOutputLimits();
    }
  }

  @Override
  public byte[] message() {
    return channel.sent();
  }

  @Override
  public int messageLength() {
    return channel.sentLength();
  }

  @Override
  public int messageLoaded() {
    return channel.sentLoaded();
  }

  @Override
  public void copyMessage(int position, byte[] target, int offset, int count) {
    channel.copySent(memory, position, target, offset, count);
  }

  @Override
  public void give(byte[] message, int length, int at, byte[] part, int offset, int count) {
    try {
      channel.give(registers, memory, outgoing.set(message, length, at, part, offset, count));
    } catch (GuestMemoryExhaustedException _) {
      end(new GuestEnding.OutOfMemory()); // its buffer is accessible, but has no frames
    } finally {
      outgoing.clear();
    }
  }

  @Override
  public void acknowledge() {
    channel.acknowledge(registers);
  }

  @Override
  public void beginHostFunction() {
    stopRequest.beginHostFunction();
  }

  @Override
  public void endHostFunction() {
    stopRequest.endHostFunction();
  }

  @Override
  public long remainingNanos() {
    return deadlines.remaining();
  }

  @Override
  public @Nullable GuestEnding ending() {
    return ending;
  }

  private void systemCall(SystemCalls calls) {
    int number = (int) registers.rax();
    statistics.systemCall(number);
    task.begin();
    Consumer<String> receiver = setup.trace();
    if (receiver == null) {
      answer(calls, number);
      return;
    }
    var r = registers;
    var arguments = new SystemCallArguments(r.rdi(), r.rsi(), r.rdx(), r.r10(), r.r8(), r.r9());
    Trace.Call traced = Trace.of(memory).entering(number, arguments);
    boolean answered = answer(calls, number);
    receiver.accept(answered ? traced.returned(r.rax()) : traced.unfinished());
  }

  /// Answers the system call that the guest has made, waiting if it must.
  ///
  /// @return false if a signal or the end of the guest came before the answer
  private boolean answer(SystemCalls calls, int number) {
    while (true) {
      long seen = events.seen();
      long result = calls.call(task, number);
      // What rt_sigreturn gives is the program's own rax, any number.
      if (result != Task.BLOCKED || number == SystemCalls.RT_SIGRETURN) {
        registers.rax(result);
        task.restoreMask();
        return true;
      }
      if (pausesWhenReady && (number == SystemCalls.READY || calls.inputIsWanted())) {
        blockedCall = number;
        return false;
      }
      if (!await(seen)) {
        return false;
      }
      timers.expire(task);
      alarms.ring(clock.monotonicNanos());
      if (task.hasDeliverableSignal()) {
        signals.interruptCall(task, registers, number);
        return false;
      }
    }
  }

  /// Waits until a blocked call should be made again.
  ///
  /// @return false if the guest was stopped instead
  private boolean await(long seen) {
    long now = clock.monotonicNanos();
    long until = Math.min(alarms.next(), Math.min(task.blockedUntil(), timers.nextDeadline()));
    long nanos = until == Task.NO_DEADLINE ? Long.MAX_VALUE : Math.max(0, until - now);
    try {
      if (!task.hasDeliverableSignal()) {
        events.await(seen, nanos);
        cpuTime.waited(clock.monotonicNanos() - now);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the caller shall see it too
      stop(GuestEnding.StopReason.INTERRUPTED);
    }
    return stopRequest.reason() == null;
  }

  /// Receives one system call's numbers.
  @FunctionalInterface
  public interface CallCount {
    void accept(String name, long times, long refusals);
  }

  /// Tells how often each system call was made, of those that were.
  public void forEachSystemCall(CallCount receiver) {
    for (int number = 0; number < Statistics.numbers(); number++) {
      if (statistics.made(number) > 0) {
        receiver.accept(
            SystemCallTable.name(number), statistics.made(number), statistics.refused(number));
      }
    }
  }

  /// Whether it should be made anew for the next call: earlier ones have scattered their memory
  /// over so many places that page tables are scarce. By the thread that runs it.
  public boolean isWornOut() {
    Home known = home;
    return known != null && known.isWornOut();
  }

  /// How many pages all restores have copied.
  public long pagesCopied() {
    Home known = home;
    return known == null ? 0 : known.pagesCopied();
  }

  /// How often the guest left its virtual processor.
  public long exits() {
    return statistics.exits();
  }

  /// The most memory that was bound to the guest at one time.
  public long peakMemoryBytes() {
    return frames().peak() * AddressSpace.PAGE;
  }

  /// Stops the guest if it runs, waits until it has stopped, and frees everything. Twice is
  /// harmless. Thread-safe.
  @Override
  public void close() {
    if (running.isHeldByCurrentThread()) {
      throw new IllegalStateException("a guest cannot be closed from within its own run");
    }
    stop(GuestEnding.StopReason.CLOSED);
    running.lock();
    try {
      if (!closed) {
        closed = true;
        release();
        deadlines.close();
        timers.close();
        if (shared == null) {
          vm.close();
        } else {
          shared.giveBack(place);
        }
      }
    } finally {
      running.unlock();
    }
  }
}
