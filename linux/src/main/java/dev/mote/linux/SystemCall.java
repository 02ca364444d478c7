package dev.mote.linux;

import java.util.List;

/// A system call of Linux on x86-64, as a table knows it: nothing here says whether it is
/// implemented.
///
/// @param number what the program puts into RAX
/// @param arguments what it puts into RDI, RSI, RDX, R10, R8 and R9
record SystemCall(int number, String name, Result result, List<ArgumentKind> arguments) {
  /// What a successful result means.
  enum Result {
    NUMBER,
    ADDRESS,
    OCTAL,
    /// A count of ready descriptors: none means that time ran out.
    READY,
    /// None: the call does not return.
    NONE
  }
}
