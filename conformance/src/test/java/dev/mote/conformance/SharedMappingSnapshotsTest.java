package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A file and its shared mappings are one thing, whatever happened before a snapshot and after it.
@Tag("every-kvm")
class SharedMappingSnapshotsTest {
  private static final int PAGES = 8;
  private static final int WAYS = 6;
  private static final int ROUNDS = 40;

  /// What a guest's file holds, as this test knows it.
  private static final class Known {
    private final long[] pages = new long[PAGES];
    private boolean second = true;

    Known() {
      for (int i = 0; i < PAGES; i++) {
        pages[i] = i;
      }
    }

    Known(Known other) {
      System.arraycopy(other.pages, 0, pages, 0, PAGES);
      second = other.second;
    }

    void change(int how, int page, long value) {
      if (how == 0 || how == 2 || (how == 1 && second)) {
        pages[page] = value;
      }
      second = how != 3 && (how == 4 || second);
    }

    long sum() {
      long total = 0;
      for (long page : pages) {
        total = total * 3 + page;
      }
      return total;
    }
  }

  private static void changeAtRandom(SplittableRandom random, Sandbox sandbox, Known known) {
    for (int i = random.nextInt(6); i > 0; i--) {
      int how = random.nextInt(WAYS);
      int page = random.nextInt(PAGES);
      long value = random.nextInt(100);
      sandbox.call("change", Object.class, how, page, value);
      known.change(how, page, value);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theFileIsAsItWas(long seed) {
    var random = new SplittableRandom(seed);
    try (var sandbox =
        Sandbox.builder(Program.of(Corpus.programs().resolve("functions-shared")))
            .memory(MemorySize.ofMebibytes(16))
            .timeout(Duration.ofSeconds(20))
            .start()) {
      var saved = new Known();
      changeAtRandom(random, sandbox, saved);
      Snapshot snapshot = sandbox.snapshot();
      for (int round = 0; round < ROUNDS; round++) {
        var known = new Known(saved);
        if (random.nextBoolean()) {
          assertThat(sandbox.call("sum", Long.class)).as("round %d", round).isEqualTo(known.sum());
        }
        changeAtRandom(random, sandbox, known);
        assertThat(sandbox.call("sum", Long.class)).as("round %d", round).isEqualTo(known.sum());
        if (random.nextInt(8) == 0) {
          saved = known;
          snapshot = sandbox.snapshot();
        }
        sandbox.restore(snapshot);
        if (random.nextInt(8) == 0) {
          try (var other = snapshot.start()) {
            assertThat(other.call("sum", Long.class)).isEqualTo(saved.sum());
          }
        }
      }
    }
  }
}
