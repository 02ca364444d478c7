package dev.mote.linux;

import dev.mote.machine.Fault;
import java.util.List;

/// How a guest program ended.
public sealed interface Ending {
  /// It called exit.
  ///
  /// @param status from 0 to 255
  record Exited(int status) implements Ending {}

  /// A signal killed it.
  ///
  /// @param signal its number
  /// @param code why it was sent (`si_code`)
  /// @param address the faulting address, 0 if the signal is not about one
  /// @param registers at that moment
  /// @param frames where it was, innermost first
  record Killed(int signal, int code, long address, RegisterFile registers, List<Frame> frames)
      implements Ending {}

  /// The host stopped it.
  record Stopped(StopReason reason) implements Ending {}

  /// It needed more memory than its limit.
  record OutOfMemory() implements Ending {}

  /// It wrote more to a stream than its limit.
  ///
  /// @param descriptor 1 for standard output, 2 for standard error
  /// @param limit in bytes
  record OutputLimit(int descriptor, long limit) implements Ending {}

  /// The virtual machine can no longer run: the guest made the processor shut down, or the
  /// hypervisor gave up on it.
  record Broken(Fault fault) implements Ending {}

  /// Who stopped it.
  enum StopReason {
    WALL_TIME,
    CPU_TIME,
    /// The thread that ran it was interrupted.
    INTERRUPTED,
    CLOSED
  }

  /// One function in a chain of calls.
  ///
  /// @param address of the instruction
  /// @param symbol the function's name as the linker knows it, or an empty string
  /// @param offset of the instruction in the function
  record Frame(long address, String symbol, long offset) {}

  /// The general registers.
  record RegisterFile(
      long rax,
      long rbx,
      long rcx,
      long rdx,
      long rsi,
      long rdi,
      long rbp,
      long rsp,
      long r8,
      long r9,
      long r10,
      long r11,
      long r12,
      long r13,
      long r14,
      long r15,
      long rip,
      long rflags) {}
}
