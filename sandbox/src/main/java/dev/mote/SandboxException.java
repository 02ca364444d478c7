package dev.mote;

import dev.mote.linux.GuestFailure;

/// The root of every exception of this library. Unchecked, as all of them.
public sealed class SandboxException extends RuntimeException
    permits ProgramException,
        HostException,
        CallException,
        PoisonedException,
        PoolException,
        EnvironmentTooLargeException,
        SnapshotException {
  private static final long serialVersionUID = 1;

  SandboxException(String message) {
    super(message);
  }

  SandboxException(String message, Throwable cause) {
    super(message, cause);
  }

  /// What a failure of the layer below is to the user.
  ///
  /// @param program in front of the text, if the program is to blame
  static SandboxException of(GuestFailure e, String program) {
    return switch (e.blame()) {
      case HOST -> new HostException(e.text(), e.fix(), e);
      case PROGRAM -> new ProgramException(ProgramException.Kind.NOT_RUNNABLE, program + e.text());
      case MISSING_PROGRAM ->
          new ProgramException(ProgramException.Kind.NOT_FOUND, program + e.text());
      case MISSING_INTERPRETER ->
          new ProgramException(ProgramException.Kind.NO_INTERPRETER, program + e.text());
      case ENVIRONMENT -> new EnvironmentTooLargeException(program + e.text());
    };
  }
}
