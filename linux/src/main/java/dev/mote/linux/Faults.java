package dev.mote.linux;

import static dev.mote.linux.SignalInfo.SIGTRAP;

import dev.mote.machine.Fault;
import dev.mote.machine.PageTables;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;

/// Answers the guest's exceptions: a page that only lacked its frame gets it, everything else
/// becomes a signal.
final class Faults {
  /// A fault that comes back from the same instruction this often, although its page is bound, is
  /// not one that binding can mend.
  private static final int MAX_REPEATED_FAULTS = 8;

  private static final int INT_N = 0xcd;

  /// An instruction has 15 bytes at most, and INT n two.
  private static final int MAX_PREFIXES = 13;

  private static final int INT1 = 0xf1;
  private static final long TRAP_FLAG = 0x100;

  private final LinuxProcess process;
  private final Registers registers;
  private long lastRip;
  private long lastAddress;
  private int repeated;

  Faults(LinuxProcess process, VirtualMachine vm) {
    this.process = process;
    registers = vm.registers();
  }

  void handle(Task task, Fault reported) {
    Fault fault = reported.vector() == Fault.INVALID_OPCODE ? recognized(reported) : reported;
    if (fault.vector() == Fault.DOUBLE_FAULT) {
      process.end(
          new GuestEnding.Broken("the virtual machine stopped: exit reason " + fault.errorCode()));
      return;
    }
    process.signals().frame().fault(fault.vector(), fault.errorCode(), fault.address());
    if (fault.vector() == Fault.PAGE_FAULT) {
      pageFault(task, fault);
    } else if (fault.vector() == Fault.DEBUG && isInt1()) {
      process
          .signals()
          .fault(task, SignalInfo.ofFault(SIGTRAP, SignalInfo.TRAP_BRKPT, registers.rip()));
    } else {
      process
          .signals()
          .fault(task, FaultSignals.of(fault, registers.rip(), process.signals().frame()));
    }
  }

  /// A hypervisor that interprets what it cannot run takes INT n for an unknown instruction; a
  /// processor refuses it with a general protection fault whose error code names the gate.
  private Fault recognized(Fault invalidOpcode) {
    try {
      long at = registers.rip();
      while (isPrefix(process.memory().getByte(at) & 0xff) && at - registers.rip() < MAX_PREFIXES) {
        at++;
      }
      if ((process.memory().getByte(at) & 0xff) == INT_N) {
        int gate = process.memory().getByte(at + 1) & 0xff;
        return new Fault(Fault.GENERAL_PROTECTION, gate << 3 | 2, 0);
      }
      return invalidOpcode;
    } catch (ErrnoException _) {
      return invalidOpcode; // code that may be executed but not read
    }
  }

  /// The prefixes that INT n may have: all but LOCK.
  private static boolean isPrefix(int opcode) {
    return switch (opcode) {
      case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3 -> true;
      default -> opcode >= 0x40 && opcode <= 0x4f;
    };
  }

  /// Whether INT1 brought a debug exception, and not the trap flag after an instruction.
  private boolean isInt1() {
    try {
      long rip = registers.rip();
      return (registers.rflags() & TRAP_FLAG) == 0
          && (process.memory().getByte(rip - 1) & 0xff) == INT1;
    } catch (ErrnoException _) {
      return false;
    }
  }

  private void pageFault(Task task, Fault fault) {
    long address = fault.address();
    long error = fault.errorCode();
    int right = PageTables.READ;
    if ((error & Fault.ERROR_WRITE) != 0) {
      right = PageTables.WRITE;
    } else if ((error & Fault.ERROR_FETCH) != 0) {
      right = PageTables.EXECUTE;
    }
    boolean wasBound = process.space().tables().isBound(address);
    AddressSpace.Touch touch = touch(address, right);
    if (touch == AddressSpace.Touch.BOUND && !(wasBound && isStuck(address))) {
      return;
    }
    process.signals().fault(task, FaultSignals.ofPageFault(touch, address));
  }

  private AddressSpace.Touch touch(long address, int right) {
    try {
      return process.space().touch(address, right);
    } catch (ErrnoException _) {
      return AddressSpace.Touch.BEHIND_END; // a file of the host that can no longer be read
    }
  }

  private boolean isStuck(long address) {
    long rip = registers.rip();
    boolean same = rip == lastRip && address == lastAddress;
    lastRip = rip;
    lastAddress = address;
    repeated = same ? repeated + 1 : 0;
    return repeated > MAX_REPEATED_FAULTS;
  }
}
