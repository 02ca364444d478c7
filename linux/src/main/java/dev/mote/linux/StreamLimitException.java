package dev.mote.linux;

/// The program has written more to a standard stream than it may. Whoever runs it makes an outcome
/// of this; what was written up to the limit has arrived.
public final class StreamLimitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String stream;
  private final long limit;

  StreamLimitException(String stream, long limit) {
    super(stream + " takes " + limit + " bytes", null, false, false);
    this.stream = stream;
    this.limit = limit;
  }

  /// "standard output" or "standard error".
  public String stream() {
    return stream;
  }

  /// In bytes.
  public long limit() {
    return limit;
  }
}
