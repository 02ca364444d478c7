package dev.mote.server;

/// A server did not do what it was asked to, or is not there. The message says why.
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ApiException(String message) {
    super(message);
  }

  ApiException(String message, Throwable cause) {
    super(message, cause);
  }
}
