package dev.mote.linux;

import dev.mote.machine.HostCheck;
import dev.mote.machine.Hypervisor;
import java.util.List;

/// What this host has of what guests need.
public final class HostReport {
  /// One point.
  ///
  /// @param state `OK`, `WARNING` or `FAILED`
  public record Point(String name, String state, String text, String fix) {}

  private HostReport() {}

  public static List<Point> examine() {
    return Hypervisor.ofThisHost().examine().stream().map(HostReport::point).toList();
  }

  private static Point point(HostCheck.Finding finding) {
    return new Point(finding.name(), finding.state().name(), finding.text(), finding.fix());
  }
}
