package dev.mote.linux;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All system calls of Linux on x86-64, by number: for traces, and for the names of calls that are
/// not implemented. Built when it is first asked, which most runs never do.
final class SystemCallTable {
  private SystemCallTable() {}

  /// Numbers from this one on are no calls.
  static final int END = 512;

  private static final @Nullable SystemCall[] CALLS = new SystemCall[END];

  static {
    SystemCallList.fill(CALLS);
  }

  /// The call of a number, which may be anything.
  static Optional<SystemCall> of(long number) {
    return number >= 0 && number < END
        ? Optional.ofNullable(CALLS[(int) number])
        : Optional.empty();
  }

  /// The name of a number, or `syscall_0x1ff` for one that no call has.
  static String name(long number) {
    return of(number)
        .map(SystemCall::name)
        .orElseGet(() -> "syscall_0x" + Long.toHexString(number));
  }

  /// The number of a name.
  ///
  /// @throws IllegalArgumentException when no call has it
  static int number(String name) {
    for (SystemCall call : CALLS) {
      if (call != null && call.name().equals(name)) {
        return call.number();
      }
    }
    throw new IllegalArgumentException(name + " is no system call");
  }
}
