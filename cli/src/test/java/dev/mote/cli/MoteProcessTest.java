package dev.mote.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `mote` as a process of its own: streams, exit statuses, messages.
class MoteProcessTest {
  /// For a process that is to end by itself; the emulated machine is slow.
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path folder;
  private final List<Process> started = new ArrayList<>();

  private record Ended(int status, String out, String err) {}

  @AfterEach
  void endWhatRuns() {
    started.forEach(Process::destroyForcibly);
  }

  private Process start(String jvmFlag, List<String> arguments) throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of(jvmFlag, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    line.add(System.getProperty("java.class.path"));
    line.add("dev.mote.cli.Main");
    line.addAll(arguments);
    Process process =
        new ProcessBuilder(line).redirectError(folder.resolve("err").toFile()).start();
    started.add(process);
    return process;
  }

  private Ended end(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(folder.resolve("err")));
  }

  /// Runs a program with standard input at its end.
  private Ended run(String code, String... options) throws Exception {
    Process process = start(NATIVE_ACCESS, runLine(code, options));
    process.getOutputStream().close();
    return end(process);
  }

  private List<String> runLine(String code, String... options) throws IOException {
    var line = new ArrayList<>(List.of("run"));
    line.addAll(List.of(options));
    line.add(TinyProgram.write(folder.resolve("program"), code).toString());
    return line;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 124, 255})
  @Tag("every-kvm")
  void theExitStatusIsTheProgramsOwn(int status) throws Exception {
    assertThat(run(TinyProgram.exit(status))).isEqualTo(new Ended(status, "", ""));
  }

  @Test
  @Tag("every-kvm")
  void aFaultIsStatus139WithAReport() throws Exception {
    Ended ended = run(TinyProgram.nullPointer());
    assertThat(ended.status()).isEqualTo(139);
    assertThat(ended.err()).contains("SIGSEGV").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 9, 15})
  void aSignalIs128AndItsNumber(int signal) throws Exception {
    assertThat(run(TinyProgram.killItself(signal)).status()).isEqualTo(128 + signal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--timeout", "--cpu-time"})
  @Tag("every-kvm")
  void aLimitOfTimeIsStatus124(String limit) throws Exception {
    Ended ended = run(TinyProgram.spin(), limit, "200ms");
    assertThat(ended.status()).isEqualTo(124);
    assertThat(ended.err().lines()).hasSize(1);
  }

  @Test
  void aLimitOfTimeHoldsAlsoWhenNobodyReadsTheOutput() throws Exception {
    Process process =
        start(NATIVE_ACCESS, runLine(TinyProgram.writeForEver(), "--timeout", "300ms"));
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(124);
  }

  @Test
  void moreMemoryThanTheLimitIsStatus137() throws Exception {
    Ended ended = run(TinyProgram.memoryHog(), "--memory", "16MiB");
    assertThat(ended.status()).isEqualTo(137);
    assertThat(ended.err().lines()).hasSize(1);
  }

  @Test
  void whatIsWrittenComesOutBeforeTheInputEnds() throws Exception {
    Process process = start(NATIVE_ACCESS, runLine(TinyProgram.cat()));
    try (var in = process.getOutputStream()) {
      for (String text : List.of("first\n", "second\n")) {
        in.write(text.getBytes(UTF_8));
        in.flush();
        assertThat(process.getInputStream().readNBytes(text.length()))
            .isEqualTo(text.getBytes(UTF_8));
      }
    }
    assertThat(end(process)).isEqualTo(new Ended(0, "", ""));
  }

  @Test
  void anInputThatNeverEndsDoesNotHoldTheEndUp() throws Exception {
    Process process = start(NATIVE_ACCESS, runLine(TinyProgram.exit(3)));
    assertThat(end(process).status()).isEqualTo(3); // its standard input is open all the time
  }

  @Test
  void traceShowsTheSystemCallsOnStandardError() throws Exception {
    Ended ended = run(TinyProgram.exit(5), "--trace");
    assertThat(ended.err()).contains("exit_group(5)");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void statisticsGoToStandardError() throws Exception {
    Ended ended = run(TinyProgram.exit(0), "--stats");
    assertThat(ended.err()).isNotBlank();
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void aDynamicallyLinkedProgramIsStatus126WithTheReason() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Ended ended = end(start(NATIVE_ACCESS, List.of("run", java)));
    assertThat(ended.status()).isEqualTo(126);
    assertThat(ended.err().lines()).hasSize(2);
    assertThat(ended.err()).contains("dynamically linked", "--root /", "--mount");
  }

  @Test
  void aJvmThatDeniesNativeAccessIsStatus125AndTheFlagIsNamed() throws Exception {
    Process process = start("--illegal-native-access=deny", runLine(TinyProgram.exit(0)));
    Ended ended = end(process);
    assertThat(ended.status()).isEqualTo(125);
    assertThat(ended.err()).contains("--enable-native-access=").doesNotContain("\tat ");
  }

  @Test
  void helpNeedsNoNativeAccess() throws Exception {
    Ended ended = end(start("--illegal-native-access=deny", List.of("run", "--help")));
    assertThat(ended.status()).isZero();
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void doctorFindsNothingToMendHere() throws Exception {
    Ended ended = end(start(NATIVE_ACCESS, List.of("doctor")));
    assertThat(ended.status()).isZero();
    assertThat(ended.out()).startsWith("ok ").doesNotContain("FAILED");
    assertThat(ended.err()).isEmpty();
  }
}
