package dev.mote.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Where a snapshot lies, as `DIR` or `DIR:NAME` says.
///
/// @param name `latest` if none was given
record SnapshotPlace(Path directory, String name) {
  private static final String DEFAULT_NAME = "latest";

  /// @throws UsageException if the text is none
  static SnapshotPlace parse(String text) {
    int colon = text.lastIndexOf(':');
    boolean named = colon >= 0 && text.indexOf('/', colon) < 0;
    String directory = named ? text.substring(0, colon) : text;
    String name = named ? text.substring(colon + 1) : DEFAULT_NAME;
    if (directory.isEmpty() || name.isEmpty()) {
      throw new UsageException("'" + text + "' names no snapshot: give DIR or DIR:NAME");
    }
    return new SnapshotPlace(directory(directory), name);
  }

  /// @throws UsageException if the text is no path
  static Path directory(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UsageException("'" + text + "' is no path: " + e.getMessage());
    }
  }

  @Override
  public String toString() {
    return directory + ":" + name;
  }
}
