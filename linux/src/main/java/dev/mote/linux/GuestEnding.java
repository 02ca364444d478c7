package dev.mote.linux;

import java.util.List;
import java.util.Map;

/// How a guest program ended.
public sealed interface GuestEnding {
  /// It called exit.
  ///
  /// @param status from 0 to 255
  record Exited(int status) implements GuestEnding {}

  /// A signal killed it.
  ///
  /// @param signal its number
  /// @param signalName such as `SIGSEGV`
  /// @param cause why it was sent, for people
  /// @param address the faulting address, 0 if the signal is not about one
  /// @param registers at that moment, by their names in lower case
  /// @param frames where it was, innermost first
  record Killed(
      int signal,
      String signalName,
      String cause,
      long address,
      Map<String, Long> registers,
      List<Frame> frames)
      implements GuestEnding {}

  /// The host stopped it.
  record Stopped(StopReason reason) implements GuestEnding {}

  /// It needed more memory than its limit.
  record OutOfMemory() implements GuestEnding {}

  /// It wrote more to a stream than its limit.
  ///
  /// @param stream "standard output" or "standard error"
  /// @param limit in bytes
  record OutputLimit(String stream, long limit) implements GuestEnding {}

  /// Each of its threads waits for another one, for good.
  record Deadlocked(List<ThreadWait> threads) implements GuestEnding {}

  /// The virtual machine can no longer run: the guest made the processor shut down, or the
  /// hypervisor gave up on it.
  ///
  /// @param text what is known of it
  record Broken(String text) implements GuestEnding {}

  /// Who stopped it.
  enum StopReason {
    WALL_TIME,
    CPU_TIME,
    /// The thread that ran it was interrupted.
    INTERRUPTED,
    /// Somebody asked for it.
    CANCELLED,
    CLOSED
  }

  /// One function in a chain of calls.
  ///
  /// @param address of the instruction
  /// @param symbol the function's name as the linker knows it, or an empty string
  /// @param offset of the instruction in the function
  record Frame(long address, String symbol, long offset) {}
}
