package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CounterScaleTest {
  private static final long KILOHERTZ = 2_300_000;
  private static final long SECOND = Clock.SECOND;

  /// The counter at a time of the host's, when it is as fast as it says.
  private static long tsc(long nanos) {
    return 1_000_000_000_000L + (long) (nanos * (KILOHERTZ / 1e6));
  }

  @Test
  void theTimeIsThatOfTheFormula() {
    var random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      var scale = new CounterScale(1_000_000 + random.nextInt(5_000_000));
      long base = random.nextLong(1L << 62);
      scale.rebase(base, 0, random.nextLong(1L << 60));
      long ticks = random.nextLong(1L << random.nextInt(1, 62));
      BigInteger expected =
          BigInteger.valueOf(ticks)
              .multiply(BigInteger.valueOf(scale.multiplier()))
              .shiftRight(32)
              .add(BigInteger.valueOf(scale.time()));
      assertThat(scale.time(base + ticks)).isEqualTo(expected.longValue());
    }
  }

  @Test
  void aCounterBeforeItsBaseCountsAsTheBase() {
    var scale = new CounterScale(KILOHERTZ);
    scale.rebase(1000, 0, 77);
    assertThat(scale.time(999)).isEqualTo(77);
  }

  /// A clock 40 millionths faster than the counter says, read with an error of up to 5 µs.
  @Test
  void itFollowsAClockAndNeverRunsBackwards() {
    var random = new Random(2);
    var scale = new CounterScale(KILOHERTZ);
    long last = 0;
    for (long nanos = 0; nanos < 60 * SECOND; nanos += 50_000_000 + random.nextInt(100_000_000)) {
      long clock = (long) (nanos * (1 + 40e-6));
      long read = clock + random.nextInt(5000);
      long before = scale.tellsTime() ? scale.time(tsc(nanos)) : 0;
      assertThat(scale.rebase(tsc(nanos), read, read)).isZero();
      long time = scale.time(tsc(nanos));
      assertThat(time).isGreaterThanOrEqualTo(Math.max(last, before));
      assertThat(Math.abs(time - clock)).isLessThan(nanos < 5 * SECOND ? 50_000 : 15_000);
      last = time;
    }
  }

  @Test
  void farBehindItStepsForwards() {
    var scale = new CounterScale(KILOHERTZ);
    scale.rebase(tsc(0), 0, 0);
    assertThat(scale.rebase(tsc(SECOND / 10), SECOND / 10, SECOND)).isZero();
    assertThat(scale.time()).isEqualTo(SECOND);
  }

  @Test
  void farAheadItStaysSo() {
    var scale = new CounterScale(KILOHERTZ);
    scale.rebase(tsc(0), 0, SECOND);
    assertThat(scale.rebase(tsc(0), 0, 0)).isEqualTo(SECOND);
    assertThat(scale.time()).isEqualTo(SECOND);
  }

  @Test
  void aCounterOfAnotherRateTellsNoTime() {
    var scale = new CounterScale(KILOHERTZ);
    scale.rebase(tsc(0), 0, 0);
    assertThat(scale.rebase(tsc(2 * SECOND), SECOND, SECOND)).isBetween(SECOND - 10, SECOND + 10);
    assertThat(scale.tellsTime()).isFalse();
  }

  @Test
  void aCounterThatStoodStillTellsNoTime() {
    var scale = new CounterScale(KILOHERTZ);
    scale.rebase(tsc(0), 0, 0);
    scale.rebase(tsc(0), SECOND, SECOND);
    assertThat(scale.tellsTime()).isFalse();
  }

  @Test
  void withoutACounterThereIsNoTime() {
    var scale = new CounterScale(0);
    assertThat(scale.rebase(0, 0, 0)).isZero();
    assertThat(scale.tellsTime()).isFalse();
  }
}
