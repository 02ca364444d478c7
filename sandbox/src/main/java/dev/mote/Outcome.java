package dev.mote;

import java.time.Duration;

/// How a program ended. Every way is here: a `switch` over it needs no default.
public sealed interface Outcome {
  /// It ended by itself.
  ///
  /// @param status what it gave to exit, from 0 to 255
  record Exited(int status) implements Outcome {}

  /// A signal killed it: a fault of its own, or one that it sent itself.
  record Signaled(FaultReport report) implements Outcome {}

  /// It ran for too long.
  ///
  /// @param kind by which measure
  /// @param limit what was allowed
  record TimedOut(Kind kind, Duration limit) implements Outcome {
    /// What was measured.
    public enum Kind {
      /// The time that passed.
      WALL,
      /// The CPU time that the program used.
      CPU
    }
  }

  /// It needed more memory than it may have.
  record OutOfMemory(MemorySize limit) implements Outcome {}

  /// It wrote more than it may.
  ///
  /// @param what which limit, for people
  /// @param limit what was allowed
  record LimitExceeded(String what, MemorySize limit) implements Outcome {}

  /// The host stopped it: the thread that ran it was interrupted, or the sandbox was closed.
  record Cancelled() implements Outcome {}

  /// It brought its virtual machine into a state that cannot be continued. The host is unharmed.
  ///
  /// @param text what the hypervisor says, for people
  record Broken(String text) implements Outcome {}
}
