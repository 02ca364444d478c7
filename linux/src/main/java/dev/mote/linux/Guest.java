package dev.mote.linux;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.HypervisorUnavailableException;
import dev.mote.machine.MachineException;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import dev.mote.machine.VmExit;
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

  private final VirtualMachine vm;
  private final Registers registers;
  private final AddressSpace space;
  private final UserMemory memory;
  private final Clock clock = new Clock();
  private final VdsoClock vdsoClock;
  private final Events events = new Events();
  private final Signals signals;
  private final Timers timers;
  private final CpuTime cpuTime = new CpuTime();
  private final Statistics statistics = new Statistics();
  private final Task task;
  private final GuestSetup setup;
  private final long breakStart;
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
  private @Nullable SystemCalls calls; // from start to the end
  private @Nullable GuestEnding ending;

  /// Makes a guest and loads its program.
  ///
  /// @throws GuestFailure if this host cannot run guests, or the program does not fit
  public static Guest create(GuestSetup setup) {
    VirtualMachine vm = createMachine(setup);
    try {
      return new Guest(vm, setup);
    } catch (ElfException e) {
      vm.close();
      throw GuestFailure.ofProgram(e);
    } catch (RuntimeException | Error e) {
      vm.close();
      throw e;
    }
  }

  private static VirtualMachine createMachine(GuestSetup setup) {
    try {
      return Hypervisor.ofThisHost()
          .create(setup.limits().memoryBytes(), CpuBaseline.ofLevel(setup.cpuLevel()));
    } catch (HypervisorUnavailableException e) {
      throw GuestFailure.ofHost(e.fix(), e);
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    }
  }

  private Guest(VirtualMachine vm, GuestSetup setup) {
    this.vm = vm;
    this.setup = setup;
    memoryLimit = setup.limits().memoryBytes();
    channel = new Channel(setup.limits().messageBytes());
    registers = vm.registers();
    space = new AddressSpace(vm.memory(), vm.frames());
    vm.pageTableRoot(space.tables().root());
    memory = new UserMemory(space, vm.memory());
    vdsoClock = new VdsoClock(clock, vm.timestampCounter(), space, vm.memory());
    signals = new Signals(this, vm);
    faults = new Faults(this, vm);
    ProcessArguments arguments = ProcessArguments.of(setup);
    task = new Task(this, PROCESS_ID, arguments.commandName());
    ProgramFile program = setup.program();
    var loader = new Loader(vm, space, memory);
    Loader.Loaded loaded = loader.load(program.image(), program.bytes(), arguments);
    breakStart = loaded.breakStart();
    faultReport = new FaultReport(vm, memory, program.bytes(), loaded.bias());
    timers = new Timers(this);
    deadlines = new Deadlines(this);
  }

  VirtualMachine vm() {
    return vm;
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

  VdsoClock vdsoClock() {
    return vdsoClock;
  }

  Events events() {
    return events;
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
    return memoryLimit - vm.frames().available() * AddressSpace.PAGE;
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
  public void start(StandardStreams streams) {
    calls = new SystemCalls(this, streams, setup, breakStart);
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
      if (channel.hasSent()) {
        return true;
      }
    }
  }

  private void step(SystemCalls calls) {
    VmExit exit = vm.run();
    statistics.exit();
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
      if (!await(seen)) {
        return false;
      }
      timers.expire(task);
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
    long until = Math.min(task.blockedUntil(), timers.nextDeadline());
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

  /// How often the guest left its virtual processor.
  public long exits() {
    return statistics.exits();
  }

  /// The most memory that was bound to the guest at one time.
  public long peakMemoryBytes() {
    return vm.frames().peak() * AddressSpace.PAGE;
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
        vm.close();
      }
    } finally {
      running.unlock();
    }
  }
}
