package dev.mote.trees;

/// What an archive or an image may cost whoever opens it. What exceeds a limit is refused.
///
/// @param content bytes of all its layers together, uncompressed
/// @param entries of all its layers together
/// @param index bytes of Java heap that the tree may take, roughly; the content is not in it
public record Limits(long content, long entries, long index) {
  /// 16 GiB, four million entries, 512 MiB.
  public static final Limits DEFAULT = new Limits(16L << 30, 4_000_000, 512L << 20);

  /// @throws IllegalArgumentException if one of them is negative
  public Limits {
    if (content < 0 || entries < 0 || index < 0) {
      throw new IllegalArgumentException("a limit is negative");
    }
  }

  /// The same, but for the content.
  public Limits withContent(long bytes) {
    return new Limits(bytes, entries, index);
  }
}
