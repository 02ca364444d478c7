package dev.mote.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// What was looked at in the tree below, and what of it differs.
final class TreeDifferences {
  private final List<MemoryDirectory> all = new ArrayList<>();

  /// @param roots where memory begins
  TreeDifferences(Collection<MemoryDirectory> roots) {
    all.addAll(roots);
    for (int i = 0; i < all.size(); i++) {
      for (Entry entry : all.get(i).entries()) {
        if (entry.inode instanceof MemoryDirectory directory) {
          all.add(directory);
        }
      }
    }
  }

  List<MemoryDirectory> bottomUp() {
    return all.reversed();
  }

  /// Directories in memory that are not as in the tree, or hold anything that is not.
  Set<MemoryDirectory> directories() {
    Set<MemoryDirectory> different = Collections.newSetFromMap(new IdentityHashMap<>());
    for (MemoryDirectory directory : all.reversed()) {
      boolean changed = !directory.isAsInTree();
      if (changed || directory.entries().stream().anyMatch(e -> isDifferent(e, different))) {
        different.add(directory);
      }
    }
    return different;
  }

  /// @param directories those that were found to be different
  static boolean isDifferent(Entry entry, Set<MemoryDirectory> directories) {
    return !entry.isFromTree()
        || !entry.inode.isFoundAgain()
        || (entry.inode instanceof MemoryDirectory directory && directories.contains(directory));
  }
}
