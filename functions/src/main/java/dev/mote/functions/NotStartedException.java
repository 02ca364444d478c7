package dev.mote.functions;

/// A request's function is not ready, and will not be while the request could wait.
final class NotStartedException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Fault fault;

  NotStartedException(Fault fault) {
    super(fault.detail());
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}
