package dev.mote.linux;

import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A tree of files in memory.
public final class FixedTree {
  private static final TreeNode.Meta DIRECTORY = new TreeNode.Meta(0755, 0, 0, 0, 0);
  private static final TreeNode.Meta FILE = new TreeNode.Meta(0755, 0, 0, 0, 0);

  private FixedTree() {}

  /// @param files by path from the top; the arrays are not copied
  /// @throws IllegalArgumentException if a path has an empty name, `.`, `..` or NUL in it, or a
  ///   file lies in another one
  public static TreeNode.Directory of(Map<String, byte[]> files) {
    var top = new Folder();
    files.forEach((path, bytes) -> {
      String[] names = ComposedTree.names("/" + path);
      Folder place = top;
      for (int i = 0; i < names.length - 1; i++) {
        if (!(place.content.computeIfAbsent(names[i], _ -> new Folder()) instanceof Folder inner)) {
          throw new IllegalArgumentException(path + " lies in a file");
        }
        place = inner;
      }
      if (place.content.putIfAbsent(names[names.length - 1], new Bytes(bytes)) != null) {
        throw new IllegalArgumentException(path + " is there already");
      }
    });
    return top;
  }

  private static final class Folder implements TreeNode.Directory {
    private final TreeMap<String, TreeNode> content = new TreeMap<>();

    @Override
    public Meta meta() {
      return DIRECTORY;
    }

    @Override
    public SortedSet<String> names() {
      return Collections.unmodifiableSortedSet(content.navigableKeySet());
    }

    @Override
    public @Nullable TreeNode child(String name) {
      return content.get(name);
    }
  }

  private static final class Bytes implements TreeNode.File {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public Meta meta() {
      return FILE;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public int read(long position, byte[] target, int offset, int count) {
      if (position < 0 || position >= bytes.length) {
        return 0;
      }
      int length = Math.min(count, bytes.length - (int) position);
      System.arraycopy(bytes, (int) position, target, offset, length);
      return length;
    }
  }
}
