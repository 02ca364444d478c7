package dev.mote.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// A regular file of a [HostTree]; its size is what it had when it was found.
final class HostTreeFile implements TreeNode.File {
  private final HostTree tree;
  private final OpenHostFiles.Place place;
  private final Meta meta;
  private final long size;
  private final int links;

  HostTreeFile(HostTree tree, OpenHostFiles.Place place, HostFacts facts) {
    this.tree = tree;
    this.place = place;
    meta = facts.meta();
    size = facts.attributes().size();
    links = facts.links();
  }

  @Override
  public Meta meta() {
    return meta;
  }

  @Override
  public int links() {
    return links;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(long position, byte[] target, int offset, int count) {
    return read(position, ByteBuffer.wrap(target, offset, count));
  }

  @Override
  public int read(long position, ByteBuffer target) {
    int wanted = (int) Math.clamp(size - position, 0L, (long) target.remaining());
    try {
      return wanted == 0 ? 0 : tree.files().read(place, position, target, wanted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
