package dev.mote.cli;

/// The exit statuses of `mote` that are not the program's own: those of timeout(1) and of a shell.
public final class ExitStatus {
  public static final int OK = 0;

  /// `mote doctor` found something that has to be mended.
  static final int UNFIT_HOST = 1;

  /// `mote call`: the function returned an error.
  public static final int FUNCTION_FAILED = 1;

  /// A limit of time ended the program.
  static final int TIMED_OUT = 124;

  /// A fault of mote, of its command line or of its environment: the program did not run, or not to
  /// its end.
  public static final int MOTE_FAILED = 125;

  /// The file is not a program that can run.
  static final int NOT_RUNNABLE = 126;

  static final int NOT_FOUND = 127;

  private static final int SIGINT = 2;
  private static final int SIGKILL = 9;

  /// A limit other than of time ended the program, as the kernel's out-of-memory killer would.
  static final int KILLED = signal(SIGKILL);

  /// The run was stopped from outside, as by Ctrl-C.
  static final int INTERRUPTED = signal(SIGINT);

  private ExitStatus() {}

  /// Ended by signal `number`.
  static int signal(int number) {
    return 128 + number;
  }
}
