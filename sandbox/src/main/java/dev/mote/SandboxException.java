package dev.mote;

import dev.mote.linux.GuestFailure;

/// The root of every exception of this library. Unchecked, as all of them.
public sealed class SandboxException extends RuntimeException
    permits ProgramException,
        HostException,
        CallException,
        PoisonedException,
        PoolException,
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
    return e.isAboutProgram()
        ? new ProgramException(ProgramException.Kind.NOT_RUNNABLE, program + e.text())
        : new HostException(e.text(), e.fix(), e);
  }
}
