package dev.mote;

/// A snapshot that cannot be stored, or parts that are no snapshot which can go on here; the
/// message says why.
public final class SnapshotException extends SandboxException {
  private static final long serialVersionUID = 1;

  SnapshotException(String message) {
    super(message);
  }

  SnapshotException(String message, Throwable cause) {
    super(message, cause);
  }
}
