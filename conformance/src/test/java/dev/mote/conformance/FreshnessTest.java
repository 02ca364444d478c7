package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// After a restore nothing is left of a call: a guest that looks at all that there is says the same
/// as in a sandbox that was just started, whatever another call has changed and however it ended.
///
/// `-Dfreshness.rounds=1000` makes the run with random changes longer.
@Tag("every-kvm")
class FreshnessTest {
  private static final int ROUNDS = Integer.getInteger("freshness.rounds", 40);

  private static Sandbox start(String program) {
    return Sandbox.builder(Program.of(Corpus.programs().resolve(program)))
        .memory(MemorySize.ofMebibytes(16))
        .timeout(Duration.ofSeconds(20))
        .hostFunction("wait", () -> 1L)
        .start();
  }

  private static List<String> look(Sandbox sandbox) {
    return sandbox.call("look", String.class).lines().toList();
  }

  /// Tells only the lines that differ.
  private static void assertSame(List<String> found, List<String> expected, String after) {
    var more = new ArrayList<>(found);
    expected.forEach(more::remove);
    var less = new ArrayList<>(expected);
    found.forEach(less::remove);
    assertThat(more).as("there after %s, instead of %s", after, less).isEmpty();
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"functions-fresh", "functions-fresh-musl"})
  void whateverACallChangesIsPutBack(String program) {
    try (var sandbox = start(program)) {
      Snapshot snapshot = sandbox.snapshot();
      sandbox.restore(snapshot);
      List<String> expected = look(sandbox);
      for (long seed = 0; seed < ROUNDS; seed++) {
        sandbox.restore(snapshot);
        sandbox.call("change", Long.class, seed);
        sandbox.restore(snapshot);
        assertSame(look(sandbox), expected, "seed " + seed);
      }
      try (var other = snapshot.start()) {
        assertSame(look(other), expected, "a new start");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void howeverItEndsItIsPutBack(long way) {
    try (var sandbox = start("functions-fresh")) {
      Snapshot snapshot = sandbox.snapshot();
      sandbox.restore(snapshot);
      List<String> expected = look(sandbox);
      try (var hurried =
          Sandbox.builder(snapshot)
              .timeout(Duration.ofMillis(way == 1 || way == 4 ? 300 : 20_000))
              .start()) {
        for (int i = 0; i < 3; i++) {
          Outcome<?> outcome = hurried.tryCall("wipe", Void.class, way);
          assertThat(outcome).isInstanceOf(Outcome.Ended.class);
          assertThat(hurried.poisonedBy()).isPresent();
          hurried.restore(snapshot);
          assertThat(hurried.poisonedBy()).isEmpty();
        }
        hurried.restore(snapshot);
        assertSame(look(hurried), expected, "way " + way);
      }
    }
  }

  @Test
  void memoryThatRanOutIsThereAgain() {
    try (var sandbox = start("functions-fresh")) {
      Snapshot snapshot = sandbox.snapshot();
      for (int i = 0; i < 5; i++) {
        assertThat(sandbox.tryCall("hog", Void.class)).isInstanceOf(Outcome.Ended.class);
        sandbox.restore(snapshot);
        assertThat(sandbox.call("count", Long.class)).isEqualTo(1);
        sandbox.restore(snapshot);
      }
    }
  }

  @Test
  void aCallThatIsStoppedInAHostFunctionLeavesNothing() throws Exception {
    var entered = new CountDownLatch(1);
    try (var origin = start("functions-fresh")) {
      Snapshot snapshot = origin.snapshot();
      try (var sandbox =
          Sandbox.builder(snapshot)
              .hostFunction(
                  "wait",
                  () -> {
                    entered.countDown();
                    Thread.sleep(60_000);
                    return 1L;
                  })
              .start()) {
        List<String> expected = look(sandbox);
        Thread canceller =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    entered.await();
                  } catch (InterruptedException _) {
                    return;
                  }
                  sandbox.cancel();
                });
        sandbox.restore(snapshot);
        Outcome<Long> outcome = sandbox.tryCall("ask", Long.class);
        canceller.join();
        assertThat(outcome).isEqualTo(new Outcome.Ended<Long>(new Ending.Cancelled()));
        sandbox.restore(snapshot);
        assertSame(look(sandbox), expected, "a call that was stopped");
      }
    }
  }

  @Test
  void aSnapshotOfARestoredSandboxIsTheDifference() {
    try (var sandbox = start("functions-fresh")) {
      Snapshot first = sandbox.snapshot();
      for (int i = 1; i <= 3; i++) {
        assertThat(sandbox.call("count", Long.class)).isEqualTo(i);
      }
      Snapshot second = sandbox.snapshot();
      assertThat(second.ownMemory().bytes()).isLessThan(first.ownMemory().bytes() / 2);
      assertThat(sandbox.call("count", Long.class)).isEqualTo(4);
      sandbox.restore(second);
      assertThat(sandbox.call("count", Long.class)).isEqualTo(4);
      sandbox.restore(first); // in another virtual machine
      assertThat(sandbox.call("count", Long.class)).isEqualTo(1);
      sandbox.restore(second);
      assertThat(sandbox.call("count", Long.class)).isEqualTo(4);
      try (var a = first.start();
          var b = second.start()) {
        assertThat(a.call("count", Long.class)).isEqualTo(1);
        assertThat(b.call("count", Long.class)).isEqualTo(4);
      }
    }
  }

  @Test
  void randomnessIsNewAndTheClockGoesOnFromWhereItStood() throws Exception {
    try (var sandbox = start("functions-fresh")) {
      long before = sandbox.call("monotonic", Long.class);
      Snapshot snapshot = sandbox.snapshot();
      Set<String> seen = new HashSet<>();
      Thread.sleep(300);
      for (int i = 0; i < 20; i++) {
        sandbox.restore(snapshot);
        assertThat(
                seen.add(
                    java.util.HexFormat.of().formatHex(sandbox.call("random_bytes", byte[].class))))
            .isTrue();
        long now = sandbox.call("monotonic", Long.class);
        assertThat(now - before)
            .as("nanoseconds that passed for the guest")
            .isBetween(0L, 250_000_000L);
      }
    }
  }

  @Test
  void aSnapshotOfAnotherProgramIsRefused() {
    try (var sandbox = start("functions-fresh");
        var other =
            Sandbox.builder(Program.of(Corpus.programs().resolve("functions-behaviour"))).start()) {
      Snapshot snapshot = other.snapshot();
      assertThat(sandbox.call("count", Long.class)).isEqualTo(1);
      assertThatThrownBy(() -> sandbox.restore(snapshot))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("other functions");
      assertThat(sandbox.call("count", Long.class)).as("it goes on").isEqualTo(2);
      assertThatThrownBy(() -> Sandbox.builder(snapshot).memory(MemorySize.ofMebibytes(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("memory");
    }
  }
}
