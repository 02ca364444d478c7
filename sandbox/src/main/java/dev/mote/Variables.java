package dev.mote;

import java.util.List;
import java.util.Map;

/// Variables of a program's environment.
final class Variables {
  private Variables() {}

  /// @throws IllegalArgumentException if there can be no such variable
  static void require(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("'" + name + "' cannot be a variable's name");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the value of " + name + " contains a NUL character");
    }
  }

  /// As a program finds them.
  static List<String> entries(Map<String, String> variables) {
    return variables.entrySet().stream()
        .map(variable -> variable.getKey() + "=" + variable.getValue())
        .toList();
  }
}
