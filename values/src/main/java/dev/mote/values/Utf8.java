package dev.mote.values;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Well-formed UTF-8 only, in both directions.
final class Utf8 {
  private Utf8() {}

  /// How many bytes a text takes.
  ///
  /// @throws ValueException if it has half a surrogate pair
  static int length(String text) {
    int length = text.length();
    int bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        continue;
      }
      if (c < 0x800) {
        bytes++;
      } else if (!Character.isSurrogate(c)) {
        bytes += 2;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 2; // four bytes for two characters
        i++;
      } else {
        throw ValueException.wrongType("character %d is half a surrogate pair".formatted(i));
      }
      if (bytes < 0) {
        throw new ValueException(ValueException.Reason.TOO_LARGE, "the text is longer than 2 GiB");
      }
    }
    return bytes;
  }

  /// @param size its [#length]
  static void encode(String text, int size, byte[] target, int offset) {
    if (size == text.length()) {
      for (int i = 0; i < size; i++) {
        target[offset + i] = (byte) text.charAt(i);
      }
      return;
    }
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(encoded, 0, target, offset, size);
  }

  /// @throws ValueException if it is not well-formed
  static String decode(byte[] source, int offset, int length) {
    int i = 0;
    while (i < length && source[offset + i] >= 0) {
      i++;
    }
    if (i == length) {
      return new String(source, offset, length, StandardCharsets.ISO_8859_1);
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(source, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw ValueException.malformed("a text is not well-formed UTF-8");
    }
  }
}
