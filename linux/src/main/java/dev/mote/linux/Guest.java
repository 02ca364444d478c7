package dev.mote.linux;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.HypervisorUnavailableException;
import dev.mote.machine.MachineException;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import dev.mote.machine.VmExit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A Linux process in a virtual machine: its memory, its thread, and the loop that runs it and
/// answers its system calls.
///
/// One thread of the host runs it ([#run]); [#stop] may be called by any.
public final class Guest implements AutoCloseable {
  private static final int PROCESS_ID = 2;

  private final VirtualMachine vm;
  private final Registers registers;
  private final AddressSpace space;
  private final UserMemory memory;
  private final Clock clock = new Clock();
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
  private final AtomicReference<Ending.@Nullable StopReason> stopReason =
      new AtomicReference<>(null);

  private final ReentrantLock running = new ReentrantLock();
  private boolean closed; // guarded by running

  private @Nullable Ending ending;

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
    registers = vm.registers();
    space = new AddressSpace(vm.memory(), vm.frames());
    vm.pageTableRoot(space.tables().root());
    memory = new UserMemory(space, vm.memory());
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
  void end(Ending how) {
    if (ending == null) {
      ending = how;
    }
  }

  void endBySignal(Task victim, SignalInfo info) {
    end(faultReport.killed(info));
  }

  /// Stops the guest, wherever it is. Thread-safe; the first reason counts.
  public void stop(Ending.StopReason reason) {
    stopReason.compareAndSet(null, reason);
    interrupt();
  }

  /// Whether the guest is to stop: calls that take long look at it.
  boolean isStopped() {
    return stopReason.get() != null;
  }

  /// Makes the guest leave the vCPU or its wait, to look at what has changed. Thread-safe.
  void interrupt() {
    vm.kick();
    events.signal();
  }

  /// Runs the guest until it ends.
  ///
  /// @param wallNanos time that may pass; [Long#MAX_VALUE] for any
  /// @param cpuNanos CPU time that it may use; [Long#MAX_VALUE] for any
  /// @throws GuestFailure if the host fails
  public Ending run(StandardStreams streams, long wallNanos, long cpuNanos) {
    running.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the sandbox is closed");
      }
      return run(streams, new Deadlines(this, wallNanos, cpuNanos));
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    } finally {
      running.unlock();
    }
  }

  private Ending run(StandardStreams streams, Deadlines deadlines) {
    cpuTime.begin();
    var interruptHook = new InterruptHook(this);
    try (deadlines;
        var calls = new SystemCalls(this, streams, setup, breakStart)) {
      return run(calls, interruptHook);
    } catch (GuestMemoryExhaustedException _) {
      return new Ending.OutOfMemory();
    } catch (StreamLimitException e) {
      return new Ending.OutputLimit(e.stream(), e.limit());
    } finally {
      interruptHook.leave();
      task.drop();
      cpuTime.end();
    }
  }

  private Ending run(SystemCalls calls, InterruptHook interruptHook) {
    while (true) {
      // Each time: a system call that reads a file of the host takes the thread's only hook away.
      interruptHook.enter();
      Ending.StopReason reason = stopReason.get();
      if (reason != null) {
        end(new Ending.Stopped(reason));
      }
      signals.deliver(task);
      if (ending != null) {
        return ending;
      }
      step(calls);
    }
  }

  private void step(SystemCalls calls) {
    VmExit exit = vm.run();
    statistics.exit();
    switch (exit) {
      case SYSTEM_CALL -> systemCall(calls);
      case GUEST_CALL -> signals.fault(task, SignalInfo.ofKernel(SignalInfo.SIGSEGV));
      case FAULT -> faults.handle(task, vm.fault());
      case INTERRUPTED -> timers.expire(task);
    }
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
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the caller shall see it too
      stop(Ending.StopReason.INTERRUPTED);
    }
    return stopReason.get() == null;
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
    stop(Ending.StopReason.CLOSED);
    running.lock();
    try {
      if (!closed) {
        closed = true;
        timers.close();
        vm.close();
      }
    } finally {
      running.unlock();
    }
  }
}
