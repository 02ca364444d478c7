package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Program;
import dev.mote.ProgramException;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest may speak by the file `/dev/mote`, in every way in which a file is read and written.
@Tag("every-kvm")
class MessageFileTest {
  private static SandboxBuilder builder(String... arguments) {
    return Sandbox.builder(Program.of(Corpus.programs().resolve("functions-file"), arguments))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "pieces",
        "two-descriptors",
        "not-waiting",
        "wrong-lengths",
        "port-meanwhile",
        "mixed",
        "log-first",
        "whole",
        "bad-buffers"
      })
  void messagesComeAndGoByTheFile(String way) {
    try (var sandbox = builder(way).start()) {
      for (Object value :
          List.of(1L, "two", List.of(3L), Map.of("four", 4.0), 5L, "x".repeat(3000))) {
        assertThat(sandbox.<Object>call("echo", Object.class, value)).isEqualTo(value);
      }
    }
  }

  /// A snapshot is taken where the guest waits for its next message.
  @ParameterizedTest
  @ValueSource(strings = {"plain", "pieces", "two-descriptors", "not-waiting", "mixed"})
  void betweenMessagesASnapshotIsTaken(String way) {
    try (var sandbox = builder(way).start()) {
      for (int i = 0; i < 3; i++) {
        assertThat(sandbox.<Long>call("echo", Long.class, 1)).isEqualTo(1);
        var snapshot = sandbox.snapshot();
        for (int j = 0; j < 3; j++) {
          assertThat(sandbox.<String>call("echo", String.class, "two")).isEqualTo("two");
          sandbox.restore(snapshot);
        }
        try (var other = snapshot.start()) {
          assertThat(other.<Long>call("echo", Long.class, 3)).isEqualTo(3);
        }
      }
    }
  }

  @Test
  void aMessageMayBeAsLargeAsTheLimit() {
    try (var sandbox = builder("plain").messageLimit(MemorySize.ofMebibytes(2)).start()) {
      var bytes = new byte[(2 << 20) - 100];
      bytes[bytes.length - 1] = 7;
      for (int i = 0; i < 3; i++) {
        assertThat(sandbox.<byte[]>call("echo", byte[].class, bytes)).isEqualTo(bytes);
      }
    }
  }

  /// It cheats itself only: its second answer is to the second call.
  @Test
  void anAnswerBeforeTheCallWasReadIsItsAnswer() {
    try (var sandbox = builder("two-messages").start()) {
      assertThat(sandbox.<Long>call("echo", Long.class, 8)).isEqualTo(1);
      assertThat(sandbox.<Long>call("echo", Long.class, 9)).isEqualTo(2);
      assertThat(sandbox.<Long>call("echo", Long.class, 10)).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "answer-first, it said something else than that it waits for its first call",
    "end-first, Exited[status=3]"
  })
  void afterItsAnnouncementAGuestWaitsForACall(String way, String what) {
    assertThatThrownBy(() -> builder(way).start())
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining(what);
  }

  /// It is not waited for until its time is over.
  @Test
  void aGuestThatWaitsForSomethingElseIsTakenAsItIs() {
    var limit = Duration.ofSeconds(3);
    try (var sandbox = builder("waits-elsewhere").timeout(limit).start()) {
      assertThat(sandbox.<Long>tryCall("echo", Long.class, 1))
          .isEqualTo(new Outcome.Ended<>(new Ending.TimedOut(Ending.TimedOut.Kind.WALL, limit)));
    }
  }

  /// The snapshot of a guest that waits is where it reads: a call from it is one exit, that of its
  /// answer.
  @Test
  void aCallFromASnapshotIsOneExit() {
    var snapshot = builder("whole").snapshot(SnapshotPoint.FUNCTIONS);
    try (var sandbox = Sandbox.builder(snapshot).start()) {
      long before = sandbox.statistics().exits();
      for (int i = 0; i < 10; i++) {
        assertThat(sandbox.<Long>call("echo", Long.class, 1)).isEqualTo(1);
        sandbox.restore(snapshot);
      }
      assertThat(sandbox.statistics().exits() - before).isEqualTo(10);
    }
  }

  @Test
  void whereNobodyCallsThereIsNoHostToSpeakWith() {
    try (var sandbox = builder("plain").build()) {
      var streams = Streams.capture();
      assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(1));
      assertThat(streams.outputText()).isEqualTo("No such file or directory\n");
    }
  }
}
