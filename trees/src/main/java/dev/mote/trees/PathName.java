package dev.mote.trees;

import java.util.ArrayList;
import java.util.List;

/// A path as an archive has it, taken apart.
final class PathName {
  /// PATH_MAX of Linux, with the zero byte at its end.
  private static final int MOST_BYTES = 4096;

  /// NAME_MAX of Linux.
  private static final int LONGEST_NAME = 255;

  private PathName() {}

  /// The names between the slashes, without "."; none if it is the root. Whether it begins with a
  /// slash does not matter.
  ///
  /// @throws FormatException if it is empty, too long, or has a "..", a zero byte or a long name
  static List<String> parse(String path) {
    if (path.isEmpty()) {
      throw new FormatException("has an empty name");
    }
    if (path.length() >= MOST_BYTES) {
      throw new FormatException("has a path of more than 4095 bytes");
    }
    if (path.indexOf('\0') >= 0) {
      throw new FormatException("has a zero byte in its name");
    }
    List<String> names = split(path);
    for (String name : names) {
      if (name.equals("..")) {
        throw new FormatException("has '..' in its path");
      }
      if (name.length() > LONGEST_NAME) {
        throw new FormatException("has a name of more than 255 bytes");
      }
    }
    return names;
  }

  /// The names between the slashes, without "." but with "..".
  static List<String> split(String path) {
    var names = new ArrayList<String>();
    int start = 0;
    while (start < path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String name = path.substring(start, end);
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
      start = end + 1;
    }
    return names;
  }
}
