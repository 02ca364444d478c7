package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StopRequestTest {
  private final StopRequest request = new StopRequest();

  @Test
  void aHostFunctionThatBeginsAfterTheStopIsInterruptedToo() {
    request.begin();
    request.request(GuestEnding.StopReason.WALL_TIME);
    request.beginHostFunction();
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    request.endHostFunction();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    request.end();
  }

  @Test
  void whatStopsOneStretchDoesNotStopTheNext() {
    assertThat(request.request(GuestEnding.StopReason.CANCELLED)).isFalse(); // nothing runs
    request.begin();
    assertThat(request.reason()).isNull();
    assertThat(request.request(GuestEnding.StopReason.CANCELLED)).isTrue();
    assertThat(request.request(GuestEnding.StopReason.WALL_TIME)).isTrue();
    assertThat(request.reason()).isEqualTo(GuestEnding.StopReason.CANCELLED); // the first counts
    request.end();
    request.begin();
    assertThat(request.reason()).isNull();
    request.request(GuestEnding.StopReason.CLOSED);
    request.end();
    assertThat(request.reason()).isEqualTo(GuestEnding.StopReason.CLOSED);
  }
}
