package dev.mote.functions;

import java.util.Locale;

/// What two requests to a function share.
public enum Isolation {
  /// Nothing: each finds the function as it was after its start.
  REQUEST,
  /// All that the function keeps in memory and in files, between requests of one key. The instance
  /// costs the pages that it has changed, and no machine while nobody calls it.
  INSTANCE;

  static Isolation parse(String word) {
    return switch (word) {
      case "request" -> REQUEST;
      case "instance" -> INSTANCE;
      default -> throw new IllegalArgumentException("it is \"request\" or \"instance\"");
    };
  }

  /// As [#parse] reads it.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
