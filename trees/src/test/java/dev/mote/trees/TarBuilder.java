package dev.mote.trees;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/// Writes tar archives byte by byte, sound ones and others.
final class TarBuilder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  TarBuilder file(String name, String content) {
    return entry(name, '0', "", content);
  }

  TarBuilder directory(String name) {
    return entry(name, '5', "", "");
  }

  TarBuilder symbolicLink(String name, String target) {
    return entry(name, '2', target, "");
  }

  TarBuilder hardLink(String name, String target) {
    return entry(name, '1', target, "");
  }

  TarBuilder entry(String name, char type, String link, String content) {
    return header(
            block -> {
              put(block, 0, name);
              block[156] = (byte) type;
              put(block, 157, link);
              number(block, 124, 12, content.length());
            })
        .raw(content);
  }

  /// A pax header for the next entry.
  TarBuilder pax(String... fields) {
    var records = new StringBuilder();
    for (String field : fields) {
      int length = field.length() + 3;
      while (("" + length).length() + field.length() + 2 > length) {
        length++;
      }
      records.append(length).append(' ').append(field).append('\n');
    }
    return entry("pax", 'x', "", records.toString());
  }

  /// A header with a sound checksum.
  TarBuilder header(Consumer<byte[]> change) {
    var block = new byte[512];
    number(block, 100, 8, 0644);
    number(block, 108, 8, 0);
    number(block, 116, 8, 0);
    number(block, 124, 12, 0);
    number(block, 136, 12, 1_000_000);
    put(block, 257, "ustar\00000");
    change.accept(block);
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, "%06o\0 ".formatted(sum));
    bytes.writeBytes(block);
    return this;
  }

  static void put(byte[] block, int at, String text) {
    byte[] source = text.getBytes(ISO_8859_1);
    System.arraycopy(source, 0, block, at, source.length);
  }

  static void number(byte[] block, int at, int width, long value) {
    put(block, at, ("%0" + (width - 1) + "o\0").formatted(value));
  }

  /// Content, padded to a block.
  TarBuilder raw(String content) {
    bytes.writeBytes(content.getBytes(ISO_8859_1));
    bytes.writeBytes(new byte[-content.length() & 511]);
    return this;
  }

  /// The archive with its end mark.
  byte[] end() {
    bytes.writeBytes(new byte[1024]);
    return bytes.toByteArray();
  }

  /// The archive without.
  byte[] cut() {
    return bytes.toByteArray();
  }
}
