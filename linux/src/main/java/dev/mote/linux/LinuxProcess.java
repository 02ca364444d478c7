package dev.mote.linux;

import dev.mote.linux.GuestFailure.Blame;
import dev.mote.machine.Frames;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.VirtualMachine;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A Linux process in a virtual machine: its memory, its threads, its clocks and timers, the
/// program that it runs, and how it ended. System calls change it; [Guest] is what the host does
/// with it.
///
/// It belongs to the thread that runs the guest, who holds its stretch, but for what says otherwise
/// and what is thread-safe itself ([Events], [CpuTime], [StopRequest]).
final class LinuxProcess {
  private static final int PROCESS_ID = 2;

  private final VirtualMachine vm;
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
  private final StopRequest stopRequest = new StopRequest();
  private final InterruptHook interruptHook = new InterruptHook(this);
  private final Deadlines deadlines;
  private final EntryStop entryStop = new EntryStop(this);
  private final RunLoop loop;

  private RunningProgram running;
  private boolean isLoaded;
  private @Nullable GuestEnding ending;
  private boolean reservesEnvironment; // for the runs of a snapshot that is to be taken

  /// @param place its memory in the machine
  LinuxProcess(VirtualMachine vm, SharedMachine.Place place, GuestSetup setup) {
    this.vm = vm;
    this.place = place;
    this.setup = setup;
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
    deadlines = new Deadlines(this, stopRequest);
    var faults = new Faults(this, vm);
    loop = new RunLoop(this, faults, stopRequest, interruptHook, entryStop);
  }

  /// Loads the setup's program. One that the file tree has, or that needs a dynamic loader, is
  /// loaded later, for only then is there a file tree.
  ///
  /// @param forRuns whether it gets room for the environment of each run
  /// @throws GuestFailure if the program does not fit
  void loadHostProgram(boolean forRuns) {
    reservesEnvironment = forRuns;
    vm.vcpu().pageTableRoot(space.tables().root());
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

  VirtualMachine vm() {
    return vm;
  }

  Frames frames() {
    return place.frames();
  }

  GuestSetup setup() {
    return setup;
  }

  /// Who is told of its system calls.
  @Nullable Consumer<String> trace() {
    return setup.trace();
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

  boolean isLoaded() {
    return isLoaded;
  }

  /// Whether a program that is loaded gets room for another environment.
  boolean reservesEnvironment() {
    return reservesEnvironment;
  }

  /// Adds variables for one run to the program's environment, or puts them in place of some.
  ///
  /// @throws GuestFailure ENVIRONMENT if there is not so much room
  /// @throws IllegalStateException if there are some, and the program has no such room
  void setEnvironment(List<String> variables) {
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

  /// Nothing of its room is to be seen in the snapshot. A program that was loaded elsewhere may
  /// have gone on from its entry since, and knows the auxiliary vector where the room has it.
  ///
  /// @param loadedHere whether it was loaded here, and not in a snapshot
  void settleEnvironment(boolean loadedHere) {
    try {
      if (loadedHere) {
        setEnvironment(List.of());
      } else {
        running = running.withoutRoom();
      }
    } catch (GuestFailure _) { // it has another use for that memory
      running = running.withoutRoom();
    }
  }

  /// No more programs get room for the environment of a run.
  void reservesNoEnvironment() {
    reservesEnvironment = false;
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

  StopRequest stopRequest() {
    return stopRequest;
  }

  EntryStop entryStop() {
    return entryStop;
  }

  /// When it has to end. Thread-safe.
  Deadlines deadlines() {
    return deadlines;
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

  /// The calling thread is about to run it.
  void beginStretch(long wallNanos, long cpuNanos) {
    long now = System.nanoTime(); // once for all of them: after an exit nothing is in the caches
    loop.begin(now);
    cpuTime.begin(now, !channel.isOpen() || cpuNanos != Task.NO_DEADLINE);
    deadlines.arm(now, wallNanos, cpuNanos);
  }

  /// It has run.
  void endStretch() {
    interruptHook.leave();
    deadlines.disarm();
    cpuTime.end();
  }

  /// How it ended; null if it has not.
  @Nullable GuestEnding ending() {
    return ending;
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

  /// It has not ended: it was put back to a moment before.
  void revive() {
    ending = null;
  }

  void endBySignal(Task victim, SignalInfo info) {
    end(faultReport.killed(info));
  }

  /// Stops the guest, wherever it is, if it runs. Thread-safe; the first reason counts.
  ///
  /// @param reason CLOSED also stops a guest that does not run now
  void stop(GuestEnding.StopReason reason) {
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

  /// The guest says that it is ready.
  ///
  /// @return the result of its call
  long ready(Task task) {
    return loop.ready(task);
  }

  /// Frees what is not memory. Nobody runs it any more.
  void close() {
    deadlines.close();
    timers.close();
    scheduler.close();
  }
}
