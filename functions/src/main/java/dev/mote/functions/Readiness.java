package dev.mote.functions;

import java.util.Locale;

/// Whether a function's program has started.
public enum Readiness {
  /// It has not, or sleeps: the next request starts it, and waits for that.
  COLD,
  /// It is being started; requests wait.
  STARTING,
  /// It has: requests go on from there.
  READY,
  /// It did not start. A request tries it again, but not before a while has passed.
  BROKEN;

  /// For people and programs.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
