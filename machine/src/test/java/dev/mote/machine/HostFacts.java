package dev.mote.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the tests must know of the host.
final class HostFacts {
  private HostFacts() {}

  /// Whether the processor is QEMU's emulation, which leaves out rare corners of the architecture.
  static boolean processorIsEmulated() {
    return cpuModel().contains("QEMU TCG");
  }

  /// The processor's name as `/proc/cpuinfo` has it.
  private static String cpuModel() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.filter(line -> line.startsWith("model name")).findFirst().orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean processorIsAmds() {
    return cpuModel().contains("AMD");
  }
}
