package dev.mote;

/// A guest function returned an error. The sandbox takes further calls.
public final class GuestErrorException extends CallException {
  private static final long serialVersionUID = 1;

  private final transient GuestError error;

  GuestErrorException(GuestError error) {
    super(error.toString());
    this.error = error;
  }

  public GuestError error() {
    return error;
  }
}
