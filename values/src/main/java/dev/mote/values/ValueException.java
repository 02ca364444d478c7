package dev.mote.values;

/// A value cannot be written or read. The message says where in the value, and why.
public final class ValueException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// What was wrong.
  public enum Reason {
    /// The bytes are not a message as the protocol has them.
    MALFORMED,
    /// The value is not of the type.
    WRONG_TYPE,
    /// The number does not fit the type.
    OUT_OF_RANGE,
    /// The message would be larger than its limit.
    TOO_LARGE,
    /// The value is nested more deeply than the limit.
    TOO_DEEP
  }

  private final Reason reason;

  public ValueException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  static ValueException wrongType(String message) {
    return new ValueException(Reason.WRONG_TYPE, message);
  }

  static ValueException outOfRange(Object value, Type type) {
    String range = type instanceof Type.Int i ? " (%s to %s)".formatted(i.min(), i.max()) : "";
    return new ValueException(
        Reason.OUT_OF_RANGE,
        "%s is out of the range of %s%s".formatted(Quote.number(value), type, range));
  }

  static ValueException malformed(String message) {
    return new ValueException(Reason.MALFORMED, message);
  }

  public Reason reason() {
    return reason;
  }

  /// The same, of a value within another.
  ///
  /// @param place such as `field 'age'`
  ValueException in(String place) {
    var outer = new ValueException(reason, place + ": " + getMessage());
    outer.setStackTrace(getStackTrace());
    return outer;
  }
}
