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

  /// Whether a mapping of it may be made writable.
  default boolean mayWrite() {
    return true;
  }

  /// Whether it is to be told when its pages come and go, because what is written there is its own.
  default boolean isShared() {
    return false;
  }

  /// Pages are about to be bound, and are not to be bound anywhere else then.
  ///
  /// @return how many of them can be
  default int claim(long position, int count) {
    return count;
  }

  /// Pages were bound.
  default void bound(long position, long gva, int count) {}

  /// A page is about to be unbound.
  default void released(long position, long gva) {}
}
