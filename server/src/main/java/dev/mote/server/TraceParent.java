package dev.mote.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The place of a request in a trace, as its sender names it (W3C Trace Context, `traceparent`).
record TraceParent(String traceId) {
  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.{1,200})?");

  /// @param value of the header; null if there is none, or more than one
  /// @return null if it is malformed, which is to be taken as if there were none
  static @Nullable TraceParent parse(@Nullable String value) {
    if (value == null) {
      return null;
    }
    Matcher parts = FORM.matcher(value);
    if (!parts.matches()) {
      return null;
    }
    boolean isKnown = parts.group(1).equals("00"); // only later versions may have more parts
    if (parts.group(1).equals("ff")
        || (isKnown && parts.group(4) != null)
        || isZero(parts.group(2))
        || isZero(parts.group(3))) {
      return null;
    }
    return new TraceParent(parts.group(2));
  }

  private static boolean isZero(String digits) {
    return digits.chars().allMatch(c -> c == '0');
  }
}
