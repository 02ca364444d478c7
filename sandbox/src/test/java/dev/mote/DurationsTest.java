package dev.mote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "1ms, PT0.001S",
    "500ms, PT0.5S",
    "10s, PT10S",
    "0.25s, PT0.25S",
    ".5s, PT0.5S",
    "1.5m, PT1M30S",
    "2h, PT2H",
    "2000000h, PT2000000H"
  })
  void aNumberAndAUnitAreADuration(String text, Duration expected) {
    assertThat(Durations.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10",
        "s",
        "10 s",
        "-1s",
        "+1s",
        "1e3s",
        "1S",
        "1d",
        "0s",
        "0.0000000001s",
        "1.2.3s",
        ".s",
        "9999999h",
        "99999999999999999999s",
        "1s ",
        "١s"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"PT10S, 10 s", "PT0.2S, 0.2 s", "PT2H, 7200 s", "PT1.000000001S, 1.000000001 s"})
  void aDurationIsShownInSeconds(Duration duration, String expected) {
    assertThat(Durations.describe(duration)).isEqualTo(expected);
  }
}
