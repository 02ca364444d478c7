package dev.mote.functions;

/// A function cannot be deployed. The message is for who wrote it: it says what is wrong, in which
/// file if that is known, and what to do.
public final class FunctionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public FunctionException(String message) {
    super(message);
  }

  public FunctionException(String message, Throwable cause) {
    super(message, cause);
  }
}
