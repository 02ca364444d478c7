package dev.mote.linux;

import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The bytes that a file has from the tree below, wherever it has no page of its own: those before
/// an end, which a truncation moves to the front for good. Behind it are zeros.
final class TreeBytes {
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

  /// @throws ErrnoException EIO if the tree cannot give what it has promised
  void read(long position, byte[] target, int offset, int length) {
    int present = (int) Math.clamp(end - position, 0L, (long) length);
    for (int done = 0; done < present; ) {
      int count = readSome(position + done, target, offset + done, present - done);
      if (count <= 0 || count > present - done) {
        throw Errno.EIO.exception();
      }
      done += count;
    }
    Arrays.fill(target, offset + present, offset + length, (byte) 0);
  }

  private int readSome(long position, byte[] target, int offset, int count) {
    if (file == null) {
      return 0;
    }
    try {
      return file.read(position, target, offset, count);
    } catch (UncheckedIOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }
}
