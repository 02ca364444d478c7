package dev.mote.functions;

/// The grammar of what is in an HTTP message (RFC 9110), as far as a function can say it.
final class Http {
  private Http() {}

  /// Whether a text is a token: what names of headers and methods are.
  static boolean isToken(String text) {
    return !text.isEmpty() && text.chars().allMatch(Http::isTokenCharacter);
  }

  private static boolean isTokenCharacter(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  /// Whether a text can be a header's value: no control characters but tabs, one byte a character.
  static boolean isValue(String text) {
    return text.chars().allMatch(c -> (c >= ' ' && c != 0x7f && c <= 0xff) || c == '\t');
  }

  /// Names of headers in ASCII, whatever the locale.
  static String lowerCase(String name) {
    StringBuilder lower = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return lower.toString();
  }

  /// What belongs to one connection, or is the server's to say, and no function's: RFC 9110, 7.6.1.
  static boolean isServersOwn(String lowerCaseName) {
    return switch (lowerCaseName) {
      case "connection",
          "keep-alive",
          "proxy-connection",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "content-length",
          "service-worker-allowed", // functions share the server's origin: none may take all of it
          "x-function-error",
          "x-request-id" ->
          true;
      default -> false;
    };
  }
}
