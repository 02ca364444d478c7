package dev.mote;

/// The sandbox takes no calls any more: an earlier one did not finish, so that nobody knows in what
/// state the guest is.
public final class PoisonedException extends SandboxException {
  private static final long serialVersionUID = 1;

  private final transient Ending ending;

  PoisonedException(Ending ending) {
    super("the sandbox is poisoned: its guest ended in an earlier call: " + ending);
    this.ending = ending;
  }

  /// How that call ended.
  public Ending ending() {
    return ending;
  }
}
