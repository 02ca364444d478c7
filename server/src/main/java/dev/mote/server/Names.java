package dev.mote.server;

import dev.mote.cli.UsageException;
import dev.mote.functions.FunctionName;

/// Names of functions on a command line.
final class Names {
  private Names() {}

  /// @throws UsageException if it cannot be one
  static String check(String name) {
    try {
      return FunctionName.check(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }
}
