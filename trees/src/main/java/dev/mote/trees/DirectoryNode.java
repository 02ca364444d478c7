package dev.mote.trees;

import dev.mote.linux.TreeNode;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A directory, which only the [TreeBuilder] changes, before anybody else sees it.
final class DirectoryNode implements TreeNode.Directory {
  /// In the order of their bytes: a String of Latin-1 compares so.
  final TreeMap<String, TreeNode> entries = new TreeMap<>();

  private Meta meta;

  DirectoryNode(Meta meta) {
    this.meta = meta;
  }

  @Override
  public Meta meta() {
    return meta;
  }

  void setMeta(Meta meta) {
    this.meta = meta;
  }

  @Override
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(entries.navigableKeySet());
  }

  @Override
  public @Nullable TreeNode child(String name) {
    return entries.get(name);
  }
}
