package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// A selection of the foreign suites, `suites/quick.txt`, which `conformance/run-suites` runs as a
/// whole: what passes natively passes in a VM.
@Tag("suites")
class SuitesTest {
  private static final Path SUITES = Path.of("suites");
  private static final Path ROOT = Path.of("target/suites/root/suites/go");

  @TestFactory
  Stream<DynamicTest> whatPassesNativelyPassesInAVm() throws IOException {
    assumeThat(ROOT)
        .as("the root tree of the suites; scripts/install-test-tools.sh --suites makes it")
        .isDirectory();
    return Files.readAllLines(SUITES.resolve("quick.txt")).stream()
        .filter(line -> !line.startsWith("#"))
        .map(unit -> DynamicTest.dynamicTest(unit, () -> runs(List.of(unit.split(" ")))));
  }

  private static void runs(List<String> unit) throws IOException, InterruptedException {
    List<String> command = Stream.concat(Stream.of("python3", "suites.py"), unit.stream()).toList();
    Process process =
        new ProcessBuilder(command).directory(SUITES.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
