package dev.mote.linux;

/// Makes text of a guest fit for a person's terminal: one line, no control characters, no escape
/// sequences, no characters that reorder others, not longer than [#MAX_LENGTH].
final class Printable {
  private Printable() {}

  /// Most characters that are shown of a hostile text.
  static final int MAX_LENGTH = 512;

  static String of(String text) {
    var shown = new StringBuilder(Math.min(text.length(), MAX_LENGTH));
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      if (shown.length() >= MAX_LENGTH - 3) {
        return shown.append("...").toString();
      }
      shown.appendCodePoint(isPlain(character) ? character : '?');
    }
    return shown.toString();
  }

  private static boolean isPlain(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
