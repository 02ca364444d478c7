package dev.mote.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /// Its users and groups.
  Credentials credentials();

  /// The numbers of its threads that have not ended, in the order in which they began.
  List<Integer> threads();

  /// The thread that asks.
  int currentThread();

  /// What there is to say of a thread; null if it has ended. The first one, whose number is that of
  /// the process, may end before others.
  @Nullable ThreadFacts thread(int tid);

  /// A set of signals of the whole process, bit n-1 for signal n.
  long signals(SignalSet set);

  /// The sets that `/proc/self/status` shows.
  enum SignalSet {
    PENDING,
    IGNORED,
    CAUGHT
  }

  /// A thread as it is now.
  ///
  /// @param name at most 15 bytes
  /// @param waits whether it waits for something
  /// @param pending signals that were sent to it alone, bit n-1 for signal n
  /// @param blocked signals that it holds back
  /// @param cpuNanos CPU time used so far
  record ThreadFacts(
      int tid, String name, boolean waits, long pending, long blocked, long cpuNanos) {}
}
