package dev.mote.values;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Well-formed UTF-8 only, in both directions.
final class Utf8 {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

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

  /// Writes a text of a byte for each character.
  ///
  /// @return false if it is another one, of which the beginning may have been written
  static boolean encodeAscii(String text, byte[] target, int offset) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return false;
      }
      target[offset + i] = (byte) c;
    }
    return true;
  }

  /// Writes a text that has a [#length].
  static void encode(String text, byte[] target, int offset) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(encoded, 0, target, offset, encoded.length);
  }

  @SuppressWarnings("deprecation") // it is right for ASCII, and the one that the JIT inlines
  private static String ofAscii(byte[] source, int offset, int length) {
    return new String(source, 0, offset, length);
  }

  private static boolean isAscii(byte[] source, int offset, int length) {
    int i = 0;
    for (; length - i >= Long.BYTES; i += Long.BYTES) {
      if (((long) WORDS.get(source, offset + i) & HIGH_BITS) != 0) {
        return false;
      }
    }
    if (i < length && offset + i + Long.BYTES <= source.length) {
      long others = -1L << (8 * (length - i)); // bytes behind the text
      return ((long) WORDS.get(source, offset + i) & HIGH_BITS & ~others) == 0;
    }
    while (i < length && source[offset + i] >= 0) {
      i++;
    }
    return i == length;
  }

  /// @throws ValueException if it is not well-formed
  static String decode(byte[] source, int offset, int length) {
    if (isAscii(source, offset, length)) {
      return ofAscii(source, offset, length);
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
