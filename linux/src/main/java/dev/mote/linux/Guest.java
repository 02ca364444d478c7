package dev.mote.linux;

import dev.mote.linux.GuestFailure.Blame;
import dev.mote.machine.Frames;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.MachineException;
import dev.mote.machine.PageTables;
import dev.mote.machine.VirtualMachine;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A Linux process in a virtual machine: its memory, its threads, its files, and what it is put
/// back to. [RunLoop] runs it.
///
/// It runs in stretches, each on one thread of the host: [#enter], then [#resume] until it has
/// ended or has said what the host wants to know, then [#leave]. [#run] is one stretch to the end.
/// [#stop] and [#close] may be called by any thread.
public final class Guest implements SpeakingGuest, AutoCloseable {
  private static final int PROCESS_ID = 2;

  private final VirtualMachine vm;
  private final @Nullable SharedMachine shared; // null: the machine is its own
  private final SharedMachine.Place place;
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
  private final FaultReport faultReport;
  private final long memoryLimit;
  private final Channel channel;
  private final Message outgoing = new Message();
  private final StopRequest stopRequest = new StopRequest();
  private final InterruptHook interruptHook = new InterruptHook(this);
  private final Deadlines deadlines;
  private final EntryStop entryStop = new EntryStop(this);
  private final RunLoop loop;

  private final ReentrantLock stretch = new ReentrantLock();
  private boolean closed; // this and the rest are guarded by stretch
  private RunningProgram running;
  private boolean isLoaded;
  private @Nullable SystemCalls calls; // from start to the end
  private @Nullable GuestEnding ending;
  private @Nullable StandardStreams streams; // from start on
  private @Nullable Home home; // what it can be put back to
  private boolean away; // it was put to a difference
  private @Nullable GuestImage unsettled; // what it is to be loaded from when it is started
  private boolean reservesEnvironment; // for the runs of a snapshot that is to be taken

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
    space = new AddressSpace(vm.memory(), place.frames(), place.tables());
    memory = new UserMemory(space, vm.memory());
    vdsoClock = new VdsoClock(clock, vm.timestampCounter(), space, vm.memory());
    signals = new Signals(this, vm);
    running = RunningProgram.of(setup);
    scheduler = new Scheduler(this, vm, "");
    faultReport = new FaultReport(vm, memory, space);
    timers = new Timers(this);
    deadlines = new Deadlines(this);
    var faults = new Faults(this, vm);
    loop = new RunLoop(this, faults, stopRequest, interruptHook, entryStop);
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

  RunLoop loop() {
    return loop;
  }

  /// The threads are those of a snapshot.
  void loadThreads(GuestState state) {
    loop.forgetTask();
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
    return loop.task();
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

  @Override
  public @Nullable Executor elsewhere() {
    return vm.elsewhere();
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
    loop.touched(true);
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
    loop.begin();
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
      loop.pauseWhenReady(true);
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
      loop.pauseWhenReady(false);
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
    return loop.ready(task);
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
      loop.touched(false);
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
      return Objects.requireNonNull(home).difference(resting(), loop.hasTouched());
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
        loop.isAtEntry() || isReceiving() || channel.isWaiting() || scheduler.current().isBlocked();
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
      loop.touched(true);
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
    known.restore(present, open, image, loop.hasTouched() || ending != null);
    if (open != null) {
      present.doneWith(open);
    }
    away = image.pages() != known.image().pages();
    ending = null;
    loop.touched(false);
  }

  @Override
  public boolean resume() {
    try {
      return loop.run(Objects.requireNonNull(calls));
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
    loop.pauseWhenReceiving(true);
    try {
      return resume();
    } finally {
      loop.pauseWhenReceiving(false);
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

  /// What each thread waits for, if all wait and nothing happens before one is woken or its time
  /// has come. Thread-safe.
  ///
  /// @return empty if one of them does not wait
  public List<ThreadWait> quiescence() {
    return events.whileWaiting(loop::waits).orElse(List.of());
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
