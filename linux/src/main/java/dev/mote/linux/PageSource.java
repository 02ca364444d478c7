package dev.mote.linux;

import dev.mote.machine.GuestMemory;

/// Where the content of a mapping's pages comes from, before the program changed them.
interface PageSource {
  /// The bytes that there are; what lies behind them in their last page reads as zeros, and pages
  /// behind that one are not there (SIGBUS).
  long size();

  /// Copies bytes into a frame that holds zeros.
  ///
  /// @param position of the first byte; may lie behind the end
  /// @param length at most this many; fewer at the end
  void copy(long position, GuestMemory memory, long gpa, int length);
}
