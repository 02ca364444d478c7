package dev.mote.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int mote(String... arguments) {
    try (var outStream = new PrintStream(out, true, UTF_8);
        var errStream = new PrintStream(err, true, UTF_8)) {
      return new Main(outStream, errStream).execute(List.of(arguments));
    }
  }

  private String errors() {
    return err.toString(UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "-h",
        "help",
        "run --help",
        "run -h",
        "help run",
        "doctor --help",
        "help doctor",
        "run --memory 1MiB --help"
      })
  void helpGoesToStandardOutputWithStatusZero(String line) {
    assertThat(mote(line.split(" "))).isZero();
    assertThat(out.toString(UTF_8)).contains("usage: mote ").contains("--help");
    assertThat(errors()).isEmpty();
  }

  @Test
  void theHelpOfRunNamesEveryExitStatus() {
    mote("run", "--help");
    assertThat(out.toString(UTF_8)).contains("124 ", "125 ", "126 ", "127 ", "128+n ");
  }

  @Test
  void theVersionIsPrinted() {
    assertThat(mote("--version")).isZero();
    assertThat(out.toString(UTF_8)).startsWith("mote 0.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fly",
        "--fly",
        "run",
        "run --fly x",
        "run --timeout",
        "run --timeout x y",
        "run --",
        "doctor now",
        "doctor --now",
        "help fly"
      })
  void aCommandLineThatIsNotUnderstoodIsStatus125AndNoStackTrace(String line) {
    assertThat(mote(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(125);
    assertThat(errors()).startsWith("mote: ").contains("--help").doesNotContain("\tat ");
    assertThat(errors().lines()).hasSize(2);
    assertThat(out.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-program-anywhere", "/no/such/file", "./no-such-file"})
  void aProgramThatIsNotThereIsStatus127(String program) {
    assertThat(mote("run", program)).isEqualTo(127);
    assertThat(errors().lines()).hasSize(1);
    assertThat(errors()).startsWith("mote: ").contains(program);
  }

  @Test
  void aFolderIsStatus126(@TempDir Path folder) {
    assertThat(mote("run", folder.toString())).isEqualTo(126);
    assertThat(errors().lines()).hasSize(1);
  }

  @Test
  void aFileThatIsNoProgramIsStatus126(@TempDir Path folder) throws Exception {
    Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\necho hello\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    assertThat(mote("run", script.toString())).isEqualTo(126);
    assertThat(errors().lines()).hasSize(1);
  }

  @Test
  void anEmptyProgramNameIsAFaultOfTheCommandLine() {
    assertThat(mote("run", "")).isEqualTo(125);
    assertThat(errors()).doesNotContain("\tat ");
  }
}
