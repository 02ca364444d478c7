package dev.mote.linux;

/// What `/proc` tells of a process. The methods are called when a file is read.
interface ProcessFacts {
  int processId();

  int parentId();

  /// The name of the main thread, at most 15 bytes.
  String name();

  /// The program that runs.
  RunningProgram program();

  /// The arguments, each with a NUL after it.
  byte[] commandLine();

  /// The environment, each entry with a NUL after it.
  byte[] environment();

  /// The text of `/proc/self/maps`.
  byte[] maps();

  /// Bytes of address space, and of those that have memory.
  long virtualBytes();

  long residentBytes();

  /// CPU time used so far, in nanoseconds.
  long cpuNanos();

  /// When it started, in nanoseconds of CLOCK_MONOTONIC.
  long startNanos();

  /// A resource limit (`RLIMIT_*`); -1 is unlimited.
  long limit(int resource, boolean hard);

  /// A set of signals, bit n-1 for signal n.
  long signals(SignalSet set);

  /// The sets that `/proc/self/status` shows.
  enum SignalSet {
    PENDING,
    BLOCKED,
    IGNORED,
    CAUGHT
  }
}
