package dev.mote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {
  @ParameterizedTest
  @CsvSource({"0B, 0", "1B, 1", "3KiB, 3072", "64MiB, 67108864", "2GiB, 2147483648"})
  void aSizeIsReadAndWrittenTheSame(String text, long bytes) {
    assertThat(MemorySize.parse(text)).isEqualTo(MemorySize.ofBytes(bytes));
    assertThat(MemorySize.ofBytes(bytes)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "64",
        "MiB",
        "64MB",
        "64 MiB",
        "-1MiB",
        "1.5GiB",
        "64mib",
        "99999999999999GiB"
      })
  void whatIsNoSizeIsRefusedByName(String text) {
    assertThatThrownBy(() -> MemorySize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
