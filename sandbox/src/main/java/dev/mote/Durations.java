package dev.mote;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;

/// Durations as people write them on a command line and in a file: `500ms`, `10s`, `1.5m`, `2h`.
public final class Durations {
  private static final Map<String, Long> NANOS =
      Map.of("ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);

  /// Longer numbers mean nothing here and would only cost time.
  private static final int MAX_DIGITS = 15;

  private Durations() {}

  /// Reads one.
  ///
  /// @throws IllegalArgumentException if the text is no duration greater than zero
  public static Duration parse(String text) {
    int digits = 0;
    while (digits < text.length() && isOfNumber(text.charAt(digits))) {
      digits++;
    }
    Long unit = NANOS.get(text.substring(digits));
    if (digits == 0 || digits > MAX_DIGITS || unit == null) {
      throw new IllegalArgumentException("not a duration such as 500ms, 10s, 1.5m or 2h");
    }
    try {
      var nanos = new BigDecimal(text.substring(0, digits)).multiply(BigDecimal.valueOf(unit));
      if (nanos.compareTo(BigDecimal.ONE) < 0) {
        throw new IllegalArgumentException("must be longer than nothing");
      }
      return Duration.ofNanos(nanos.toBigInteger().longValueExact());
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("not a number before the unit");
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException("longer than 292 years");
    }
  }

  /// Seconds, without zeros at the end: `10 s`, `0.2 s`.
  public static String describe(Duration duration) {
    BigDecimal seconds =
        BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
    return seconds.stripTrailingZeros().toPlainString() + " s";
  }

  private static boolean isOfNumber(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }
}
