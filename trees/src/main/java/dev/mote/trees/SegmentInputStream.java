package dev.mote.trees;

import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The bytes of a mapped file, each copied out of it once. Not thread-safe.
final class SegmentInputStream extends InputStream {
  private static final int PIECE = 64 << 10;

  private final Content content;
  private final @Nullable MessageDigest digest;
  private final byte[] piece = new byte[PIECE];
  private long copied;
  private int given;
  private int end;

  /// @param digest is told all that is copied
  SegmentInputStream(Content content, @Nullable MessageDigest digest) {
    this.content = content;
    this.digest = digest;
  }

  @Override
  public int read() {
    return hasNext() ? piece[given++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, target.length);
    if (!hasNext()) {
      return -1;
    }
    int read = Math.min(count, end - given);
    System.arraycopy(piece, given, target, offset, read);
    given += read;
    return read;
  }

  private boolean hasNext() {
    if (given == end) {
      given = 0;
      end = (int) Math.min(PIECE, content.size() - copied);
      content.copy(copied, piece, 0, end);
      copied += end;
      if (digest != null) {
        digest.update(piece, 0, end);
      }
    }
    return end > 0;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, content.size() - copied + end - given);
  }

  /// Reads what is left, for the digest.
  void drain() {
    while (hasNext()) {
      given = end;
    }
  }
}
