package dev.mote;

/// Why the host refused a call.
///
/// @param reason for programs
/// @param function whose call it was
/// @param message for people: which argument, and why
public record Refusal(Reason reason, String function, String message) {
  /// What was wrong.
  public enum Reason {
    /// The guest offers no function of this name.
    UNKNOWN_FUNCTION,
    /// It takes another number of arguments.
    ARGUMENT_COUNT,
    /// A value is not of the declared type.
    WRONG_TYPE,
    /// A number does not fit the declared type.
    OUT_OF_RANGE,
    /// The message is larger than the limit.
    TOO_LARGE,
    /// A value is nested more deeply than the limit.
    TOO_DEEP,
    /// The calls are nested more deeply than the limit.
    TOO_MANY_NESTED_CALLS,
    /// A value cannot be written or read for another reason.
    INVALID_VALUE
  }

  @Override
  public String toString() {
    return function + ": " + message;
  }
}
