package dev.mote;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An amount of memory.
///
/// @param bytes not negative
public record MemorySize(long bytes) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})(B|KiB|MiB|GiB)");

  public MemorySize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a memory size cannot be negative: " + bytes);
    }
  }

  public static MemorySize ofBytes(long bytes) {
    return new MemorySize(bytes);
  }

  public static MemorySize ofKibibytes(long kibibytes) {
    return new MemorySize(Math.multiplyExact(kibibytes, 1L << 10));
  }

  public static MemorySize ofMebibytes(long mebibytes) {
    return new MemorySize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  public static MemorySize ofGibibytes(long gibibytes) {
    return new MemorySize(Math.multiplyExact(gibibytes, 1L << 30));
  }

  /// Reads a size such as `512B`, `64KiB`, `64MiB` or `1GiB`.
  ///
  /// @throws IllegalArgumentException if the text is none, or too large for a long
  public static MemorySize parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a memory size; write it like 512KiB, 64MiB or 1GiB");
    }
    int shift =
        switch (matcher.group(2)) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    long number = Long.parseLong(matcher.group(1));
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("'" + text + "' is too large");
    }
    return new MemorySize(number << shift);
  }

  /// The size in the largest unit that gives a whole number.
  @Override
  public String toString() {
    String[] units = {"B", "KiB", "MiB", "GiB"};
    long number = bytes;
    int unit = 0;
    while (unit < 3 && number != 0 && number % 1024 == 0) {
      number /= 1024;
      unit++;
    }
    return number + units[unit];
  }
}
