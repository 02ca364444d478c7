package dev.mote.linux;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// A directory of a [HostTree], which is read once.
final class HostTreeDirectory implements TreeNode.Directory {
  private final HostTree tree;
  private final String path;
  private final Meta meta;
  private final int links;
  private volatile @Nullable SortedMap<String, TreeNode> children;

  /// @param path from the root, which is ""
  HostTreeDirectory(HostTree tree, String path, Meta meta, int links) {
    this.tree = tree;
    this.path = path;
    this.meta = meta;
    this.links = links;
  }

  @Override
  public Meta meta() {
    return meta;
  }

  @Override
  public int links() {
    return links;
  }

  /// @throws java.io.UncheckedIOException if it cannot be read; the next call tries again
  @Override
  public SortedMap<String, TreeNode> children() {
    SortedMap<String, TreeNode> known = children;
    return known == null ? read() : known;
  }

  private synchronized SortedMap<String, TreeNode> read() {
    SortedMap<String, TreeNode> known = children;
    if (known == null) {
      known = tree.read(path);
      children = known;
    }
    return known;
  }
}
