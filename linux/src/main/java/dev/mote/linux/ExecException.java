package dev.mote.linux;

/// A program cannot be started: an error number for the program that asked for it, and a text for
/// people, which reads on after the name of the program.
final class ExecException extends RuntimeException {
  private static final long serialVersionUID = 1;

  final Errno errno;
  final GuestFailure.Blame blame;

  ExecException(Errno errno, GuestFailure.Blame blame, String text) {
    super(text);
    this.errno = errno;
    this.blame = blame;
  }

  /// The same for whoever made the sandbox.
  GuestFailure toFailure(String program) {
    return GuestFailure.ofProgram(program + ": " + getMessage(), blame);
  }
}
