package dev.mote.linux;

import dev.mote.linux.GuestFailure.Blame;
import dev.mote.machine.Fault;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A Linux process in a virtual machine: its memory, its threads, and the loop that runs them and
/// answers their system calls.
///
/// It runs in stretches, each on one thread of the host: [#enter], then [#resume] until it has
/// ended or has said what the host wants to know, then [#leave]. [#run] is one stretch to the end.
/// [#stop] and [#close] may be called by any thread.
public final class Guest implements SpeakingGuest, AutoCloseable {
  private static final int PROCESS_ID = 2;

  /// With several threads, a snapshot at a wait for input is taken only if nothing happens by
  /// itself for so long.
  private static final long QUIET = 50_000_000;

  /// How long a guest may take to wait for a message, all its threads, before it is paused all the
  /// same.
  private static final long PATIENCE = 1_000_000_000;

  private final VirtualMachine vm;
  private final @Nullable SharedMachine shared; // null: the machine is its own
  private final SharedMachine.Place place;
  private final Registers registers;
  private final AddressSpace space;
  private final UserMemory memory;
  private final Clock clock = new Clock();
  private final VdsoClock vdsoClock;
  private final Events events = new Events(this::kick);
  private final Alarms alarms = new Alarms();
  private final Signals signals;
  private final Timers timers;
  private final PosixTimers posixTimers = new PosixTimers(this);
  private final CpuTime cpuTime = new CpuTime();
  private final Statistics statistics = new Statistics();
  private final Scheduler scheduler;
  private final Futexes futexes = new Futexes();
  private final GuestSetup setup;
  private final Faults faults;
  private final FaultReport faultReport;
  private final long memoryLimit;
  private final Channel channel;
  private final Message outgoing = new Message();
  private final StopRequest stopRequest = new StopRequest();
  private final InterruptHook interruptHook = new InterruptHook(this);
  private final Deadlines deadlines;
  private final EntryStop entryStop = new EntryStop(this);

  private final ReentrantLock stretch = new ReentrantLock();
  private boolean closed; // this and the rest are guarded by stretch
  private RunningProgram running;
  private boolean isLoaded;
  private @Nullable SystemCalls calls; // from start to the end
  private @Nullable GuestEnding ending;
  private @Nullable StandardStreams streams; // from start on
  private @Nullable Home home; // what it can be put back to
  private boolean touched; // by a system call or a fault since it was at home
  private boolean away; // it was put to a difference
  private @Nullable GuestImage unsettled; // what it is to be loaded from when it is started
  private boolean reservesEnvironment; // for the runs of a snapshot that is to be taken
  private boolean pausesWhenReady;
  private boolean pausesWhenReceiving;
  private long pausesAt; // by CLOCK_MONOTONIC at the latest, then
  private boolean isReady; // it has said so, or is at its entry
  private boolean isAtEntry;
  private @Nullable Task acting; // whose turn it is; null before the first one
  private long seenEvents; // of what threads of the host have brought

  /// Makes a guest and loads its program. One that the file tree has, or that needs a dynamic
  /// loader, is loaded when the guest is started, for only then is there a file tree.
  ///
  /// @throws GuestFailure if this host cannot run guests, or the program does not fit
  public static Guest create(GuestSetup setup) {
    return create(setup, false);
  }

  /// The same for [#runUntilReady]: each run of the snapshot that is taken then may have an
  /// environment of its own ([#run(StandardStreams, List, long, long)]). Until then the program's
  /// environment has empty strings at its end.
  public static Guest createForRuns(GuestSetup setup) {
    return create(setup, true);
  }

  private static Guest create(GuestSetup setup, boolean reservesEnvironment) {
    VirtualMachine vm = createMachine(setup);
    try {
      var guest = new Guest(vm, null, setup);
      guest.reservesEnvironment = reservesEnvironment;
      guest.loadHostProgram();
      return guest;
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
    running = RunningProgram.of(setup);
    scheduler = new Scheduler(this, vm, "");
    faultReport = new FaultReport(vm, memory, space);
    timers = new Timers(this);
    deadlines = new Deadlines(this);
  }

  private void loadHostProgram() {
    vm.pageTableRoot(space.tables().root());
    ProgramFile program = setup.program();
    if (program == null || !setup.isSelfContained()) {
      return;
    }
    try {
      String path = running.executable();
      var arguments = ProcessArguments.of(setup, FileTree.bytes(path));
      if (arguments.size() > ProcessArguments.MAX_BYTES) {
        throw GuestFailure.ofProgram(Exec.tooLong());
      }
      var pages = new Loader.FilePages(program.bytes(), program.bytes().byteSize());
      var file = new Loadable(program.image(), pages, path);
      Loader loader = loader();
      loader.check(file, null);
      var credentials = new Credentials(setup.ids());
      loaded(loader.load(file, null, arguments, credentials, reservesEnvironment), path, null);
      task().name = arguments.commandName();
    } catch (ElfException e) {
      throw GuestFailure.ofProgram(e);
    } catch (ErrnoException e) {
      throw GuestFailure.ofProgram(
          new IllegalArgumentException("needs more memory to start than the memory limit", e));
    }
  }

  Loader loader() {
    return new Loader(vm, frames(), space, memory);
  }

  private void settle(GuestImage image, SystemCalls itsCalls) {
    try {
      List<OpenFile> open = itsCalls.loadFiles(image.state().files());
      home = Home.load(this, itsCalls, image, open);
      itsCalls.doneWith(open);
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

  /// The program that runs.
  RunningProgram running() {
    return running;
  }

  void running(RunningProgram program) {
    running = program;
    isLoaded = true;
  }

  /// A program is loaded and starts.
  ///
  /// @param entry its place in the file tree; null if only the path is known
  void loaded(Loader.Loaded program, String path, @Nullable Entry entry) {
    running(program.running(path, entry));
    entryStop.loaded(program.entry());
  }

  /// Whether a program that is loaded gets room for another environment.
  boolean reservesEnvironment() {
    return reservesEnvironment;
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

  PosixTimers posixTimers() {
    return posixTimers;
  }

  void loadTimers(GuestState state) {
    timers.load(state.timers());
    posixTimers.load(state.posixTimers());
  }

  Statistics statistics() {
    return statistics;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  Futexes futexes() {
    return futexes;
  }

  /// The threads are those of a snapshot.
  void loadThreads(GuestState state) {
    acting = null;
    futexes.clear();
    scheduler.load(state);
    for (var saved : state.tasks()) {
      if (saved.futex() != null) {
        futexes.load(Objects.requireNonNull(scheduler.find(saved.tid())), saved.futex());
      }
    }
  }

  /// The thread whose turn it is: it makes a system call, or runs.
  Task task() {
    Task known = acting;
    return known == null || known.state == Task.State.ENDED ? scheduler.current() : known;
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

  /// Something has come from outside while a thread computes, and others may wait for it.
  private void kick() {
    vm.kick();
  }

  /// Runs the guest from its first instruction until it ends.
  ///
  /// @param wallNanos time that may pass; [Long#MAX_VALUE] for any
  /// @param cpuNanos CPU time that it may use; [Long#MAX_VALUE] for any
  /// @throws GuestFailure if the host fails, or the setup names what is not there
  public GuestEnding run(StandardStreams streams, long wallNanos, long cpuNanos) {
    return run(streams, List.of(), wallNanos, cpuNanos);
  }

  /// The same with variables for this run, besides those that the program was loaded with or in
  /// place of them.
  ///
  /// @param environment of the form `NAME=value`, of different names
  /// @throws GuestFailure ENVIRONMENT if there is not so much room: the program has not run
  /// @throws IllegalStateException if there are some, and the guest is not of a snapshot that was
  ///   taken of one of [#createForRuns]
  public GuestEnding run(
      StandardStreams streams, List<String> environment, long wallNanos, long cpuNanos) {
    enter(wallNanos, cpuNanos);
    try {
      start(streams);
      setEnvironment(environment);
      resume();
      return Objects.requireNonNull(ending); // nothing but its end makes such a guest pause
    } finally {
      leave();
    }
  }

  private void setEnvironment(List<String> variables) {
    EnvironmentRoom room = running.room();
    if (room == null) {
      if (!variables.isEmpty()) {
        throw new IllegalStateException("the snapshot has no room for the environment of a run");
      }
      return;
    }
    touched = true;
    try {
      running = running.withEnvironment(room.fill(memory, variables));
    } catch (GuestMemoryExhaustedException _) {
      end(new GuestEnding.OutOfMemory());
    } catch (ErrnoException e) {
      throw GuestFailure.ofProgram(
          "the program has given up the memory of its environment: " + e.errno, Blame.PROGRAM);
    }
  }

  @Override
  public void enter(long wallNanos, long cpuNanos) {
    stretch.lock();
    if (closed) {
      stretch.unlock();
      throw new IllegalStateException("the sandbox is closed");
    }
    isAtEntry = false;
    stopRequest.begin();
    long now = System.nanoTime(); // once for all of them: after an exit nothing is in the caches
    cpuTime.begin(now, !channel.isOpen() || cpuNanos != Task.NO_DEADLINE);
    deadlines.arm(now, wallNanos, cpuNanos);
  }

  @Override
  public void start(StandardStreams itsStreams) {
    streams = itsStreams;
    GuestImage image = unsettled;
    if (calls == null) { // after a restore there are
      calls = new SystemCalls(this, itsStreams, setup, running.breakStart());
    }
    if (image != null) {
      settle(image, calls);
    } else if (!isLoaded) {
      calls.loadProgram(setup);
    }
  }

  /// Runs the guest as [#run] does, but no further than to where it waits for its standard input or
  /// says that it is ready ([SystemCalls#READY]).
  ///
  /// @param atEntry whether it is to go only to the program's entry, if that comes before
  /// @return null if it is there, to be saved by [#snapshot]
  public @Nullable GuestEnding runUntilReady(
      StandardStreams itsStreams, boolean atEntry, long wallNanos, long cpuNanos) {
    enter(wallNanos, cpuNanos);
    try {
      pausesWhenReady = true;
      start(itsStreams);
      if (atEntry) {
        entryStop.want();
      }
      if (resume()) {
        settleEnvironment();
      }
      return ending;
    } finally {
      entryStop.lift();
      pausesWhenReady = false;
      reservesEnvironment = false;
      leave();
    }
  }

  /// Nothing of its room is to be seen in the snapshot. A program that was loaded elsewhere may
  /// have gone on from its entry since, and knows the auxiliary vector where the room has it.
  private void settleEnvironment() {
    try {
      if (home == null) {
        setEnvironment(List.of());
      } else {
        running = running.withoutRoom();
      }
    } catch (GuestFailure _) { // it has another use for that memory
      running = running.withoutRoom();
    }
  }

  /// The guest says that it is ready.
  ///
  /// @return the result of its call
  long ready(Task task) {
    isReady = pausesWhenReady;
    return isReady ? task.block() : 0;
  }

  /// Takes a snapshot of the guest, which waits for a message or in a system call. From now on it
  /// can be put back to it.
  ///
  /// @throws IllegalStateException if it is closed, has ended, has not begun or does not rest, or
  ///   has something open that cannot be found again
  public GuestImage snapshot() {
    stretch.lock();
    try {
      Home taken = Home.capture(this, resting(), home);
      home = taken;
      touched = false;
      return taken.image();
    } finally {
      stretch.unlock();
    }
  }

  /// What is different from the snapshot that the guest is at home in. The guest is to be restored
  /// next.
  ///
  /// @throws IllegalStateException as [#snapshot]
  public GuestImage difference() {
    stretch.lock();
    try {
      return Objects.requireNonNull(home).difference(resting(), touched);
    } finally {
      stretch.unlock();
    }
  }

  private SystemCalls resting() {
    SystemCalls known = calls;
    if (closed || ending != null || known == null) {
      throw new IllegalStateException("a guest that does not run cannot be saved");
    }
    scheduler.settle();
    boolean waits =
        isAtEntry || isReceiving() || channel.isWaiting() || scheduler.current().isBlocked();
    boolean keeps =
        scheduler.tasks().stream().anyMatch(task -> task.kept != null || known.waitsForLost(task));
    if (!waits || !channel.isAtRest() || keeps) {
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
    stretch.lock();
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
      if (calls != null && !itsStreams.equals(streams) && !calls.replace(itsStreams)) {
        scheduler.drop();
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
      stretch.unlock();
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
      scheduler.drop();
      if (present != null) {
        calls = null;
        present.close();
      }
      present = new SystemCalls(this, Objects.requireNonNull(streams), setup, running.breakStart());
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
  public boolean resumeToReceive() {
    pausesWhenReceiving = true;
    pausesAt = clock.monotonicNanos() + PATIENCE;
    try {
      return resume();
    } finally {
      pausesWhenReceiving = false;
    }
  }

  @Override
  public boolean hasSent() {
    return channel.hasSent();
  }

  @Override
  public boolean isReceiving() {
    return channel.isReceiving() || channel.isWanted();
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
    stretch.unlock();
  }

  private void release() {
    scheduler.drop();
    if (calls != null) {
      calls.close();
      calls = null;
    }
  }

  /// Runs the guest until it has ended, has sent a message, or is where a snapshot is to be taken.
  ///
  /// @return false if it has ended
  private boolean runToPause(SystemCalls calls) {
    while (true) {
      // Each time: a system call that reads a file of the host takes the thread's only hook away.
      interruptHook.enter();
      GuestEnding.StopReason reason = stopRequest.reason();
      if (reason != null) {
        end(new GuestEnding.Stopped(reason));
      }
      if (ending != null) {
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
      if (ending != null) {
        return false;
      }
      vdsoClock.refresh();
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
      channel.give(memory, outgoing.set(message, length, at, part, offset, count));
    } catch (GuestMemoryExhaustedException _) {
      end(new GuestEnding.OutOfMemory()); // its buffer is accessible, but has no frames
    } finally {
      outgoing.clear();
    }
  }

  @Override
  public void acknowledge() {
    channel.acknowledge();
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

  private void systemCall(SystemCalls calls, Task task) {
    int number = (int) registers.rax();
    statistics.systemCall(number);
    task.begin();
    if (setup.trace() != null) {
      var r = registers;
      var arguments = new SystemCallArguments(r.rdi(), r.rsi(), r.rdx(), r.r10(), r.r8(), r.r9());
      task.traced = Trace.of(memory).entering(number, arguments);
    }
    answer(calls, task, number);
  }

  /// Answers the system call that a thread has made, or lets it wait.
  void answer(SystemCalls calls, Task task, int number) {
    task.unwatch();
    long result = calls.call(task, number);
    if (task.state == Task.State.ENDED || ending != null) {
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
    Consumer<String> receiver = setup.trace();
    if (traced != null && receiver != null) {
      task.traced = null;
      String text = line.apply(traced);
      receiver.accept(scheduler.lastTid() == PROCESS_ID ? text : "[" + task.tid + "] " + text);
    }
  }

  /// Waits until something happens that a thread may wait for.
  private void idle() {
    if (scheduler.isDeadlocked() && nextDeadline() == Task.NO_DEADLINE) {
      end(new GuestEnding.Deadlocked(waits()));
      return;
    }
    long now = clock.monotonicNanos();
    long until = pausesWhenReceiving ? Math.min(nextDeadline(), pausesAt) : nextDeadline();
    try {
      events.await(
          seenEvents, until == Task.NO_DEADLINE ? Long.MAX_VALUE : Math.max(0, until - now));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the caller shall see it too
      stop(GuestEnding.StopReason.INTERRUPTED);
    }
    cpuTime.waited(clock.monotonicNanos() - now);
    timers.expire();
  }

  /// What each thread waits for, if all wait and nothing happens before one is woken or its time
  /// has come. Thread-safe.
  ///
  /// @return empty if one of them does not wait
  public List<ThreadWait> quiescence() {
    return events.whileWaiting(this::waits).orElse(List.of());
  }

  private List<ThreadWait> waits() {
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

  /// How often another thread of the guest got its processor.
  public long threadSwitches() {
    return scheduler.switches();
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

  /// Who is told of its system calls.
  public @Nullable Consumer<String> trace() {
    return setup.trace();
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
    if (stretch.isHeldByCurrentThread()) {
      throw new IllegalStateException("a guest cannot be closed from within its own run");
    }
    stop(GuestEnding.StopReason.CLOSED);
    stretch.lock();
    try {
      if (!closed) {
        closed = true;
        release();
        deadlines.close();
        timers.close();
        scheduler.close();
        if (shared == null) {
          vm.close();
        } else {
          shared.giveBack(place);
        }
      }
    } finally {
      stretch.unlock();
    }
  }
}
