package dev.mote.linux;

/// A guest cannot be made or run, for a reason that is not in what it does.
public final class GuestFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String text;
  private final String fix;
  private final boolean aboutProgram;

  private GuestFailure(String text, String fix, boolean aboutProgram, Throwable cause) {
    super(text, cause);
    this.text = text;
    this.fix = fix;
    this.aboutProgram = aboutProgram;
  }

  /// The host is at fault.
  static GuestFailure ofHost(String fix, RuntimeException cause) {
    return new GuestFailure(String.valueOf(cause.getMessage()), fix, false, cause);
  }

  /// What was asked for is at fault: the program, its arguments or its mounts.
  static GuestFailure ofProgram(RuntimeException cause) {
    return new GuestFailure(String.valueOf(cause.getMessage()), "", true, cause);
  }

  /// The message.
  public String text() {
    return text;
  }

  /// What to do about it; empty if that is not known.
  public String fix() {
    return fix;
  }

  public boolean isAboutProgram() {
    return aboutProgram;
  }
}
