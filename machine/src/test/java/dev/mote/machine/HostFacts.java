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

  static boolean processorIsAmds() {
    return cpuModel().contains("AMD");
  }

  /// Whether the kernel knows the processor to be able to make CPUID fault.
  static boolean cpuidCanFault() {
    return line("flags").contains(" cpuid_fault");
  }

  private static String cpuModel() {
    return line("model name");
  }

  /// The first line of that name of `/proc/cpuinfo`.
  private static String line(String name) {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.filter(line -> line.startsWith(name)).findFirst().orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
