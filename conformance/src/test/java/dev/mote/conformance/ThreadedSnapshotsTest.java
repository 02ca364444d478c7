package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.Instance;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import dev.mote.SnapshotParts;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import dev.mote.WaitingThread;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Snapshots of programs with several threads: each goes on where it was, with its own registers.
@Tag("every-kvm")
class ThreadedSnapshotsTest {
  private static final int RESTORES = 100;

  /// Of the first call of `sum(5)`: six workers, each with 100 x its work + 10 + its number.
  private static final long FIRST = (5 + 6 + 7 + 8 + 9 + 10) * 100 + 6 * 10 + 15;

  private static Sandbox start(String name) {
    return Sandbox.builder(Program.of(Corpus.programs().resolve(name)))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(20))
        .start();
  }

  private static long sum(Sandbox sandbox, long value) {
    return sandbox.call("sum", Long.class, value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"functions-threaded", "functions-threaded-musl"})
  void eachRestoreIsTheFirstCallAgain(String name) {
    try (var sandbox = start(name)) {
      Snapshot snapshot = sandbox.snapshot();
      for (int i = 0; i < RESTORES; i++) {
        sandbox.restore(snapshot);
        assertThat(sum(sandbox, 5)).isEqualTo(FIRST);
        assertThat(sum(sandbox, 5)).isEqualTo(FIRST + 6 * 10);
        if (i % 10 == 0) {
          sandbox.call("threads", Long.class, 10);
        }
      }
      try (var other = Sandbox.builder(snapshot).start()) {
        assertThat(sum(other, 5)).isEqualTo(FIRST);
      }
    }
  }

  @Test
  void threadsThatComputeForEverAreGoneAfterARestore() {
    try (var sandbox = start("functions-threaded")) {
      Snapshot snapshot = sandbox.snapshot();
      for (int i = 0; i < 5; i++) {
        sandbox.restore(snapshot);
        assertThat(sandbox.call("leave", Object.class)).isNull();
        sandbox.restore(snapshot);
        assertThat(sum(sandbox, 5)).isEqualTo(FIRST);
      }
    }
  }

  @Test
  void aSnapshotInTheMiddleKeepsEveryThread() {
    try (var sandbox = start("functions-threaded")) {
      sum(sandbox, 5);
      sandbox.call("threads", Long.class, 3);
      Snapshot later = sandbox.snapshot();
      for (int i = 0; i < 10; i++) {
        assertThat(sum(sandbox, 5)).isEqualTo(FIRST + 6 * 10);
        sandbox.restore(later);
      }
      assertThat(SnapshotParts.of(later).description()).isNotEmpty();
    }
  }

  @Test
  void instancesOfOneProgramHaveTheirOwnThreads() {
    try (var sandbox = start("functions-threaded");
        var pool = SandboxPool.builder().machines(1).build()) {
      var functions = pool.add(Sandbox.builder(sandbox.snapshot()));
      try (Instance first = functions.newInstance();
          Instance second = functions.newInstance()) {
        for (int i = 0; i < 5; i++) {
          assertThat(first.call("sum", Long.class, 5)).isEqualTo(FIRST + i * 60L);
        }
        assertThat(second.call("sum", Long.class, 5)).isEqualTo(FIRST);
        assertThat(functions.call("sum", Long.class, 5)).isEqualTo(FIRST);
      }
    }
  }

  @Test
  void aProgramIsSavedWhoseLastThreadToRunHasEnded() {
    var program = Program.of(Corpus.programs().resolve("snapshots-ended-thread"));
    Snapshot snapshot =
        Sandbox.builder(program)
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofSeconds(20))
            .snapshot(SnapshotPoint.INPUT);
    for (int i = 0; i < 3; i++) {
      try (var sandbox = Sandbox.builder(snapshot).build()) {
        var streams = Streams.capture("on\n");
        assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(3));
        assertThat(streams.outputText()).isEqualTo("0.5 on\n");
      }
    }
  }

  @Test
  void aProgramIsSavedWhereItWaitsForInputAndItsOtherThreadsWaitToo() {
    var program = Program.of(Corpus.programs().resolve("snapshots-threads"));
    Snapshot snapshot =
        Sandbox.builder(program)
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofSeconds(20))
            .snapshot(SnapshotPoint.INPUT);
    for (String name : new String[] {"ada", "grace"}) {
      try (var sandbox = Sandbox.builder(snapshot).build()) {
        var streams = Streams.capture(name + "\nagain\n");
        assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(2));
        assertThat(streams.outputText())
            .isEqualTo(name.toUpperCase(Locale.ROOT) + " 1 0\nAGAIN 2 0\n");
      }
    }
  }

  @Test
  @Timeout(60)
  void itIsKnownWhatEveryThreadWaitsFor() throws Exception {
    var input = new PipedOutputStream();
    var streams =
        Streams.of(
            new PipedInputStream(input),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());
    try (var sandbox =
        Sandbox.builder(Program.of(Corpus.programs().resolve("snapshots-threads")))
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofSeconds(50))
            .build()) {
      var run = Thread.ofPlatform().start(() -> sandbox.run(streams));
      List<WaitingThread> waiting = sandbox.waitingThreads();
      while (waiting.size() < 3) {
        Thread.sleep(5);
        waiting = sandbox.waitingThreads();
      }
      assertThat(waiting)
          .extracting(WaitingThread::call)
          .containsExactly("read", "futex", "clock_nanosleep");
      assertThat(waiting.get(2).remaining()).isPresent();
      assertThat(waiting.get(0).remaining()).isEmpty();
      input.close();
      run.join();
      assertThat(sandbox.waitingThreads()).isEmpty();
      assertThat(sandbox.statistics().switches()).isGreaterThan(1);
    }
  }
}
