package dev.mote.machine;

/// This host cannot run virtual machines now. The message says why, [#fix()] what to do.
public final class HypervisorUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String reason;
  private final String fix;

  HypervisorUnavailableException(String reason, String fix) {
    super(reason);
    this.reason = reason;
    this.fix = fix;
  }

  /// The same as the message.
  public String reason() {
    return reason;
  }

  /// What the user can do, in one sentence.
  public String fix() {
    return fix;
  }
}
