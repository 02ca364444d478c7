package dev.mote.functions;

/// Texts of unknown origin, for people.
final class Text {
  private static final int LONGEST = 80;

  private Text() {}

  /// At most 80 characters of it in quotation marks, without anything that a terminal obeys.
  static String quote(String text) {
    return "'" + printable(text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text) + "'";
  }

  /// The same characters but for control characters, which become `\x1b` and the like; a tab stays.
  static String printable(String text) {
    if (text.chars().noneMatch(c -> Character.isISOControl(c) && c != '\t')) {
      return text;
    }
    var printable = new StringBuilder(text.length() + 16);
    text.chars()
        .forEach(c -> {
          if (Character.isISOControl(c) && c != '\t') {
            printable.append(String.format("\\x%02x", c));
          } else {
            printable.append((char) c);
          }
        });
    return printable.toString();
  }
}
