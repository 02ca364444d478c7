package dev.mote.trees;

import dev.mote.linux.TreeNode;
import java.util.Objects;

/// A regular file whose bytes lie in an archive one after the other.
final class StoredFile implements TreeNode.File {
  private final Meta meta;
  private final Content archive;
  private final long start;
  private final long size;

  /// @throws IndexOutOfBoundsException if it is not within the archive
  StoredFile(Meta meta, Content archive, long start, long size) {
    Objects.checkFromIndexSize(start, size, archive.size());
    this.meta = meta;
    this.archive = archive;
    this.start = start;
    this.size = size;
  }

  @Override
  public Meta meta() {
    return meta;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(long position, byte[] target, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, target.length);
    Objects.checkIndex(position, Long.MAX_VALUE);
    int read = Math.clamp(size - position, 0, count);
    if (read > 0) {
      archive.copy(start + position, target, offset, read);
    }
    return read;
  }

  /// The bytes in the archive, as a whole.
  Content content(String name) {
    return archive.slice(name, start, size);
  }
}
