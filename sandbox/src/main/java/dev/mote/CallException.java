package dev.mote;

/// A call of a guest function gave no value.
public abstract sealed class CallException extends SandboxException
    permits GuestErrorException, CallRefusedException, GuestEndedException {
  private static final long serialVersionUID = 1;

  CallException(String message) {
    super(message);
  }
}
