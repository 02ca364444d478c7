package dev.mote.bench;

import dev.mote.machine.HostCheck;
import dev.mote.machine.Hypervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a reader must know of a machine to judge its figures.
final class MachineFacts {
  private MachineFacts() {}

  static List<String> lines() throws IOException {
    return List.of(
        "kernel: Linux " + System.getProperty("os.version"),
        "kvm: " + kvm(),
        "cpus: " + Runtime.getRuntime().availableProcessors() + " of " + cpuModel(),
        "load: " + Files.readString(Path.of("/proc/loadavg")).strip(),
        "java: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
  }

  private static String kvm() {
    return Hypervisor.ofThisHost().examine().stream()
        .filter(finding -> finding.name().startsWith("kind"))
        .map(HostCheck.Finding::text)
        .findFirst()
        .orElse("unknown");
  }

  private static String cpuModel() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("an unknown processor");
    }
  }
}
