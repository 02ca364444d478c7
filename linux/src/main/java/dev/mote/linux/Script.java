package dev.mote.linux;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The first line of a file that begins with `#!`, as Linux reads it (fs/binfmt_script.c).
///
/// @param interpreter the path of the program that runs the script
/// @param argument everything behind the path, white space within included; null if there is
///   nothing
@SuppressWarnings("ArrayRecordComponent") // nobody changes them or compares such records
record Script(byte[] interpreter, byte @Nullable [] argument) {
  /// How much of a file is looked at; a line that is longer is cut, if no name is.
  static final int SIZE = 256;

  /// @param start the first bytes of the file, filled up with zeros
  /// @return null if it is no script
  /// @throws ErrnoException ENOEXEC if it names no interpreter, or one whose name does not end
  static @Nullable Script parse(byte[] start) {
    if (start[0] != '#' || start[1] != '!') {
      return null;
    }
    int end = 2;
    while (end < SIZE && start[end] != '\n' && start[end] != 0) {
      end++;
    }
    if (end == SIZE || start[end] == 0) {
      int name = skipBlanks(start, 2, SIZE);
      if (name == SIZE || terminator(start, name, SIZE) == SIZE) {
        throw Errno.ENOEXEC.exception(); // only blanks, or a path that may go on
      }
      end = SIZE - 1;
    }
    while (isBlank(start[end - 1])) {
      end--;
    }
    int name = skipBlanks(start, 2, end);
    if (name >= end) {
      throw Errno.ENOEXEC.exception();
    }
    int nameEnd = terminator(start, name, end);
    byte[] argument = null;
    if (nameEnd < end && start[nameEnd] != 0) {
      argument = string(start, skipBlanks(start, nameEnd, end), end);
    }
    return new Script(string(start, name, nameEnd), argument);
  }

  private static int skipBlanks(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && isBlank(bytes[at])) {
      at++;
    }
    return at;
  }

  /// The first blank or NUL, or `end`.
  private static int terminator(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && !isBlank(bytes[at]) && bytes[at] != 0) {
      at++;
    }
    return at;
  }

  private static boolean isBlank(byte value) {
    return value == ' ' || value == '\t';
  }

  /// The bytes up to the first NUL.
  private static byte[] string(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && bytes[at] != 0) {
      at++;
    }
    return Arrays.copyOfRange(bytes, from, at);
  }
}
