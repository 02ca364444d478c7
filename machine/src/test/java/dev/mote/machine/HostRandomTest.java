package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRandomTest {
  @ParameterizedTest
  @ValueSource(ints = {64, 255, 256, 257, 600, 5000})
  void everyPartIsFilledAndNoTwoAreAlike(int length) {
    byte[] first = new byte[length];
    byte[] second = new byte[length];
    HostRandom.fill(first);
    HostRandom.fill(second);
    assertThat(first).isNotEqualTo(second);
    byte[] zeros = new byte[16]; // as many in a row come once in 2^128
    for (int at = 0; at + 16 <= length; at += 16) {
      assertThat(Arrays.copyOfRange(first, at, at + 16)).isNotEqualTo(zeros);
    }
    assertThat(Arrays.copyOfRange(first, length - 16, length)).isNotEqualTo(zeros);
  }

  @Test
  void nothingCanBeFilledToo() {
    HostRandom.fill(new byte[0]);
  }
}
