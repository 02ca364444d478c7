package dev.mote;

/// A file that cannot be run as a program; the message says why.
public final class ProgramException extends SandboxException {
  private static final long serialVersionUID = 1;

  /// Why it cannot be run.
  public enum Kind {
    /// There is no such file.
    NOT_FOUND,
    /// The file is there, but is no program that Mote runs.
    NOT_RUNNABLE,
    /// The program is there, but not what starts it: the dynamic loader that it asks for, or the
    /// interpreter of a script. The program's file tree must have that, and the libraries.
    NO_INTERPRETER,
    /// It runs, but ended before it announced functions.
    NO_FUNCTIONS,
    /// It runs, but ended before it came to where a snapshot was to be taken.
    NOT_READY
  }

  private final Kind kind;

  ProgramException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
