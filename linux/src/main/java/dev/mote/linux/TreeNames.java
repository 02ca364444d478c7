package dev.mote.linux;

import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// The names that a directory has from the tree below: all but those that the guest took away or
/// put something else on.
final class TreeNames {
  /// Cookies of names from the tree are below this one, and follow their order.
  static final long COOKIES = 1L << 32;

  final TreePlace place;
  private final TreeLayer layer;
  private final TreeNode.Directory node;
  private final Set<String> hidden = new HashSet<>();
  private String @Nullable [] sorted;

  TreeNames(TreeLayer layer, TreePlace place, TreeNode.Directory node) {
    this.layer = layer;
    this.place = place;
    this.node = node;
  }

  /// The file of that name, made when it is asked for. A name whose file is gone is gone as well.
  @Nullable Inode find(String name) {
    TreeNode child = hidden.contains(name) ? null : child(node, name);
    if (child == null) {
      hide(name);
      return null;
    }
    return layer.inode(child, place.child(name));
  }

  boolean has(String name) {
    return !hidden.contains(name) && names(node).contains(name);
  }

  /// As [TreeNode#links]; 1 also if it cannot be read.
  int links() {
    try {
      return node.links();
    } catch (UncheckedIOException e) {
      return 1;
    }
  }

  void hide(String name) {
    if (names(node).contains(name)) {
      hidden.add(name);
    }
  }

  List<String> hidden() {
    return hidden.stream().sorted().toList();
  }

  /// How many directories are hidden.
  int hiddenDirectories() {
    return (int)
        hidden.stream().filter(name -> child(node, name) instanceof TreeNode.Directory).count();
  }

  void showAll() {
    hidden.clear();
  }

  int count() {
    return names(node).size() - hidden.size();
  }

  /// The cookie of the first name behind a cookie; [#COOKIES] if there is none.
  long next(long cookie) {
    String[] names = sorted();
    long at = Math.max(0, cookie - DirectoryListing.DOT_DOT);
    while (at < names.length && hidden.contains(names[(int) at])) {
      at++;
    }
    return at < names.length ? at + DirectoryListing.DOT_DOT + 1 : COOKIES;
  }

  String name(long cookie) {
    return sorted()[(int) (cookie - DirectoryListing.DOT_DOT - 1)];
  }

  /// What a listing says of a name: no type (`DT_UNKNOWN`) of what nobody has looked at; null for a
  /// file with further names, whose number only the file itself knows.
  DirectoryListing.@Nullable Item item(long cookie) {
    String name = name(cookie);
    TreeNode child = node.known(name);
    if (child == null) {
      return new DirectoryListing.Item(name, place.childNumber(name), FileMode.DT_UNKNOWN, cookie);
    }
    if (!(child instanceof TreeNode.Directory) && child.links() > 1) {
      return null;
    }
    long number = layer.number(child, place, name);
    return new DirectoryListing.Item(
        name, number, FileMode.entryType(TreeLayer.type(child)), cookie);
  }

  private String[] sorted() {
    if (sorted == null) {
      sorted = names(node).toArray(String[]::new);
    }
    return sorted;
  }

  private static SortedSet<String> names(TreeNode.Directory directory) {
    try {
      return directory.names();
    } catch (UncheckedIOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }

  static @Nullable TreeNode child(TreeNode.Directory directory, String name) {
    try {
      return directory.child(name);
    } catch (UncheckedIOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }
}
