package dev.mote.linux;

import java.util.HashMap;
import java.util.Map;

/// The names of the values of a 32-bit number, of which only one holds at a time.
final class NamedValues {
  private final String unknown;
  private final Map<Integer, String> names = new HashMap<>();

  private NamedValues(String unknown) {
    this.unknown = unknown;
  }

  /// @param prefix what all names begin with, for values that have none
  /// @param names `NAME=VALUE` with blanks between; where several have one value, the first is
  ///   shown
  static NamedValues of(String prefix, String names) {
    var values = new NamedValues(prefix + "???");
    for (String name : names.strip().split("\\s+")) {
      int equals = name.indexOf('=');
      values.names.putIfAbsent(
          (int) (long) Long.decode(name.substring(equals + 1)), name.substring(0, equals));
    }
    return values;
  }

  boolean has(int value) {
    return names.containsKey(value);
  }

  void write(StringBuilder text, int value) {
    String name = names.get(value);
    if (name != null) {
      text.append(name);
    } else {
      text.append("0x").append(Integer.toHexString(value));
      text.append(" /* ").append(unknown).append(" */");
    }
  }
}
