package dev.mote.values;

import java.math.BigInteger;

/// Text of anybody, quoted for a message: printable, in one line, and short.
final class Quote {
  private static final int MAX_LENGTH = 64;

  /// To write more takes the square of them.
  private static final int MAX_BITS = 128;

  private Quote() {}

  static String of(Object value) {
    return text(String.valueOf(value));
  }

  /// A number for a message; one of many digits only by its size.
  static String number(Object number) {
    return number instanceof BigInteger big && big.bitLength() > MAX_BITS
        ? "an integer of %d bits".formatted(big.bitLength())
        : number.toString();
  }

  static String text(String text) {
    var quoted = new StringBuilder("'");
    int shown = 0;
    for (int at = 0; at < text.length(); shown++) {
      if (shown == MAX_LENGTH) {
        return quoted.append("'… (").append(text.length()).append(" characters)").toString();
      }
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (isPrintable(c)) {
        quoted.appendCodePoint(c);
      } else {
        quoted.append(String.format("\\u%04x", c));
      }
    }
    return quoted.append('\'').toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      // Format characters too: they turn the direction of what stands behind them.
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

  /// A type of a guest, which may be long.
  static String shorten(Object type) {
    String text = type.toString();
    return text.length() <= 2 * MAX_LENGTH ? text : text.substring(0, 2 * MAX_LENGTH) + "…";
  }
}
