package dev.mote;

import org.jspecify.annotations.Nullable;

/// What a host function throws to give the guest an error of its choice. Everything in it goes to
/// the guest.
public final class HostFunctionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String code;
  private final transient @Nullable Object details;

  /// @param code for programs, such as `not-found`
  /// @param message for people
  public HostFunctionException(String code, String message) {
    this(code, message, null);
  }

  /// @param code for programs, such as `not-found`
  /// @param message for people
  /// @param details a value that fits the type `any`
  public HostFunctionException(String code, String message, @Nullable Object details) {
    super(message);
    this.code = code;
    this.details = details;
  }

  public String code() {
    return code;
  }

  public @Nullable Object details() {
    return details;
  }
}
