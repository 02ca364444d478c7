package dev.mote;

/// A pool has no room for a call: it was not begun.
public final class PoolException extends SandboxException {
  private static final long serialVersionUID = 1;

  /// Why there is no room.
  public enum Reason {
    /// As many calls wait already as may.
    TOO_MANY_WAITING,
    /// No machine became free in time.
    WAITED_TOO_LONG,
    /// The pool is being drained, or is closed.
    CLOSED,
    /// The thread was interrupted while it waited.
    INTERRUPTED
  }

  private final Reason reason;

  PoolException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
