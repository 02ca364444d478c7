package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.ProgramException;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Plain programs that go on from where they were ready: each run has its own input, output and
/// status, and the start-up is done once.
@Tag("every-kvm")
class SnapshotRunsTest {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final int RUNS = 50;

  private static Program program(String name, String... arguments) {
    return Program.of(Corpus.programs().resolve("snapshots-" + name), arguments);
  }

  private static Snapshot snapshot(Program program) {
    return Sandbox.builder(program)
        .memory(MemorySize.ofMebibytes(32))
        .timeout(Duration.ofSeconds(20))
        .environment("GREETING", "hello")
        .snapshot(SnapshotPoint.INPUT);
  }

  private record Run(int status, String output) {}

  private static Run run(Sandbox sandbox, String input) {
    var streams = Streams.capture(input);
    Ending ending = sandbox.run(streams);
    assertThat(ending).as(streams.errorText()).isInstanceOf(Ending.Exited.class);
    return new Run(((Ending.Exited) ending).status(), streams.outputText());
  }

  /// In a sandbox of its own.
  private static Run run(Snapshot snapshot, String input) {
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      return run(sandbox, input);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ready", "ready-musl"})
  void aProgramThatSaysWhenItIsReadyGoesOnFromThere(String name) {
    Snapshot snapshot = snapshot(program(name));
    Set<String> starts = new HashSet<>();
    Set<String> nonces = new HashSet<>();
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < RUNS; i++) {
        String line = "x".repeat(i) + "\n";
        Run run;
        if (i % 10 == 9) {
          run = run(snapshot, line);
        } else {
          sandbox.restore(snapshot);
          run = run(sandbox, line);
        }
        String[] words = run.output.split(" ", -1);
        assertThat(words).as(run.output).hasSize(4);
        starts.add(words[0]);
        assertThat(nonces.add(words[1])).isTrue();
        assertThat(words[2]).as("restores").isEqualTo("1");
        assertThat(words[3]).isEqualTo(line);
        assertThat(run.status).isEqualTo(line.length());
      }
    }
    assertThat(starts).as("start-ups").hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ready", "ready-musl"})
  void withoutASnapshotItRunsAsItDoesNatively(String name) throws Exception {
    String expected = "started\n[0-9a-f]{16} [0-9a-f]{16} 0 hi\n";
    Process process =
        new ProcessBuilder(Corpus.programs().resolve("snapshots-" + name).toString()).start();
    try (var input = process.getOutputStream()) {
      input.write("hi\n".getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(output).matches(expected);
    assertThat(process.waitFor()).isEqualTo(3);
    try (var sandbox = Sandbox.builder(program(name)).build()) {
      Run run = run(sandbox, "hi\n");
      assertThat(run.output).matches(expected);
      assertThat(run.status).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "waits, getline",
    "waits, read",
    "waits, readv",
    "waits, poll",
    "waits, poll-with-time",
    "waits, select",
    "waits, pselect",
    "waits-musl, getline",
    "waits-musl, read",
    "waits-musl, poll-with-time",
    "waits-musl, pselect"
  })
  void aProgramIsReadyWhenItFirstWaitsForInput(String name, String how) {
    Snapshot snapshot = snapshot(program(name, how));
    Set<String> starts = new HashSet<>();
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < RUNS; i++) {
        if (i > 0) {
          sandbox.restore(snapshot);
        }
        check(run(sandbox, lines(i)), i, starts);
      }
    }
    for (int i = 0; i < 3; i++) {
      check(run(snapshot, lines(i)), i, starts);
    }
    assertThat(starts).as("start-ups").hasSize(1);
  }

  private static String lines(int run) {
    return "line of %d\n".formatted(run).repeat(run % 4);
  }

  private static void check(Run run, int number, Set<String> starts) {
    assertThat(run.status).isEqualTo(number % 4);
    List<String> lines = run.output.lines().toList();
    assertThat(lines).hasSize(number % 4);
    for (int i = 0; i < lines.size(); i++) {
      String[] words = lines.get(i).split(" ", 3);
      starts.add(words[0]);
      assertThat(words[1]).isEqualTo(Integer.toString(i + 1));
      assertThat(words[2]).isEqualTo("line of " + number);
    }
  }

  @Test
  void awkPaysForItsStartOnce() {
    var awk = "BEGIN { srand(); n = 1 } { sum += $1; n++ } END { print sum, n; exit sum % 50 }";
    Snapshot snapshot = snapshot(Program.of(BUSYBOX, "awk", awk));
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < RUNS; i++) {
        sandbox.restore(snapshot);
        assertThat(run(sandbox, i + "\n" + i + "\n"))
            .isEqualTo(new Run(2 * i % 50, 2 * i + " 3\n"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/busybox", "/bin/bash-static"})
  void aShellReadsAnotherScriptEachTime(String shell) {
    Program program =
        shell.equals("/bin/busybox")
            ? Program.of(BUSYBOX, "ash", "-s")
            : Program.of(Path.of(shell), "-s");
    Snapshot snapshot = snapshot(program);
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < RUNS; i++) {
        sandbox.restore(snapshot);
        String script =
            "echo $GREETING " + i + " > /tmp/x; read y < /tmp/x; echo \"$y $z\"; z=1\nexit " + i;
        assertThat(run(sandbox, script)).isEqualTo(new Run(i, "hello " + i + " \n"));
      }
    }
  }

  @Test
  void whatARunLeavesBehindTheNextOneDoesNotFind() {
    Snapshot snapshot = snapshot(Program.of(BUSYBOX, "ash", "-s"));
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < 10; i++) {
        sandbox.restore(snapshot);
        String script =
            "[ -e /tmp/left ] && exit 9; echo x > /tmp/left; cd /tmp; trap '' TERM; umask 0";
        assertThat(run(sandbox, script)).isEqualTo(new Run(0, ""));
      }
    }
  }

  /// A run whose input comes after some milliseconds.
  private static Run runLate(Sandbox sandbox, String input, int millis) throws Exception {
    var output = new ByteArrayOutputStream();
    try (var reader = new PipedInputStream();
        var writer = new PipedOutputStream(reader)) {
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try (writer) {
                  Thread.sleep(millis);
                  writer.write(input.getBytes(StandardCharsets.UTF_8));
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      Ending ending = sandbox.run(Streams.of(reader, output, output));
      thread.join();
      assertThat(ending).isInstanceOf(Ending.Exited.class);
      return new Run(((Ending.Exited) ending).status(), output.toString(StandardCharsets.UTF_8));
    }
  }

  @Test
  void inputThatComesLaterIsWaitedFor() throws Exception {
    Snapshot snapshot = snapshot(program("waits", "poll"));
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < 5; i++) {
        sandbox.restore(snapshot);
        assertThat(runLate(sandbox, "late\n", 20).output).endsWith(" 1 late\n");
      }
    }
  }

  @Test
  void aRunThatWasStoppedIsNoHindranceToTheNext() {
    Snapshot snapshot = snapshot(Program.of(BUSYBOX, "ash", "-s"));
    try (var sandbox = Sandbox.builder(snapshot).timeout(Duration.ofMillis(200)).build()) {
      for (int i = 0; i < 3; i++) {
        sandbox.restore(snapshot);
        assertThat(sandbox.run(Streams.capture("while :; do :; done\n")))
            .isInstanceOf(Ending.TimedOut.class);
        sandbox.restore(snapshot);
        assertThat(run(sandbox, "exit 5")).isEqualTo(new Run(5, ""));
      }
    }
  }

  @Test
  void theStartIsNotOfTheRunsCpuTime() throws Exception {
    var awk = "BEGIN { while (i < 3000000) i++ } { print }";
    long start = System.nanoTime();
    Snapshot snapshot = snapshot(Program.of(BUSYBOX, "awk", awk));
    var limit =
        Duration.ofNanos((System.nanoTime() - start) / 2); // the start would not have kept to it
    try (var sandbox = Sandbox.builder(snapshot).cpuTime(limit).build()) {
      for (int i = 0; i < 2; i++) {
        sandbox.restore(snapshot);
        int later = (int) limit.toMillis() + 100;
        assertThat(runLate(sandbox, "x\n", later)).isEqualTo(new Run(0, "x\n"));
      }
    }
  }

  @Test
  void aSandboxThatHasRunFromItsBeginningCanGoToASnapshot() {
    Program program = program("waits", "read");
    Snapshot snapshot = snapshot(program);
    try (var sandbox = Sandbox.builder(program).build()) {
      assertThat(run(sandbox, "a\n").status).isEqualTo(1);
      assertThatThrownBy(() -> sandbox.run(Streams.capture()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("restore");
      for (int i = 0; i < 3; i++) {
        sandbox.restore(snapshot);
        assertThat(run(sandbox, lines(i)).status).isEqualTo(i);
      }
    }
  }

  @Test
  void manySandboxesGoOnFromOneSnapshotAtTheSameTime() throws Exception {
    Snapshot snapshot = snapshot(program("ready"));
    Set<String> nonces = ConcurrentHashMap.newKeySet();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var runs = new ArrayList<Callable<Run>>();
      for (int i = 0; i < 8; i++) {
        String line = "x".repeat(i) + "\n";
        runs.add(() -> {
          try (var sandbox = Sandbox.builder(snapshot).build()) {
            for (int j = 0; j < 10; j++) {
              sandbox.restore(snapshot);
              Run run = run(sandbox, line);
              assertThat(run.output).endsWith(" 1 " + line);
              assertThat(nonces.add(run.output.split(" ", -1)[1])).isTrue();
            }
            sandbox.restore(snapshot);
            return run(sandbox, line);
          }
        });
      }
      for (Future<Run> run : executor.invokeAll(runs)) {
        assertThat(run.get().output).contains(" 1 ");
      }
    }
    assertThat(nonces).hasSize(80);
  }

  @Test
  void aProgramThatEndsBeforeItIsReadyHasNoSnapshot() {
    assertThatThrownBy(() -> snapshot(Program.of(BUSYBOX, "false")))
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining("ended before it waited for input");
  }
}
