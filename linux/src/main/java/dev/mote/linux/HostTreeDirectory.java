package dev.mote.linux;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A directory of a [HostTree]. Its names are read once, and what has a name when it is asked for:
/// of the thousands in `/usr/lib` a program looks at a few.
final class HostTreeDirectory implements TreeNode.Directory {
  private final HostTree tree;
  private final String path;
  private final Meta meta;
  private final int links;
  private volatile @Nullable SortedSet<String> names;

  /// What was asked for, of these names; empty if it was gone.
  private final Map<String, Optional<TreeNode>> found = new ConcurrentHashMap<>();

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
  public SortedSet<String> names() {
    SortedSet<String> known = names;
    return known == null ? read() : known;
  }

  private synchronized SortedSet<String> read() {
    SortedSet<String> known = names;
    if (known == null) {
      known = tree.names(path);
      names = known;
    }
    return known;
  }

  /// @throws java.io.UncheckedIOException if it cannot be read; the next call tries again
  @Override
  public @Nullable TreeNode child(String name) {
    return names().contains(name) ? found.computeIfAbsent(name, this::find).orElse(null) : null;
  }

  private Optional<TreeNode> find(String name) {
    return Optional.ofNullable(tree.node(path, name));
  }

  @Override
  public @Nullable TreeNode known(String name) {
    return found.getOrDefault(name, Optional.empty()).orElse(null);
  }
}
