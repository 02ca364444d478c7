package dev.mote.trees;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;
import java.util.Arrays;

/// A header block of a tar archive: POSIX ustar, GNU (`tar.h`), star, and the old one of Unix 7.
///
/// ```
///   0 name[100]   100 mode[8]   108 uid[8]   116 gid[8]   124 size[12]   136 mtime[12]
/// 148 chksum[8]   156 typeflag  157 linkname[100]   257 magic[6]   263 version[2]
/// 265 uname[32]   297 gname[32] 329 devmajor[8]     337 devminor[8]
/// 345 prefix[155]                                                         (ustar)
/// 386 sparse[4] of offset[12], numbytes[12]   482 isextended   483 realsize[12]   (GNU)
/// 345 prefix[131]   476 atime[12]   488 ctime[12]   508 "tar"             (star)
/// ```
final class TarHeader {
  static final int BLOCK = 512;

  static final char FILE = '0';
  static final char OLD_FILE = '\0';
  static final char HARD_LINK = '1';
  static final char SYMBOLIC_LINK = '2';
  static final char CHARACTER_DEVICE = '3';
  static final char BLOCK_DEVICE = '4';
  static final char DIRECTORY = '5';
  static final char FIFO = '6';
  static final char CONTIGUOUS_FILE = '7';
  static final char PAX = 'x';
  static final char SOLARIS_PAX = 'X';
  static final char PAX_GLOBAL = 'g';
  static final char GNU_LONG_NAME = 'L';
  static final char GNU_LONG_LINK = 'K';
  static final char GNU_SPARSE = 'S';
  static final char GNU_DIRECTORY = 'D';
  static final char GNU_VOLUME = 'V';

  private static final int TYPE = 156;
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_SIZE = 8;
  private static final int MAGIC = 257;

  private final byte[] block;

  /// @throws FormatException if it has not the checksum that it says
  TarHeader(byte[] block) {
    this.block = block;
    long expected = number(CHECKSUM, CHECKSUM_SIZE, "checksum");
    long unsigned = 0;
    long signed = 0; // as some old archivers have it
    for (int i = 0; i < BLOCK; i++) {
      boolean blank = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_SIZE;
      unsigned += blank ? ' ' : block[i] & 0xff;
      signed += blank ? ' ' : block[i];
    }
    if (expected != unsigned && expected != signed) {
      throw new FormatException("has a header with a wrong checksum");
    }
  }

  static boolean isZero(byte[] block) {
    return Arrays.equals(block, new byte[BLOCK]);
  }

  char type() {
    return (char) (block[TYPE] & 0xff);
  }

  private boolean isUstar() {
    return text(MAGIC, 8).startsWith("ustar") && block[MAGIC + 5] == 0;
  }

  boolean isGnu() {
    return text(MAGIC, 8).equals("ustar  ");
  }

  private boolean isStar() {
    return isUstar() && text(508, 4).equals("tar");
  }

  String name() {
    String name = text(0, 100);
    String prefix = isStar() ? text(345, 131) : isUstar() ? text(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  String link() {
    return text(157, 100);
  }

  int permissions() {
    return (int) number(100, 8, "mode") & 07777;
  }

  long uid() {
    return number(108, 8, "uid");
  }

  long gid() {
    return number(116, 8, "gid");
  }

  long size() {
    return number(124, 12, "size");
  }

  long modified() {
    return number(136, 12, "mtime");
  }

  long major() {
    return number(329, 8, "devmajor");
  }

  long minor() {
    return number(337, 8, "devminor");
  }

  /// Of a GNU sparse file, its size with the holes.
  long realSize() {
    return number(483, 12, "realsize");
  }

  /// Position and length of pieces of a GNU sparse file, by turns.
  SparsePairs pieces(SparsePairs into) {
    pieces(block, 386, 4, into);
    return into;
  }

  /// Whether a block with more pieces follows.
  boolean hasMorePieces() {
    return block[482] != 0;
  }

  /// The same of such a block, which is no header.
  static boolean addPieces(byte[] block, SparsePairs into) {
    pieces(block, 0, 21, into);
    return block[504] != 0;
  }

  private static void pieces(byte[] block, int at, int count, SparsePairs into) {
    for (int i = 0; i < count; i++) {
      int place = at + 24 * i;
      if (block[place] == 0 || block[place + 12] == 0) {
        break;
      }
      into.add(number(block, place, 12, "sparse map"));
      into.add(number(block, place + 12, 12, "sparse map"));
    }
  }

  private String text(int at, int length) {
    int end = at;
    while (end < at + length && block[end] != 0) {
      end++;
    }
    return new String(block, at, end - at, ISO_8859_1);
  }

  private long number(int at, int length, String field) {
    return number(block, at, length, field);
  }

  /// Octal digits, or a big-endian number whose first byte has its highest bit set (GNU).
  private static long number(byte[] block, int at, int length, String field) {
    if (block[at] >= 0) {
      return octal(block, at, length, field);
    }
    byte[] bytes = Arrays.copyOfRange(block, at, at + length);
    // The marker is the highest bit; the next one is the sign.
    bytes[0] = (byte) (bytes[0] << 25 >> 25);
    var value = new BigInteger(bytes);
    if (value.bitLength() >= Long.SIZE) {
      throw new FormatException("has a %s that is out of range".formatted(field));
    }
    return value.longValue();
  }

  private static long octal(byte[] block, int at, int length, String field) {
    int position = at;
    int end = at + length;
    while (position < end && block[position] == ' ') {
      position++;
    }
    long value = 0;
    for (; position < end && block[position] != ' ' && block[position] != 0; position++) {
      int digit = block[position] - '0';
      if (digit < 0 || digit > 7) {
        throw new FormatException("has a %s that is no number".formatted(field));
      }
      value = value << 3 | digit;
    }
    return value;
  }
}
