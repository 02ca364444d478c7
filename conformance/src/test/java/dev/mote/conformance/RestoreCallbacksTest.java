package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Snapshot;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest notices that it was restored, and its callbacks are called: once, before the first call.
@Tag("every-kvm")
class RestoreCallbacksTest {
  private static final int RESTORES = 200;

  private static Program program(String name) {
    return Program.of(Corpus.programs().resolve("snapshots-" + name));
  }

  /// The host function `back` calls the guest back.
  private static SandboxBuilder settings(SandboxBuilder builder) {
    builder
        .timeout(Duration.ofSeconds(20))
        .hostFunction("back", (dev.mote.HostCall call) -> call.call("restores", String.class));
    return builder;
  }

  private static Sandbox start(String name) {
    return settings(Sandbox.builder(program(name)).memory(MemorySize.ofMebibytes(16))).start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"draw", "draw-musl", "draw-rust"})
  void whatIsReseededIsNeverRepeated(String name) {
    try (var sandbox = start(name)) {
      Snapshot snapshot = sandbox.snapshot();
      Set<Long> drawn = new HashSet<>();
      Set<Long> stale = new HashSet<>();
      for (int i = 0; i < RESTORES; i++) {
        sandbox.restore(snapshot);
        for (int j = 0; j < 2; j++) {
          assertThat(drawn.add(sandbox.call("draw", Long.class))).isTrue();
          stale.add(sandbox.call("draw_stale", Long.class));
        }
      }
      for (int i = 0; i < 5; i++) {
        try (var other = settings(Sandbox.builder(snapshot)).start()) {
          assertThat(drawn.add(other.call("draw", Long.class))).isTrue();
          stale.add(other.call("draw_stale", Long.class));
        }
      }
      assertThat(stale).as("what is not reseeded").hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"draw", "draw-musl", "draw-rust"})
  void callbacksAreCalledOncePerRestoreInTheirOrder(String name) {
    try (var sandbox = start(name)) {
      sandbox.call("draw", Long.class);
      assertThat(sandbox.call("restores_by_the_host", String.class)).isEmpty();
      Snapshot first = sandbox.snapshot();
      assertThat(sandbox.call("restores", String.class)).as("only saved").isEmpty();
      for (int i = 0; i < 3; i++) {
        sandbox.restore(first);
        assertThat(sandbox.call("restores_by_the_host", String.class)).isEqualTo("ab");
        assertThat(sandbox.call("restores", String.class)).isEqualTo("ab");
        assertThat(sandbox.call("restores_by_the_host", String.class)).isEqualTo("ab");
      }
      Snapshot second = sandbox.snapshot();
      sandbox.restore(second);
      assertThat(sandbox.call("restores", String.class)).isEqualTo("abab");
      sandbox.restore(first); // in another virtual machine
      assertThat(sandbox.call("restores", String.class)).isEqualTo("ab");
      try (var other = settings(Sandbox.builder(second)).start()) {
        assertThat(other.call("restores_by_the_host", String.class)).isEqualTo("abab");
        assertThat(other.call("restores", String.class)).isEqualTo("abab");
      }
    }
  }

  @Test
  void everyRestoreHasItsOwnIdentity() {
    Set<Long> seen = new HashSet<>();
    try (var sandbox = start("draw-rust");
        var stranger = start("draw-rust")) {
      assertThat(seen.add(id(sandbox))).isTrue();
      assertThat(seen.add(id(stranger))).isTrue();
      Snapshot snapshot = sandbox.snapshot();
      assertThat(seen.add(id(sandbox))).as("a snapshot alone changes nothing").isFalse();
      for (int i = 0; i < RESTORES; i++) {
        sandbox.restore(snapshot);
        long id = id(sandbox);
        assertThat(seen.add(id)).isTrue();
        assertThat(id(sandbox)).isEqualTo(id);
      }
      for (int i = 0; i < 5; i++) {
        try (var other = snapshot.start()) {
          assertThat(seen.add(id(other))).isTrue();
        }
      }
    }
    assertThat(seen).doesNotContain(0L);
  }

  private static long id(Sandbox sandbox) {
    return sandbox.call("restore_id", new dev.mote.ResultType<Optional<Long>>() {}).orElseThrow();
  }

  @Test
  void noticingNothingCostsNoExit() {
    try (var sandbox = start("draw")) {
      Snapshot snapshot = sandbox.snapshot();
      sandbox.restore(snapshot);
      sandbox.call("draw", Long.class);
      long before = sandbox.statistics().exits();
      for (int i = 0; i < 10; i++) {
        sandbox.call("draw", Long.class);
      }
      assertThat(sandbox.statistics().exits() - before).isEqualTo(10);
    }
  }

  /// What docs/snapshots.md says of seeds that were drawn before.
  @Test
  void theKeysOfHashTablesAreThoseOfTheSnapshot() {
    try (var sandbox = start("draw-rust")) {
      Snapshot snapshot = sandbox.snapshot();
      long hash = sandbox.call("hash", Long.class);
      try (var other = snapshot.start();
          var stranger = start("draw-rust")) {
        assertThat(other.<Long>call("hash", Long.class)).isEqualTo(hash);
        assertThat(stranger.<Long>call("hash", Long.class)).isNotEqualTo(hash);
      }
    }
  }
}
