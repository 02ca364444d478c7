package dev.mote.linux;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The bytes that a file has from the tree below, wherever it has no page of its own: those before
/// an end, which a truncation moves to the front for good. Behind it are zeros.
final class TreeBytes {
  private static final byte[] ZEROS = new byte[4096];

  private final TreeNode.@Nullable File file;
  private long end;

  private TreeBytes(TreeNode.@Nullable File file, long end) {
    this.file = file;
    this.end = end;
  }

  static TreeBytes none() {
    return new TreeBytes(null, 0);
  }

  static TreeBytes of(TreeNode.File file) {
    return new TreeBytes(file, file.size());
  }

  long end() {
    return end;
  }

  boolean covers(long position) {
    return position < end;
  }

  void cut(long newEnd) {
    end = Math.min(end, newEnd);
  }

  /// Puts so many bytes into a buffer.
  ///
  /// @throws ErrnoException EIO if the tree cannot give what it has promised
  void read(long position, ByteBuffer target, int length) {
    int present = (int) Math.clamp(end - position, 0L, (long) length);
    int limit = target.limit();
    int start = target.position();
    target.limit(start + present);
    while (target.hasRemaining()) {
      int at = target.position();
      int count = readSome(position + at - start, target);
      if (count <= 0 || target.position() != at + count) {
        throw Errno.EIO.exception();
      }
    }
    target.limit(limit);
    putZeros(target, length - present);
  }

  static void putZeros(ByteBuffer target, int count) {
    for (int rest = count; rest > 0; rest -= ZEROS.length) {
      target.put(ZEROS, 0, Math.min(rest, ZEROS.length));
    }
  }

  private int readSome(long position, ByteBuffer target) {
    if (file == null) {
      return 0;
    }
    try {
      return file.read(position, target);
    } catch (UncheckedIOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }
}
