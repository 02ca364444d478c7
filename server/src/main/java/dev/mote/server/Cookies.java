package dev.mote.server;

import java.util.Locale;

/// Cookies that a function sets: only it gets them back, of all that answers at its host or under
/// its domain.
final class Cookies {
  private Cookies() {}

  /// What a browser is told. Attributes are read as a browser reads them (RFC 6265, 5.2): without
  /// regard to case, and of several `Path` the last one counts.
  ///
  /// @param setCookie the value of the header, from a function
  /// @param place the path that is the function's, with all below it; empty if its host is its own
  /// @return without `Domain`, and with a `Path` that is the function's
  static String confined(String setCookie, String place) {
    String path = place.isEmpty() ? null : place;
    var confined = new StringBuilder();
    int begin = 0;
    while (begin <= setCookie.length()) {
      int end = setCookie.indexOf(';', begin);
      if (end < 0) {
        end = setCookie.length();
      }
      String part = setCookie.substring(begin, end);
      int equals = part.indexOf('=');
      String name =
          (equals < 0 ? part : part.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
      String value = equals < 0 ? "" : part.substring(equals + 1).strip();
      if (begin == 0) {
        confined.append(part);
      } else if (name.equals("path")) {
        path = isBelow(value, place) ? value : place;
      } else if (!name.equals("domain")) {
        confined.append(';').append(part);
      }
      begin = end + 1;
    }
    return path == null || path.isEmpty() ? confined.toString() : confined + "; Path=" + path;
  }

  private static boolean isBelow(String path, String place) {
    return path.startsWith(place)
        && (path.length() == place.length() || path.charAt(place.length()) == '/');
  }
}
