package dev.mote.machine;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// One virtual machine with one vCPU: the whole interface between a hypervisor and what is above
/// it.
///
/// Guest code runs at CPL 3 only. A virtual machine is used by one thread at a time; [#kick()]
/// alone may be called by any thread at any time, also after [#close()]. A virtual thread that runs
/// it blocks its carrier.
public interface VirtualMachine extends AutoCloseable {
  /// The port that CPL 3 may write one byte to; doing so is [VmExit#GUEST_CALL].
  ///
  /// This number, because KVM reports `rip` behind the instruction for it alone
  /// (KVM_X86_QUIRK_OUT_7E_INC_RIP).
  int GUEST_CALL_PORT = 0x7e;

  /// Guest physical memory.
  GuestMemory memory();

  /// The frames of the guest, if the machine was made for one.
  Frames frames();

  /// The frames of one of several guests.
  ///
  /// @param memoryLimit bytes of data that it may use; the machine was made for at least as much as
  ///   all its guests may
  Frames frames(long memoryLimit);

  /// The guest's general registers; valid between two runs.
  Registers registers();

  /// What the vCPU holds besides.
  Vcpu vcpu();

  /// Who is to [#run] it in place of the calling thread, where it is dear to run it by several
  /// threads in turns; null if the calling thread had better do it. May be called by any thread.
  @Nullable Executor elsewhere();

  /// Enters the guest with the registers as they are, until it exits.
  VmExit run();

  /// What happened, after [VmExit#FAULT].
  Fault fault();

  /// Whether the machine can never run again: the processor shut down, or the hypervisor could not
  /// go on.
  boolean isLost();

  /// Makes the present run, or else the next one, return [VmExit#INTERRUPTED] soon.
  void kick();

  /// What RDTSC reads in the guest.
  TimestampCounter timestampCounter();

  /// Frees everything; twice is harmless. The caller makes sure that no thread runs the machine.
  @Override
  void close();
}
