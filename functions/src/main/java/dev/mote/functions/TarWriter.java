package dev.mote.functions;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Writes a tar archive (POSIX.1-2001): files, directories and symbolic links, without owners and
/// times, so that equal trees give equal archives.
///
/// Not thread-safe.
final class TarWriter implements AutoCloseable {
  private static final int BLOCK = 512;
  private static final int NAME_LENGTH = 100;
  private static final long LARGEST_IN_OCTAL = 077777777777L;

  private final OutputStream out;

  TarWriter(OutputStream out) {
    this.out = out;
  }

  void directory(String path) throws IOException {
    head(path + "/", "", 0, '5', 0755);
  }

  void link(String path, String target) throws IOException {
    head(path, target, 0, '2', 0777);
  }

  /// @param size how many bytes the content has
  /// @throws IOException also if it has fewer: somebody has changed the file meanwhile
  void file(String path, boolean executable, long size, InputStream content) throws IOException {
    head(path, "", size, '0', executable ? 0755 : 0644);
    byte[] piece = new byte[64 << 10];
    long left = size;
    while (left > 0) {
      int count = content.read(piece, 0, (int) Math.min(piece.length, left));
      if (count < 0) {
        throw new IOException(path + " became shorter while it was read");
      }
      out.write(piece, 0, count);
      left -= count;
    }
    pad(size);
  }

  private void head(String path, String target, long size, char type, int mode) throws IOException {
    var records = new StringBuilder();
    if (path.getBytes(UTF_8).length > NAME_LENGTH) {
      records.append(record("path", path));
    }
    if (target.getBytes(UTF_8).length > NAME_LENGTH) {
      records.append(record("linkpath", target));
    }
    if (size > LARGEST_IN_OCTAL) {
      records.append(record("size", Long.toString(size)));
    }
    if (!records.isEmpty()) {
      byte[] extended = records.toString().getBytes(UTF_8);
      out.write(block("PaxHeaders/entry", "", extended.length, 'x', 0644));
      out.write(extended);
      pad(extended.length);
    }
    out.write(block(path, target, Math.min(size, LARGEST_IN_OCTAL), type, mode));
  }

  /// A line of an extended header: its length, which counts its own digits, name and value.
  private static String record(String name, String value) {
    int rest = (" " + name + "=" + value + "\n").getBytes(UTF_8).length;
    int length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    return length + " " + name + "=" + value + "\n";
  }

  private static byte[] block(String path, String target, long size, char type, int mode) {
    byte[] block = new byte[BLOCK];
    put(block, 0, NAME_LENGTH, path.getBytes(UTF_8));
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, 0);
    block[156] = (byte) type;
    put(block, 157, NAME_LENGTH, target.getBytes(UTF_8));
    put(block, 257, 8, "ustar\00000".getBytes(ISO_8859_1));
    int sum = 8 * ' '; // of the sum's own field
    for (byte b : block) {
      sum += b & 0xff;
    }
    octal(block, 148, 7, sum);
    block[155] = ' ';
    return block;
  }

  private static void put(byte[] block, int at, int most, byte[] text) {
    System.arraycopy(text, 0, block, at, Math.min(most, text.length));
  }

  private static void octal(byte[] block, int at, int width, long number) {
    String digits = Long.toOctalString(number);
    put(block, at, width - 1, ("0".repeat(width - 1 - digits.length()) + digits).getBytes(UTF_8));
  }

  private void pad(long size) throws IOException {
    int behind = (int) (size % BLOCK);
    if (behind > 0) {
      out.write(new byte[BLOCK - behind]);
    }
  }

  /// Ends the archive; the stream stays open.
  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
  }
}
