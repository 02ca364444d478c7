package dev.mote.trees;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The fields of a pax extended header (POSIX.1-2024, `pax`, "pax Extended Header"): each is
/// `LENGTH KEY=VALUE\n`, where the length counts all of it.
final class PaxFields {
  private static final String SPARSE_OFFSET = "GNU.sparse.offset";
  private static final String SPARSE_LENGTH = "GNU.sparse.numbytes";

  /// Others are not kept.
  private static final Set<String> KNOWN =
      Set.of(
          "path",
          "linkpath",
          "size",
          "uid",
          "gid",
          "mtime",
          "GNU.sparse.major",
          "GNU.sparse.name",
          "GNU.sparse.size",
          "GNU.sparse.realsize",
          "GNU.sparse.map");

  private final Map<String, String> values = new HashMap<>();
  private final SparsePairs pieces;

  /// @param budget pays for what a sparse map takes
  PaxFields(Budget budget) {
    pieces = new SparsePairs(budget);
  }

  /// Adds the fields of a header; of two with the same key the later one counts.
  ///
  /// @throws FormatException if it is none
  void read(byte[] header) {
    int position = 0;
    while (position < header.length) {
      int space = position;
      while (space < header.length && header[space] != ' ') {
        space++;
      }
      int length =
          (int) decimal(text(header, position, space), Integer.MAX_VALUE, "extended header");
      int end = position + length - 1;
      if (length > header.length - position || end <= space || header[end] != '\n') {
        throw new FormatException("has an extended header that is damaged");
      }
      String field = text(header, space + 1, end);
      int equals = field.indexOf('=');
      if (equals < 1) {
        throw new FormatException("has an extended header that is damaged");
      }
      put(field.substring(0, equals), field.substring(equals + 1));
      position = end + 1;
    }
  }

  private void put(String key, String value) {
    // In version 0.0 of the sparse format these two come again and again.
    if (key.equals(SPARSE_OFFSET) || key.equals(SPARSE_LENGTH)) {
      pieces.add(decimal(value, Long.MAX_VALUE, key));
    } else if (KNOWN.contains(key)) {
      values.put(key, value);
    }
  }

  private static String text(byte[] header, int start, int end) {
    return new String(header, start, end - start, ISO_8859_1);
  }

  /// What a key means, here or in the header for all entries; null if nothing, or the empty text,
  /// which takes back what the latter says.
  @Nullable String get(String key, PaxFields global) {
    String value = values.containsKey(key) ? values.get(key) : global.values.get(key);
    return value == null || value.isEmpty() ? null : value;
  }

  /// What a key means here.
  @Nullable String get(String key) {
    return values.get(key);
  }

  SparsePairs pieces() {
    return pieces;
  }

  /// @throws FormatException if the text is anything but digits, or more than `most`
  static long decimal(String text, long most, String what) {
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9 || value > (most - digit) / 10) {
        throw bad(what);
      }
      value = value * 10 + digit;
    }
    if (text.isEmpty()) {
      throw bad(what);
    }
    return value;
  }

  private static FormatException bad(String what) {
    return new FormatException("has a number in %s that is none or out of range".formatted(what));
  }
}
