package dev.mote.trees;

/// What is left of the [Limits] while an archive or an image is opened. Not thread-safe.
final class Budget {
  private static final long NAMES_PER_ENTRY = 64;
  private static final String REMEDY = "raise the limit if you trust it";

  private final Limits limits;
  private long content;
  private long entries;
  private long index;
  private long names;

  Budget(Limits limits) {
    this.limits = limits;
    this.content = limits.content();
    this.entries = limits.entries();
    this.index = limits.index();
    this.names = Math.min(entries, Long.MAX_VALUE / NAMES_PER_ENTRY) * NAMES_PER_ENTRY;
  }

  /// @throws FormatException if the limit is exceeded; and so the others
  void content(long bytes) {
    content = spend(content, bytes, "bytes uncompressed", limits.content());
  }

  void entry() {
    entries = spend(entries, 1, "entries", limits.entries());
  }

  void index(long bytes) {
    index = spend(index, bytes, "bytes of index", limits.index());
  }

  /// A name was looked up in a directory.
  void lookUp() {
    names = spend(names, 1, "names in its paths for the entries", limits.entries());
  }

  private static long spend(long left, long spent, String what, long limit) {
    if (spent > left) {
      throw new FormatException("has too many %s: the limit is %d".formatted(what, limit), REMEDY);
    }
    return left - spent;
  }
}
