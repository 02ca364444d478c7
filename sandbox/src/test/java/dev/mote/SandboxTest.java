package dev.mote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library as its users see it, with busybox as the guest.
@Tag("every-kvm")
class SandboxTest {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final String LOOP = "while :; do :; done";

  @TempDir Path folder;

  private static SandboxBuilder shell(String script, String... more) {
    var arguments = new ArrayList<>(List.of("sh", "-c", script));
    arguments.addAll(List.of(more));
    return Sandbox.builder(Program.of(BUSYBOX, arguments));
  }

  private static Ending run(SandboxBuilder builder, Streams streams) {
    try (var sandbox = builder.build()) {
      return sandbox.run(streams);
    }
  }

  @Test
  void aProgramRunsAndItsOutputIsCaptured() {
    var streams = Streams.capture();
    Ending outcome = run(shell("echo out; echo err >&2; exit 7"), streams);
    assertThat(outcome).isEqualTo(new Ending.Exited(7));
    assertThat(streams.outputText()).isEqualTo("out\n");
    assertThat(streams.errorText()).isEqualTo("err\n");
  }

  @Test
  void aProgramReadsItsInput() {
    var streams = Streams.capture("first\nsecond\n");
    Ending outcome = run(shell("read a; read b; echo $b $a; read c || echo end"), streams);
    assertThat(outcome).isEqualTo(new Ending.Exited(0));
    assertThat(streams.outputText()).isEqualTo("second first\nend\n");
  }

  @Test
  void theEnvironmentIsWhatWasGiven() {
    var streams = Streams.capture();
    run(shell("echo $NAME; echo $HOME").environment("NAME", "välue"), streams);
    assertThat(streams.outputText()).isEqualTo("välue\n\n");
  }

  @Test
  void aMountShowsFilesOfTheHostToBeReadOnly() throws IOException {
    Files.writeString(folder.resolve("file"), "content\n");
    var streams = Streams.capture();
    var builder =
        shell("read line < file; echo $line; echo no > file; echo $?")
            .mount(folder, "/data")
            .workingDirectory("/data");
    run(builder, streams);
    assertThat(streams.outputText()).isEqualTo("content\n1\n");
    assertThat(Files.readString(folder.resolve("file"))).isEqualTo("content\n");
  }

  @Test
  void theHostsFilesAreNotThere() {
    var streams = Streams.capture();
    run(shell("read x < /etc/shadow; [ -e " + folder + " ] || echo absent"), streams);
    assertThat(streams.outputText()).isEqualTo("absent\n");
    assertThat(streams.errorText()).contains("no such file");
  }

  @Test
  void aSignalIsReportedWithItsPlace() {
    var streams = Streams.capture();
    Ending outcome = run(shell("kill -SEGV $$"), streams);
    assertThat(outcome).isInstanceOf(Ending.Signaled.class);
    FaultReport report = ((Ending.Signaled) outcome).report();
    assertThat(report.signal()).isEqualTo(11);
    assertThat(report.signalName()).isEqualTo("SIGSEGV");
    assertThat(report.registers()).containsKeys("rip", "rsp");
    assertThat(report.frames()).isNotEmpty();
  }

  @Test
  void timeIsLimitedByTheClockAndByTheProcessor() {
    Duration limit = Duration.ofMillis(200);
    assertThat(run(shell(LOOP).timeout(limit), Streams.capture()))
        .isEqualTo(new Ending.TimedOut(Ending.TimedOut.Kind.WALL, limit));
    assertThat(run(shell(LOOP).cpuTime(limit), Streams.capture()))
        .isEqualTo(new Ending.TimedOut(Ending.TimedOut.Kind.CPU, limit));
    assertThat(
            run(shell("read x").timeout(limit), Streams.of(new NeverInput(), nowhere(), nowhere())))
        .isEqualTo(new Ending.TimedOut(Ending.TimedOut.Kind.WALL, limit));
  }

  private static OutputStream nowhere() {
    return OutputStream.nullOutputStream();
  }

  /// An input that never has anything.
  @SuppressWarnings("InputStreamSlowMultibyteRead")
  private static final class NeverInput extends InputStream {
    @Override
    public int read() throws IOException {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return -1;
    }
  }

  @Test
  void outputIsLimited() {
    var streams = Streams.capture();
    MemorySize limit = MemorySize.ofBytes(1000);
    Ending outcome = run(shell("while :; do echo 0123456789; done").outputLimit(limit), streams);
    assertThat(outcome).isEqualTo(new Ending.LimitExceeded("standard output", limit));
    assertThat(streams.output()).hasSize(1000);
  }

  @Test
  void filesAreLimited() {
    var streams = Streams.capture();
    var builder =
        shell("while echo 0123456789 >> /tmp/x; do :; done")
            .fileLimit(MemorySize.ofBytes(64 << 10));
    run(builder, streams);
    assertThat(streams.errorText()).contains("No space left on device");
  }

  @Test
  void aSandboxRunsOnce() {
    try (var sandbox = shell("true").build()) {
      sandbox.run(Streams.capture());
      assertThatThrownBy(() -> sandbox.run(Streams.capture()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void closingStopsTheProgramAndIsHarmlessTwice() throws Exception {
    var sandbox = shell(LOOP).build();
    var outcome = new AtomicReference<Ending>();
    Thread runner = Thread.ofPlatform().start(() -> outcome.set(sandbox.run(Streams.capture())));
    Thread.sleep(100);
    sandbox.close();
    sandbox.close();
    runner.join();
    assertThat(outcome.get()).isEqualTo(new Ending.Cancelled());
  }

  @Test
  void interruptingTheThreadStopsTheProgram() throws Exception {
    for (var kind : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
      for (var program : List.of(List.of("sh", "-c", LOOP), List.of("sleep", "100"))) {
        try (var sandbox = Sandbox.builder(Program.of(BUSYBOX, program)).build()) {
          var outcome = new AtomicReference<Ending>();
          var interrupted = new AtomicReference<Boolean>();
          Thread runner =
              kind.start(() -> {
                outcome.set(sandbox.run(Streams.capture()));
                interrupted.set(Thread.currentThread().isInterrupted());
              });
          Thread.sleep(100);
          runner.interrupt();
          runner.join();
          assertThat(outcome.get()).isEqualTo(new Ending.Cancelled());
          assertThat(interrupted.get()).isTrue();
        }
      }
    }
  }

  @Test
  void manyVirtualThreadsRunSandboxes() throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var runs =
          IntStream.range(0, 50)
              .mapToObj(i ->
                  executor.submit(() -> {
                    var streams = Streams.capture();
                    run(shell("echo $((6 * " + i + "))"), streams);
                    return streams.outputText();
                  }))
              .toList();
      for (int i = 0; i < runs.size(); i++) {
        assertThat(runs.get(i).get()).isEqualTo(6 * i + "\n");
      }
    }
  }

  @Test
  void statisticsCountSystemCallsByName() {
    try (var sandbox = shell("echo x").build()) {
      sandbox.run(Streams.capture());
      Statistics statistics = sandbox.statistics();
      assertThat(statistics.systemCalls()).containsEntry("write", 1L);
      assertThat(statistics.exits()).isGreaterThan(5);
      assertThat(statistics.peakMemory().bytes()).isBetween(100_000L, 128L << 20);
    }
  }

  @Test
  void aTraceHasALineForEachCall() {
    var lines = new ArrayList<String>();
    run(shell("echo x").trace(lines::add), Streams.capture());
    assertThat(lines).anyMatch(line -> line.startsWith("write(1, \"x\\n\", 2)"));
    assertThat(lines.getLast()).startsWith("exit_group(0)");
  }

  @Test
  void whatIsNoProgramIsRefusedWithItsReason() throws IOException {
    Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\necho no\n");
    assertThatThrownBy(() -> Program.of(script))
        .isInstanceOfSatisfying(
            ProgramException.class,
            e -> assertThat(e.kind()).isEqualTo(ProgramException.Kind.NOT_RUNNABLE))
        .hasMessageContaining("script");
    assertThatThrownBy(() -> Program.of(folder.resolve("absent")))
        .isInstanceOfSatisfying(
            ProgramException.class,
            e -> assertThat(e.kind()).isEqualTo(ProgramException.Kind.NOT_FOUND));
    assertThatThrownBy(() -> Program.of(folder)).isInstanceOf(ProgramException.class);
  }

  @Test
  void aProgramThatDoesNotFitItsMemoryIsRefused() {
    assertThatThrownBy(() -> shell("true").memory(MemorySize.ofMebibytes(1)).build())
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining("memory");
  }

  @Test
  void badSettingsAreRefusedAtOnce() {
    var builder = shell("true");
    assertThatThrownBy(() -> builder.memory(MemorySize.ofBytes(5)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.timeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.environment("A=B", "x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.mount(folder, "relative"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.workingDirectory("relative"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Program.of(BUSYBOX, "a\0b"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
