package dev.mote;

/// The program ended, or was ended, before a guest function returned. The sandbox is poisoned.
public final class GuestEndedException extends CallException {
  private static final long serialVersionUID = 1;

  private final transient Ending ending;

  GuestEndedException(Ending ending) {
    super("the guest ended before the function returned: " + ending);
    this.ending = ending;
  }

  public Ending ending() {
    return ending;
  }
}
