package dev.mote.linux;

import static dev.mote.linux.SignalInfo.BUS_ADRALN;
import static dev.mote.linux.SignalInfo.BUS_ADRERR;
import static dev.mote.linux.SignalInfo.FPE_INTDIV;
import static dev.mote.linux.SignalInfo.ILL_ILLOPN;
import static dev.mote.linux.SignalInfo.SEGV_ACCERR;
import static dev.mote.linux.SignalInfo.SEGV_MAPERR;
import static dev.mote.linux.SignalInfo.SIGBUS;
import static dev.mote.linux.SignalInfo.SIGFPE;
import static dev.mote.linux.SignalInfo.SIGILL;
import static dev.mote.linux.SignalInfo.SIGSEGV;
import static dev.mote.linux.SignalInfo.SIGTRAP;
import static dev.mote.linux.SignalInfo.TRAP_TRACE;

import dev.mote.machine.Fault;

/// The signal that Linux sends for an exception of the processor.
final class FaultSignals {
  private FaultSignals() {}

  /// @param rip where the program stands
  static SignalInfo of(Fault fault, long rip, SignalFrame state) {
    return switch (fault.vector()) {
      case Fault.DIVIDE_ERROR -> SignalInfo.ofFault(SIGFPE, FPE_INTDIV, rip);
      case Fault.DEBUG -> SignalInfo.ofFault(SIGTRAP, TRAP_TRACE, rip);
      case Fault.BREAKPOINT -> SignalInfo.ofKernel(SIGTRAP);
      case Fault.INVALID_OPCODE -> SignalInfo.ofFault(SIGILL, ILL_ILLOPN, rip);
      case Fault.SEGMENT_NOT_PRESENT, Fault.STACK_SEGMENT -> SignalInfo.ofKernel(SIGBUS);
      case Fault.X87_FLOATING_POINT ->
          SignalInfo.ofFault(SIGFPE, floatingPointCode(state.floatingPointExceptions(false)), rip);
      case Fault.SIMD_FLOATING_POINT ->
          SignalInfo.ofFault(SIGFPE, floatingPointCode(state.floatingPointExceptions(true)), rip);
      case Fault.ALIGNMENT_CHECK -> SignalInfo.ofFault(SIGBUS, BUS_ADRALN, 0);
      default -> SignalInfo.ofKernel(SIGSEGV); // #GP and what a program cannot cause
    };
  }

  static SignalInfo ofPageFault(AddressSpace.Touch touch, long address) {
    return switch (touch) {
      case UNMAPPED -> SignalInfo.ofFault(SIGSEGV, SEGV_MAPERR, address);
      case FORBIDDEN, BOUND -> SignalInfo.ofFault(SIGSEGV, SEGV_ACCERR, address);
      case BEHIND_END -> SignalInfo.ofFault(SIGBUS, BUS_ADRERR, address);
    };
  }

  /// The order is that of the kernel's fpu__exception_code.
  private static int floatingPointCode(int exceptions) {
    if ((exceptions & 1) != 0) {
      return SignalInfo.FPE_FLTINV;
    }
    if ((exceptions & 4) != 0) {
      return SignalInfo.FPE_FLTDIV;
    }
    if ((exceptions & 8) != 0) {
      return SignalInfo.FPE_FLTOVF;
    }
    if ((exceptions & 0x12) != 0) {
      return SignalInfo.FPE_FLTUND;
    }
    return (exceptions & 0x20) != 0 ? SignalInfo.FPE_FLTRES : 0;
  }
}
