package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Why a signal was sent: what `siginfo_t` tells.
///
/// @param signal its number
/// @param code SI_USER, SEGV_MAPERR, …
/// @param address the faulting address for a fault; for a timer how often it ran out besides
/// @param sender the process that sent it, for kill and its kin; the number of a timer
/// @param value what came with it (sigqueue, timer_create), or the status for a fault
record SignalInfo(int signal, int code, long address, int sender, long value) {
  // Signal numbers, asm/signal.h.
  static final int SIGHUP = 1;
  static final int SIGINT = 2;
  static final int SIGILL = 4;
  static final int SIGTRAP = 5;
  static final int SIGABRT = 6;
  static final int SIGBUS = 7;
  static final int SIGFPE = 8;
  static final int SIGKILL = 9;
  static final int SIGUSR1 = 10;
  static final int SIGSEGV = 11;
  static final int SIGUSR2 = 12;
  static final int SIGPIPE = 13;
  static final int SIGALRM = 14;
  static final int SIGTERM = 15;
  static final int SIGCHLD = 17;
  static final int SIGCONT = 18;
  static final int SIGSTOP = 19;
  static final int SIGTSTP = 20;
  static final int SIGTTIN = 21;
  static final int SIGTTOU = 22;
  static final int SIGURG = 23;
  static final int SIGVTALRM = 26;
  static final int SIGPROF = 27;
  static final int SIGWINCH = 28;
  static final int LAST = 64;

  // Codes, asm-generic/siginfo.h.
  static final int SI_USER = 0;
  static final int SI_KERNEL = 0x80;
  static final int SI_QUEUE = -1;
  static final int SI_TIMER = -2;
  static final int SI_TKILL = -6;
  static final int ILL_ILLOPN = 2;
  static final int FPE_INTDIV = 1;
  static final int FPE_FLTDIV = 3;
  static final int FPE_FLTOVF = 4;
  static final int FPE_FLTUND = 5;
  static final int FPE_FLTRES = 6;
  static final int FPE_FLTINV = 7;
  static final int SEGV_MAPERR = 1;
  static final int SEGV_ACCERR = 2;
  static final int BUS_ADRALN = 1;
  static final int BUS_ADRERR = 2;
  static final int TRAP_BRKPT = 1;
  static final int TRAP_TRACE = 2;

  /// A signal that the kernel sends of itself.
  static SignalInfo ofKernel(int signal) {
    return new SignalInfo(signal, SI_KERNEL, 0, 0, 0);
  }

  static SignalInfo ofFault(int signal, int code, long address) {
    return new SignalInfo(signal, code, address, 0, 0);
  }

  static SignalInfo ofSender(int signal, int code, int sender) {
    return new SignalInfo(signal, code, 0, sender, 0);
  }

  /// A signal of a timer of timer_create.
  static SignalInfo ofTimer(int signal, int timer, long overrun, long value) {
    return new SignalInfo(signal, SI_TIMER, overrun, timer, value);
  }

  /// How often its timer ran out besides, and was not told of.
  int overrun() {
    return code == SI_TIMER ? (int) address : 0;
  }

  boolean isFault() {
    return code > 0
        && switch (signal) {
          case SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV -> true;
          default -> false;
        };
  }

  /// `siginfo_t` as the guest sees it: signo, errno, code, then by kind: the address at 16; or the
  /// sender and its user id, or the timer and its overrun, at 16 and 20 and the value at 24. 128
  /// bytes.
  byte[] toBytes() {
    var bytes = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0, signal).putInt(8, code);
    if (isFault()) {
      bytes.putLong(16, address);
    } else {
      bytes.putInt(16, sender).putInt(20, overrun()).putLong(24, value);
    }
    return bytes.array();
  }

  /// Why a signal was sent, for people.
  String cause() {
    if (!isFault()) {
      return switch (code) {
        case SI_KERNEL -> "sent by the kernel";
        case SI_TIMER -> "sent by a timer";
        default -> "sent by itself";
      };
    }
    String at = " 0x" + Long.toHexString(address);
    if (code == SI_KERNEL) {
      return "an instruction that is not allowed, or an address that cannot exist";
    }
    return switch (signal) {
      case SIGSEGV -> code == SEGV_MAPERR ? "nothing is mapped at" + at : "no right to access" + at;
      case SIGBUS -> code == BUS_ADRALN ? "misaligned access" : "behind the end of a file at" + at;
      case SIGFPE -> code == FPE_INTDIV ? "integer division" : "floating point";
      case SIGILL -> "invalid instruction at" + at;
      default -> "trap at" + at;
    };
  }
}
