package dev.mote.trees;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.GZIPInputStream;

/// How an archive is compressed, as its first bytes tell.
enum Compression {
  NONE {
    @Override
    InputStream decompress(InputStream in) {
      return in;
    }
  },
  GZIP {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new GZIPInputStream(in, 64 << 10);
    }
  },
  ZSTD {
    @Override
    InputStream decompress(InputStream in) {
      return new ZstdInputStream(in);
    }
  };

  abstract InputStream decompress(InputStream in) throws IOException;

  /// @throws FormatException if it is one that is not read here
  static Compression of(Content content) {
    var first = new byte[6];
    int count = (int) Math.min(first.length, content.size());
    content.copy(0, first, 0, count);
    int magic = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if ((magic & 0xffff) == 0x8b1f) {
      return GZIP;
    }
    if (magic == ZstdInputStream.MAGIC || ZstdInputStream.isSkippable(magic)) {
      return ZSTD;
    }
    if (magic == 0x587a37fd) {
      throw notRead("xz");
    }
    if ((magic & 0xffffff) == 0x685a42) {
      throw notRead("bzip2");
    }
    return NONE;
  }

  private static FormatException notRead(String name) {
    return new FormatException(
        "is compressed by %s, which is not read".formatted(name),
        "decompress it, or compress it by gzip or zstd");
  }
}
