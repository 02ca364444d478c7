package dev.mote.conformance;

import java.util.ArrayList;
import java.util.List;

/// Splits a line of a case file into words. `"..."` is one word with the escapes `\n \t \r \\ \"`
/// and `\xHH`; anything else ends at a space. Nothing else is special.
final class Words {
  private final String line;
  private int at;

  private Words(String line) {
    this.line = line;
  }

  static List<String> split(String line) {
    var words = new Words(line);
    List<String> result = new ArrayList<>();
    while (words.skipSpaces()) {
      result.add(words.next());
    }
    return result;
  }

  /// The one quoted word that there must be.
  static String only(String quoted) {
    List<String> words = split(quoted);
    if (words.size() != 1 || !quoted.startsWith("\"")) {
      throw new IllegalArgumentException("one quoted word is wanted, not: " + quoted);
    }
    return words.getFirst();
  }

  private boolean skipSpaces() {
    while (at < line.length() && line.charAt(at) == ' ') {
      at++;
    }
    return at < line.length();
  }

  private String next() {
    if (line.charAt(at) != '"') {
      int end = line.indexOf(' ', at);
      int start = at;
      at = end < 0 ? line.length() : end;
      return line.substring(start, at);
    }
    var word = new StringBuilder();
    at++;
    while (line.charAt(at) != '"') {
      word.append(line.charAt(at) == '\\' ? escape() : line.charAt(at));
      at++;
    }
    at++;
    return word.toString();
  }

  private char escape() {
    at++;
    return switch (line.charAt(at)) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case '\\' -> '\\';
      case '"' -> '"';
      case 'x' -> {
        at += 2;
        yield (char) Integer.parseInt(line.substring(at - 1, at + 1), 16);
      }
      default -> throw new IllegalArgumentException("unknown escape in: " + line);
    };
  }
}
