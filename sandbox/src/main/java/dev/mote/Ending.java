package dev.mote;

import java.time.Duration;
import java.util.List;

/// How a program ended. Every way is here: a `switch` over it needs no default.
public sealed interface Ending {
  /// It ended by itself.
  ///
  /// @param status what it gave to exit, from 0 to 255
  record Exited(int status) implements Ending {}

  /// A signal killed it: a fault of its own, or one that it sent itself.
  record Signaled(FaultReport report) implements Ending {}

  /// It ran for too long.
  ///
  /// @param kind by which measure
  /// @param limit what was allowed
  record TimedOut(Kind kind, Duration limit) implements Ending {
    /// What was measured.
    public enum Kind {
      /// The time that passed.
      WALL,
      /// The CPU time that the program used.
      CPU
    }
  }

  /// It needed more memory than it may have.
  record OutOfMemory(MemorySize limit) implements Ending {}

  /// It wrote more than it may.
  ///
  /// @param what which limit, for people
  /// @param limit what was allowed
  record LimitExceeded(String what, MemorySize limit) implements Ending {}

  /// The host stopped it: the thread that ran it was interrupted, or the sandbox was closed.
  record Cancelled() implements Ending {}

  /// Each of its threads waits for another one, and none can go on.
  ///
  /// @param threads what each waits in, in the order in which they began
  record Deadlocked(List<WaitingThread> threads) implements Ending {
    public Deadlocked {
      threads = List.copyOf(threads);
    }
  }

  /// It brought its virtual machine into a state that cannot be continued. The host is unharmed.
  ///
  /// @param text what the hypervisor says, for people
  record Broken(String text) implements Ending {}

  /// It broke the protocol of messages, or did not return what it declares.
  ///
  /// @param text how, for people
  record ProtocolViolation(String text) implements Ending {}
}
