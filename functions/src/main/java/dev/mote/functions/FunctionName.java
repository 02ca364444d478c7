package dev.mote.functions;

import java.util.regex.Pattern;

/// What functions may be called: it is part of an address and of a file's name.
public final class FunctionName {
  private static final Pattern VALID = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  private FunctionName() {}

  /// @return the name
  /// @throws IllegalArgumentException if it is none: up to 63 lower-case letters, digits and `-`,
  ///   which is neither first nor last
  public static String check(String name) {
    if (!VALID.matcher(name).matches()) {
      throw new IllegalArgumentException(
          ("'%s' cannot be a function's name: it may have up to 63 lower-case letters, digits and"
                  + " dashes, no dash first or last")
              .formatted(name));
    }
    return name;
  }
}
