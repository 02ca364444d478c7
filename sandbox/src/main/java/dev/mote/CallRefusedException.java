package dev.mote;

/// The host refused a call. The sandbox takes further calls.
public final class CallRefusedException extends CallException {
  private static final long serialVersionUID = 1;

  private final transient Refusal refusal;

  CallRefusedException(Refusal refusal) {
    super(refusal.toString());
    this.refusal = refusal;
  }

  public Refusal refusal() {
    return refusal;
  }
}
