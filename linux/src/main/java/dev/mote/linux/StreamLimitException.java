package dev.mote.linux;

/// The program wrote more to a standard stream than it may.
final class StreamLimitException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int descriptor;
  private final long limit;

  StreamLimitException(int descriptor, long limit) {
    super(
        "more than " + limit + " bytes were written to descriptor " + descriptor,
        null,
        false,
        false);
    this.descriptor = descriptor;
    this.limit = limit;
  }

  int descriptor() {
    return descriptor;
  }

  long limit() {
    return limit;
  }
}
