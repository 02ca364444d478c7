package dev.mote.trees;

import dev.mote.linux.TreeNode;
import java.util.Arrays;
import java.util.Objects;

/// A regular file with holes: between its pieces, which lie in an archive one after the other,
/// there are zeros.
final class SparseFile implements TreeNode.File {
  private final Meta meta;
  private final Content archive;
  private final SparseMap map;

  SparseFile(Meta meta, Content archive, SparseMap map) {
    Objects.checkFromIndexSize(map.start(), map.stored(), archive.size());
    this.meta = meta;
    this.archive = archive;
    this.map = map;
  }

  @Override
  public Meta meta() {
    return meta;
  }

  @Override
  public long size() {
    return map.size();
  }

  @Override
  public int read(long position, byte[] target, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, target.length);
    Objects.checkIndex(position, Long.MAX_VALUE);
    int read = Math.clamp(map.size() - position, 0, count);
    Arrays.fill(target, offset, offset + read, (byte) 0);
    long end = position + read;
    for (int i = map.firstEndingBehind(position); i < map.pieces(); i++) {
      long from = Math.max(position, map.position(i));
      long to = Math.min(end, map.position(i) + map.length(i));
      if (from >= end) {
        break;
      }
      int at = offset + (int) (from - position);
      archive.copy(map.place(i) + from - map.position(i), target, at, (int) (to - from));
    }
    return read;
  }
}
