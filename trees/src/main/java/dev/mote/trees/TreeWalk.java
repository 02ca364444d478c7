package dev.mote.trees;

import dev.mote.json.Quote;
import dev.mote.linux.TreeNode;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Follows paths in a tree as the kernel does for a process whose root it is: symbolic links lead
/// on, absolute ones from the root of the tree, and ".." at the root stays there. What it meets is
/// in the tree; the host's files have no part in it.
final class TreeWalk {
  /// As Linux has it.
  private static final int MOST_LINKS = 40;

  private final TreeNode.Directory root;
  private final Budget budget;

  TreeWalk(TreeNode.Directory root, Budget budget) {
    this.root = root;
    this.budget = budget;
  }

  /// Finds a directory.
  ///
  /// @param names with symbolic links and ".." among them
  /// @param missing gives what a name in a directory means that is not there, or null
  /// @return null if a name is not there
  /// @throws FormatException if something on the way is no directory, or there are too many links
  TreeNode.@Nullable Directory directory(
      List<String> names,
      BiFunction<TreeNode.Directory, String, TreeNode.@Nullable Directory> missing) {
    TreeNode found = follow(names, missing);
    if (found != null && !(found instanceof TreeNode.Directory)) {
      throw notDirectory(names.getLast());
    }
    return (TreeNode.Directory) found;
  }

  /// Finds a file, through links.
  ///
  /// @return null if it is not there
  @Nullable TreeNode find(String path) {
    return follow(PathName.split(path), (_, _) -> null);
  }

  private @Nullable TreeNode follow(
      List<String> names,
      BiFunction<TreeNode.Directory, String, TreeNode.@Nullable Directory> missing) {
    var waiting = new ArrayDeque<String>(names);
    var above = new ArrayDeque<TreeNode.Directory>();
    TreeNode current = root;
    String at = "";
    int links = 0;
    while (!waiting.isEmpty()) {
      String name = waiting.remove();
      if (!(current instanceof TreeNode.Directory directory)) {
        throw notDirectory(at);
      }
      at = name;
      budget.lookUp();
      if (name.equals("..")) {
        current = above.isEmpty() ? root : above.pop();
        continue;
      }
      TreeNode next = directory.child(name);
      if (next instanceof TreeNode.Link link) {
        if (++links > MOST_LINKS) {
          throw new FormatException("leads through too many symbolic links");
        }
        if (link.target().startsWith("/")) {
          above.clear();
          current = root;
        }
        prepend(PathName.split(link.target()), waiting);
        continue;
      }
      current = next == null ? missing.apply(directory, name) : next;
      if (current == null) {
        return null;
      }
      above.push(directory);
    }
    return current;
  }

  private static void prepend(List<String> names, Deque<String> to) {
    Collections.reverse(names);
    names.forEach(to::push);
  }

  private static FormatException notDirectory(String name) {
    return new FormatException(
        "has %s in its path, which is no directory".formatted(Quote.quote(name)));
  }
}
