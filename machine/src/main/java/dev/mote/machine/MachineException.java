package dev.mote.machine;

/// The virtual machine or the host beneath it failed in a way that no guest can be blamed for.
public final class MachineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public MachineException(String message) {
    super(message);
  }

  /// Turns a result in the kernel's convention into an exception if it is an error.
  ///
  /// @param result what the kernel returned: not negative, or `-errno`
  /// @param operation the name of what was asked for, such as `KVM_CREATE_VM`
  /// @return the result, which is not negative
  static long check(long result, String operation) {
    if (result < 0) {
      throw new MachineException(
          operation + " failed: errno " + -result + hint(operation, (int) -result));
    }
    return result;
  }

  private static String hint(String operation, int errno) {
    return switch (errno) {
      case 12 -> " (ENOMEM: the host has no memory left for " + operation + ")";
      case 24 -> " (EMFILE: too many open files in this process; raise `ulimit -n`)";
      case 23 -> " (ENFILE: too many open files on this host)";
      default -> "";
    };
  }
}
