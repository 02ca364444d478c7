package dev.mote;

import dev.mote.linux.HostReport;
import java.util.List;

/// What this host has of what sandboxes need.
public final class Host {
  /// How a point stands.
  public enum State {
    OK,
    /// It works, but something should be known or mended.
    WARNING,
    /// No sandbox can run before this is mended.
    FAILED
  }

  /// One point that was examined.
  ///
  /// @param name what was examined
  /// @param state how it stands
  /// @param text what was found
  /// @param fix what to do; empty if there is nothing to do
  public record Finding(String name, State state, String text, String fix) {}

  private Host() {}

  /// Examines this host. It changes nothing, and takes some milliseconds.
  public static List<Finding> examine() {
    return HostReport.examine().stream()
        .map(point ->
            new Finding(point.name(), State.valueOf(point.state()), point.text(), point.fix()))
        .toList();
  }
}
