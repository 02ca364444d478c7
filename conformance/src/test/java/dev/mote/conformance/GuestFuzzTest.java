package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A guest that makes random system calls harms neither the host nor itself. A few seconds here;
/// `conformance/fuzz-guest SECONDS [SEED]` takes longer.
class GuestFuzzTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 8);
  private static final long FIRST_SEED = Long.getLong("fuzz.seed", 1);
  private static final int WARM_UP = 3;

  @Test
  void randomSystemCallsHarmNobody() {
    var fuzz = new GuestFuzz();
    long seed = FIRST_SEED;
    for (int i = 0; i < WARM_UP; i++) {
      fuzz.run(seed++);
    }
    HostState before = HostState.now();
    long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    while (System.nanoTime() < end) {
      fuzz.run(seed++);
    }
    HostState after = HostState.now();
    System.out.println(fuzz + "\nbefore " + before + "\nafter  " + after);
    assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + 2);
    assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + 3);
    assertThat(after.mappings()).isLessThanOrEqualTo(before.mappings() + 60);
    assertThat(after.heapKibibytes()).isLessThanOrEqualTo(before.heapKibibytes() + (16 << 10));
    assertThat(after.residentKibibytes())
        .isLessThanOrEqualTo(before.residentKibibytes() + (96 << 10));
    assertThat(fuzz.calls()).isPositive();
  }
}
