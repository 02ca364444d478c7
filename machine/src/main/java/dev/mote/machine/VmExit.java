package dev.mote.machine;

/// Why a guest stopped running: all that a layer above the hypervisor ever sees.
public enum VmExit {
  /// The guest executed SYSCALL. The registers are the guest's, with `rip` behind the instruction.
  SYSTEM_CALL,
  /// The guest wrote to the guest-call port. The registers are the guest's, with `rip` behind the
  /// instruction.
  GUEST_CALL,
  /// The guest caused an exception: see [VirtualMachine#fault()].
  FAULT,
  /// [VirtualMachine#kick()] was called. The guest stands between two of its instructions.
  INTERRUPTED
}
