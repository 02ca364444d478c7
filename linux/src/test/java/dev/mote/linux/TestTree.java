package dev.mote.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Trees in memory, and trees that cannot be.
final class TestTree {
  private TestTree() {}

  static TreeNode.Meta meta(int permissions) {
    return new TreeNode.Meta(permissions, 7, 8, 1_000_000_000, 5);
  }

  /// A directory that knows how often it was looked into.
  static final class Folder implements TreeNode.Directory {
    private final NavigableMap<String, TreeNode> children = new TreeMap<>();
    int asked;

    Folder with(String name, TreeNode node) {
      children.put(name, node);
      return this;
    }

    Folder with(String name, String content) {
      return with(name, file(content));
    }

    @Override
    public Meta meta() {
      return TestTree.meta(0755);
    }

    @Override
    public SortedSet<String> names() {
      asked++;
      return Collections.unmodifiableSortedSet(children.navigableKeySet());
    }

    @Override
    public @Nullable TreeNode child(String name) {
      asked++;
      return children.get(name);
    }
  }

  static TreeNode.File file(String content) {
    return file(content.getBytes(StandardCharsets.ISO_8859_1), 1);
  }

  static TreeNode.File file(byte[] bytes, int links) {
    FileContent content = FileContent.of(bytes);
    return new Bytes(content.size(), links, content);
  }

  /// A file that says it has a size.
  ///
  /// @param content null: it cannot be read
  record Bytes(long size, int links, @Nullable FileContent content) implements TreeNode.File {
    @Override
    public Meta meta() {
      return TestTree.meta(0644);
    }

    @Override
    public int read(long position, byte[] target, int offset, int count) {
      if (content == null) {
        throw new UncheckedIOException(new IOException("gone"));
      }
      return content.read(position, target, offset, count);
    }
  }

  static TreeNode.Link link(String target) {
    return new TreeNode.Link(meta(0777), target);
  }

  static TreeNode.Special special(int type, long device) {
    return new TreeNode.Special(meta(0600), type, device);
  }

  /// A directory that has itself in it, without end.
  static final class Endless implements TreeNode.Directory {
    @Override
    public Meta meta() {
      return TestTree.meta(0755);
    }

    @Override
    public SortedSet<String> names() {
      return new TreeSet<>(Set.of("d", "f"));
    }

    @Override
    public @Nullable TreeNode child(String name) {
      return switch (name) {
        case "d" -> this;
        case "f" -> file("at the bottom");
        default -> null;
      };
    }
  }

  /// A directory that cannot be read.
  static final class Unreadable implements TreeNode.Directory {
    @Override
    public Meta meta() {
      return TestTree.meta(0755);
    }

    @Override
    public SortedSet<String> names() {
      throw new UncheckedIOException(new IOException("gone"));
    }

    @Override
    public @Nullable TreeNode child(String name) {
      throw new UncheckedIOException(new IOException("gone"));
    }
  }
}
