package dev.mote.trees;

import dev.mote.json.Quote;
import dev.mote.linux.TreeNode;
import dev.mote.linux.TreeNode.Meta;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes a tree of the entries of archives, each as if it were unpacked over what there is:
///
/// - A directory over a directory changes only what [Meta] says; anything else replaces what has
///   the name, with all that is in it. Other names of a file that is replaced keep it.
/// - Directories that are missing above an entry are made.
/// - Symbolic links above an entry are followed within the tree ([TreeWalk]), as containerd and
///   Docker do; one at its end is replaced.
/// - A hard link is another name of a file that is there already.
final class TreeBuilder {
  private static final Meta PLAIN_DIRECTORY = new Meta(0755, 0, 0, 0, 0);

  /// What a directory or a file takes of the heap with its name, without the letters.
  private static final int NODE_BYTES = 208;

  private static final int S_IFIFO = 0010000;
  private static final int S_IFCHR = 0020000;
  private static final int S_IFBLK = 0060000;

  private final DirectoryNode root = new DirectoryNode(PLAIN_DIRECTORY);
  private final Budget budget;
  private final TreeWalk walk;

  TreeBuilder(Budget budget) {
    this.budget = budget;
    this.walk = new TreeWalk(root, budget);
  }

  /// What was made. Nothing is to be added when others see it.
  DirectoryNode root() {
    return root;
  }

  /// @param archive that the entry is of
  /// @throws FormatException if the entry is refused
  void add(TarEntry entry, Content archive) {
    List<String> names = PathName.parse(entry.name());
    if (names.isEmpty()) {
      if (entry.type() != TarHeader.DIRECTORY) {
        throw new FormatException("is the root and no directory");
      }
      root.setMeta(entry.meta());
      return;
    }
    String name = names.getLast();
    DirectoryNode parent = parent(names);
    if (entry.type() == TarHeader.DIRECTORY
        && parent.entries.get(name) instanceof DirectoryNode there) {
      there.setMeta(entry.meta());
      return;
    }
    put(parent, name, node(entry, archive));
  }

  private TreeNode node(TarEntry entry, Content archive) {
    return switch (entry.type()) {
      case TarHeader.DIRECTORY -> new DirectoryNode(entry.meta());
      case TarHeader.FILE -> file(entry, archive);
      case TarHeader.HARD_LINK -> linked(entry.link());
      case TarHeader.SYMBOLIC_LINK -> new TreeNode.Link(entry.meta(), target(entry.link()));
      case TarHeader.CHARACTER_DEVICE -> special(entry, S_IFCHR);
      case TarHeader.BLOCK_DEVICE -> special(entry, S_IFBLK);
      case TarHeader.FIFO -> special(entry, S_IFIFO);
      default -> throw new AssertionError("no type of an entry: " + (int) entry.type());
    };
  }

  private static TreeNode file(TarEntry entry, Content archive) {
    return entry.sparse() == null
        ? new StoredFile(entry.meta(), archive, entry.start(), entry.size())
        : new SparseFile(entry.meta(), archive, entry.sparse());
  }

  private static TreeNode special(TarEntry entry, int type) {
    return new TreeNode.Special(entry.meta(), type, entry.device());
  }

  private TreeNode linked(String path) {
    List<String> names = linkNames(path);
    TreeNode.Directory parent =
        names.isEmpty() ? null : walk.directory(names.subList(0, names.size() - 1), (_, _) -> null);
    TreeNode found = parent == null ? null : parent.child(names.getLast());
    return switch (found) {
      case null ->
          throw new FormatException(
              "is a hard link to %s, which is not there".formatted(Quote.quote(path)));
      case TreeNode.Directory _ ->
          throw new FormatException(
              "is a hard link to %s, which is a directory".formatted(Quote.quote(path)));
      default -> found;
    };
  }

  private static List<String> linkNames(String path) {
    try {
      return PathName.parse(path);
    } catch (FormatException e) {
      throw new FormatException(
          "is a hard link to %s, which %s".formatted(Quote.quote(path), e.getMessage()));
    }
  }

  private String target(String text) {
    if (text.isEmpty() || text.length() > 4095 || text.indexOf('\0') >= 0) {
      throw new FormatException("is a symbolic link to a path that is none or too long");
    }
    budget.index(text.length());
    return text;
  }

  private void put(DirectoryNode parent, String name, TreeNode node) {
    budget.index(NODE_BYTES + name.length());
    parent.entries.put(name, node);
  }

  private DirectoryNode parent(List<String> names) {
    TreeNode.Directory parent =
        walk.directory(
            names.subList(0, names.size() - 1),
            (above, name) -> {
              var made = new DirectoryNode(PLAIN_DIRECTORY);
              put((DirectoryNode) above, name, made);
              return made;
            });
    return (DirectoryNode) Objects.requireNonNull(parent);
  }

  /// Takes a name away, with all that is under it. Nothing happens if it is not there.
  ///
  /// @param parent where it is; no symbolic link is followed
  void remove(List<String> parent, String name) {
    DirectoryNode directory = exactly(parent);
    if (directory != null) {
      directory.entries.remove(name);
    }
  }

  /// Takes away all that is in a directory. The same holds.
  void clear(List<String> names) {
    DirectoryNode directory = exactly(names);
    if (directory != null) {
      directory.entries.clear();
    }
  }

  private @Nullable DirectoryNode exactly(List<String> names) {
    DirectoryNode current = root;
    for (String name : names) {
      budget.lookUp();
      if (!(current.entries.get(name) instanceof DirectoryNode next)) {
        return null;
      }
      current = next;
    }
    return current;
  }
}
