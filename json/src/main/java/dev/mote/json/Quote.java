package dev.mote.json;

import java.util.stream.Collectors;

/// Text of unknown origin, made fit for a message: short, and without what a terminal would obey.
public final class Quote {
  private static final int LONGEST = 200;

  private Quote() {}

  /// In single quotes.
  public static String quote(String text) {
    return "'" + printable(text) + "'";
  }

  /// As it is, but for what is not ASCII.
  public static String printable(String text) {
    String shown =
        text.chars()
            .limit(LONGEST)
            .mapToObj(c -> c >= ' ' && c <= '~' ? Character.toString(c) : "\\u%04x".formatted(c))
            .collect(Collectors.joining());
    return text.length() > LONGEST ? shown + "..." : shown;
  }
}
