package dev.mote;

/// This host cannot run sandboxes, or failed while it did: the message says why, [#fix()] what to
/// do.
public final class HostException extends SandboxException {
  private static final long serialVersionUID = 1;

  private final String fix;

  HostException(String message, String fix, Throwable cause) {
    super(message, cause);
    this.fix = fix;
  }

  /// What the user can do, in one sentence; empty if that is not known.
  public String fix() {
    return fix;
  }
}
