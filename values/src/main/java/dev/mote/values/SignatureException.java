package dev.mote.values;

/// A text that is no signature; the message says where and why.
public final class SignatureException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  SignatureException(String message) {
    super(message);
  }
}
