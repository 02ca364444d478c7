package dev.mote;

/// The root of every exception of this library. Unchecked, as all of them.
public sealed class SandboxException extends RuntimeException
    permits ProgramException, HostException, CallException, PoisonedException {
  private static final long serialVersionUID = 1;

  SandboxException(String message) {
    super(message);
  }

  SandboxException(String message, Throwable cause) {
    super(message, cause);
  }
}
