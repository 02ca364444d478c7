package dev.mote.linux;

import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A tree that is made of others, each at its place. What lies deeper is seen in place of what the
/// others have there.
public final class ComposedTree {
  private static final TreeNode.Meta META = new TreeNode.Meta(0755, 0, 0, 0, 0);

  private ComposedTree() {}

  /// @param parts by absolute path, such as `/usr/lib`; `/` for what lies below the others
  /// @throws IllegalArgumentException if a path is not absolute, or has an empty name, `.`, `..` or
  ///   NUL in it
  public static TreeNode.Directory of(Map<String, TreeNode.Directory> parts) {
    var top = new Composed();
    parts.forEach((path, part) -> {
      Composed place = top;
      for (String name : names(path)) {
        place = place.added.computeIfAbsent(name, _ -> new Composed());
      }
      place.below = part;
    });
    return top;
  }

  static String[] names(String path) {
    if (path.equals("/")) {
      return new String[0];
    }
    if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("'" + path + "' is no absolute path");
    }
    String[] names = FileTree.byteString(path.substring(1)).split("/", -1);
    for (String name : names) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw new IllegalArgumentException("'" + path + "' is no plain path");
      }
    }
    return names;
  }

  /// A directory that has what one of the trees has there, if one does, and parts of its own.
  private static final class Composed implements TreeNode.Directory {
    private final TreeMap<String, Composed> added = new TreeMap<>();
    private TreeNode.@Nullable Directory below;
    private final Map<String, TreeNode> joined = new ConcurrentHashMap<>(); // of those added
    private volatile @Nullable SortedSet<String> names;

    @Override
    public Meta meta() {
      return below == null ? META : below.meta();
    }

    @Override
    public int links() {
      return 1; // to count would be to read what lies below
    }

    @Override
    public SortedSet<String> names() {
      SortedSet<String> known = names;
      if (known == null) {
        var all = new TreeSet<String>(added.keySet());
        if (below != null) {
          all.addAll(below.names());
        }
        known = Collections.unmodifiableSortedSet(all);
        names = known;
      }
      return known;
    }

    @Override
    public @Nullable TreeNode child(String name) {
      Composed part = added.get(name);
      if (part != null) {
        return joined.computeIfAbsent(
            name, _ -> part.over(below == null ? null : below.child(name)));
      }
      return below == null ? null : below.child(name);
    }

    @Override
    public @Nullable TreeNode known(String name) {
      return below == null || added.containsKey(name) ? child(name) : below.known(name);
    }

    /// This part, with what lies below it at this place.
    private TreeNode over(@Nullable TreeNode there) {
      if (below == null && there instanceof TreeNode.Directory directory) {
        var both = new Composed();
        both.added.putAll(added);
        both.below = directory;
        return both;
      }
      return this;
    }
  }
}
