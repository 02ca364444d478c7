package dev.mote.linux;

import dev.mote.machine.Fault;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.PageTables;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import dev.mote.machine.VmExit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A Linux process in a virtual machine: its memory, its thread, and the loop that runs it and
/// answers its system calls.
///
/// One thread of the host runs it ([#run]); [#stop] may be called by any.
final class Guest implements AutoCloseable {
  private static final int PROCESS_ID = 2;

  /// A fault that comes back from the same instruction this often, although its page is bound, is
  /// not one that binding can mend.
  private static final int MAX_REPEATED_FAULTS = 8;

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
  private final SystemCalls calls;
  private final FaultReport faultReport;
  private final long memoryLimit;
  private final AtomicReference<Ending.@Nullable StopReason> stopReason =
      new AtomicReference<>(null);

  private @Nullable Ending ending;
  private long lastFaultRip;
  private long lastFaultAddress;
  private int repeatedFaults;

  /// Loads a program.
  ///
  /// @throws ElfException TOO_LARGE if the memory limit is reached by loading it
  Guest(VirtualMachine vm, GuestSetup setup) {
    this.vm = vm;
    memoryLimit = setup.memoryLimit();
    registers = vm.registers();
    space = new AddressSpace(vm.memory(), vm.frames());
    vm.pageTableRoot(space.tables().root());
    memory = new UserMemory(space, vm.memory());
    signals = new Signals(this, vm);
    task = new Task(this, PROCESS_ID, setup.commandName());
    var loader = new Loader(vm, space, memory);
    Loader.Loaded loaded = loader.load(setup.image(), setup.file(), setup.arguments());
    faultReport = new FaultReport(vm, memory, setup.file(), loaded.bias());
    timers = new Timers(this);
    calls = new SystemCalls(this, vm, space, loaded.breakStart(), setup);
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
  void stop(Ending.StopReason reason) {
    stopReason.compareAndSet(null, reason);
    interrupt();
  }

  /// Makes the guest leave the vCPU or its wait, to look at what has changed. Thread-safe.
  void interrupt() {
    vm.kick();
    events.signal();
  }

  /// Runs the guest until it ends.
  Ending run() {
    cpuTime.begin();
    try {
      while (true) {
        Ending.StopReason reason = stopReason.get();
        if (reason != null) {
          end(new Ending.Stopped(reason));
        }
        signals.deliver(task);
        if (ending != null) {
          return ending;
        }
        step();
      }
    } catch (GuestMemoryExhaustedException e) {
      return new Ending.OutOfMemory();
    } catch (StreamLimitException e) {
      return new Ending.OutputLimit(e.descriptor(), e.limit());
    } finally {
      cpuTime.end();
    }
  }

  private void step() {
    VmExit exit = vm.run();
    statistics.exit();
    switch (exit) {
      case SYSTEM_CALL -> systemCall();
      case GUEST_CALL -> signals.fault(task, SignalInfo.ofKernel(SignalInfo.SIGSEGV));
      case FAULT -> fault(vm.fault());
      case INTERRUPTED -> timers.expire(task);
    }
  }

  /// Answers the system call that the guest has made, waiting if it must.
  private void systemCall() {
    int number = (int) registers.rax();
    statistics.systemCall(number);
    while (true) {
      long seen = events.seen();
      long result = calls.call(task, number);
      if (result != Task.BLOCKED) {
        registers.rax(result);
        task.callEnded();
        task.restoreMask();
        return;
      }
      if (!await(seen)) {
        return;
      }
      timers.expire(task);
      if (task.hasDeliverableSignal()) {
        signals.interruptCall(task, registers, number);
        return;
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

  private void fault(Fault fault) {
    if (fault.vector() == Fault.DOUBLE_FAULT) {
      end(new Ending.Broken(fault));
      return;
    }
    signals.frame().fault(fault.vector(), fault.errorCode(), fault.address());
    if (fault.vector() == Fault.PAGE_FAULT) {
      pageFault(fault);
    } else {
      signals.fault(task, FaultSignals.of(fault, registers.rip(), signals.frame()));
    }
  }

  private void pageFault(Fault fault) {
    long address = fault.address();
    long error = fault.errorCode();
    int right = PageTables.READ;
    if ((error & Fault.ERROR_WRITE) != 0) {
      right = PageTables.WRITE;
    } else if ((error & Fault.ERROR_FETCH) != 0) {
      right = PageTables.EXECUTE;
    }
    AddressSpace.Touch touch = space.touch(address, right);
    if (touch == AddressSpace.Touch.BOUND && !isStuck(address)) {
      return;
    }
    signals.fault(task, FaultSignals.ofPageFault(touch, address));
  }

  private boolean isStuck(long address) {
    long rip = registers.rip();
    boolean same = rip == lastFaultRip && address == lastFaultAddress;
    lastFaultRip = rip;
    lastFaultAddress = address;
    repeatedFaults = same ? repeatedFaults + 1 : 0;
    return repeatedFaults > MAX_REPEATED_FAULTS;
  }

  @Override
  public void close() {
    timers.close();
    calls.close();
  }
}
