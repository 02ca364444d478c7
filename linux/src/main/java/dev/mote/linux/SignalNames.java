package dev.mote.linux;

/// The names of the signals of Linux on x86-64 (`asm/signal.h`).
final class SignalNames {
  private SignalNames() {}

  private static final int FIRST_REALTIME = 32;
  private static final int LAST = 64;

  // Index is the number; 0 is no signal.
  private static final String[] NAMES =
      ("0 HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT"
              + " STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS")
          .split(" ");

  /// As in C: `SIGSEGV`, `SIGRTMIN`, `SIGRT_1`, or the bare number.
  static String of(int signal) {
    if (signal == 0) {
      return "0";
    }
    String name = shortName(signal);
    return name.isEmpty() ? Integer.toString(signal) : "SIG" + name;
  }

  /// The signals of a mask, without their prefix: `[INT CHLD]`; when most are in it, those that are
  /// not: `~[KILL STOP]`.
  ///
  /// @param mask bit n is signal n + 1
  static String ofMask(long mask) {
    boolean inverted = Long.bitCount(mask) * 3 > LAST * 2;
    long shown = inverted ? ~mask : mask;
    var text = new StringBuilder(inverted ? "~[" : "[");
    for (int signal = 1; signal <= LAST; signal++) {
      if ((shown >>> (signal - 1) & 1) != 0) {
        text.append(text.charAt(text.length() - 1) == '[' ? "" : " ").append(shortName(signal));
      }
    }
    return text.append(']').toString();
  }

  private static String shortName(int signal) {
    if (signal < 1 || signal > LAST) {
      return "";
    }
    if (signal < FIRST_REALTIME) {
      return NAMES[signal];
    }
    return signal == FIRST_REALTIME ? "RTMIN" : "RT_" + (signal - FIRST_REALTIME);
  }
}
