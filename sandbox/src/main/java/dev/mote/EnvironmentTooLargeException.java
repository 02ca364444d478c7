package dev.mote;

/// A run was given an environment for which its snapshot has no room ([SnapshotPoint]): it was not
/// begun.
public final class EnvironmentTooLargeException extends SandboxException {
  private static final long serialVersionUID = 1;

  EnvironmentTooLargeException(String message) {
    super(message);
  }
}
