package dev.mote.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(20);

  @Test
  void soManyEnterAndSoManyWait() throws Exception {
    var gate = new Gate(1, 1);
    assertThat(gate.enter(0)).isTrue();
    assertThat(gate.enter(0)).isFalse(); // its time is over at once
    CompletableFuture<Boolean> waits = CompletableFuture.supplyAsync(() -> entered(gate));
    while (gate.waiting() == 0) {
      Thread.onSpinWait();
    }
    assertThat(gate.enter(LONG)).isFalse(); // one waits already
    gate.leave();
    assertThat(waits.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(gate.running()).isEqualTo(1);
    assertThat(gate.waiting()).isZero();
  }

  private static boolean entered(Gate gate) {
    try {
      return gate.enter(LONG);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
