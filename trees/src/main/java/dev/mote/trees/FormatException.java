package dev.mote.trees;

/// What is read is not of its format, or is refused. It becomes a [TreeException] where the name of
/// the file is known.
final class FormatException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final String MAKE_AGAIN = "it is damaged, or made to do harm: make it again";

  private final String fault;
  private final String remedy;

  /// @param fault to be read after the name of the file
  FormatException(String fault) {
    this(fault, MAKE_AGAIN);
  }

  FormatException(String fault, String remedy) {
    super(fault, null, false, false);
    this.fault = fault;
    this.remedy = remedy;
  }

  TreeException of(String file) {
    return new TreeException(file, fault, remedy);
  }
}
