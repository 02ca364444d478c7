package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// A guest cannot be made or run, for a reason that is not in what it does.
public final class GuestFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String text;
  private final String fix;
  private final Blame blame;

  /// What is at fault.
  public enum Blame {
    HOST,
    /// The program, its arguments or its mounts.
    PROGRAM,
    /// There is no such program in the file tree.
    MISSING_PROGRAM,
    /// There is the program, but not the dynamic loader that it asks for, or the interpreter.
    MISSING_INTERPRETER,
    /// There is no room for the environment of a run.
    ENVIRONMENT
  }

  private GuestFailure(String text, String fix, Blame blame, @Nullable Throwable cause) {
    super(text, cause);
    this.text = text;
    this.fix = fix;
    this.blame = blame;
  }

  /// The host is at fault.
  static GuestFailure ofHost(String fix, RuntimeException cause) {
    return new GuestFailure(String.valueOf(cause.getMessage()), fix, Blame.HOST, cause);
  }

  /// What was asked for is at fault: the program, its arguments or its mounts.
  static GuestFailure ofProgram(RuntimeException cause) {
    return new GuestFailure(String.valueOf(cause.getMessage()), "", Blame.PROGRAM, cause);
  }

  /// The program cannot be started.
  static GuestFailure ofProgram(String text, Blame blame) {
    return new GuestFailure(text, "", blame, null);
  }

  /// The message.
  public String text() {
    return text;
  }

  /// What to do about it; empty if that is not known.
  public String fix() {
    return fix;
  }

  public Blame blame() {
    return blame;
  }
}
