package dev.mote.linux;

import java.util.IdentityHashMap;

/// The read-only tree below a guest's files, as the guest sees it. What somebody looks at becomes a
/// file of the guest's volume, which holds what the guest changes of it; everything else costs
/// nothing.
final class TreeLayer {
  private final FileTree tree;
  private final Volume volume;
  private final TreeNode.Directory root;

  /// How many files and directories that nobody uses or has changed are remembered: a guest that
  /// looks at all of a large tree does not take the host's memory for it.
  private static final int MOST_REMEMBERED = 1 << 15;

  /// Files that were looked at, to know again by their other names.
  private final IdentityHashMap<TreeNode, Inode> seen = new IdentityHashMap<>();

  private int remembered;
  private int mostRemembered = MOST_REMEMBERED;

  TreeLayer(FileTree tree, Volume volume, TreeNode.Directory root) {
    this.tree = tree;
    this.volume = volume;
    this.root = root;
  }

  MemoryDirectory root() {
    return directory(root, TreePlace.root());
  }

  /// Something of the tree, found again by its place.
  record Found(TreePlace place, TreeNode node) {}

  Found foundRoot() {
    return new Found(TreePlace.root(), root);
  }

  /// @throws IllegalArgumentException if the tree has no such name any more
  Found find(Found parent, String name) {
    TreeNode child =
        parent.node() instanceof TreeNode.Directory directory
            ? TreeNames.child(directory, name)
            : null;
    if (child == null) {
      throw new IllegalArgumentException(name + " is no longer in the tree of the root");
    }
    return new Found(parent.place().child(name), child);
  }

  Inode inode(Found found) {
    return inode(found.node(), found.place());
  }

  /// The file at a place.
  ///
  /// @throws ErrnoException EIO if the tree has none that can be
  Inode inode(TreeNode node, TreePlace place) {
    remembered++;
    if (node instanceof TreeNode.Directory directory) {
      return directory(directory, place);
    }
    Inode known = seen.get(node);
    if (known == null || known.links() == 0) {
      known = make(node, place);
      known.comesFrom(place, node);
      seen.put(node, known);
    }
    known.seenIn(node);
    return known;
  }

  private MemoryDirectory directory(TreeNode.Directory node, TreePlace place) {
    var directory = new MemoryDirectory(volume, new TreeNames(this, place, node));
    directory.comesFrom(place, node);
    return directory;
  }

  private Inode make(TreeNode node, TreePlace place) {
    return switch (node) {
      case TreeNode.Directory directory -> directory(directory, place);
      case TreeNode.File file -> {
        if (file.size() < 0) {
          throw Errno.EIO.exception();
        }
        yield MemoryFile.over(volume, place.number, file);
      }
      case TreeNode.Link(_, String target) -> {
        if (target.isEmpty() || target.length() >= PathWalk.PATH_MAX || target.indexOf('\0') >= 0) {
          throw Errno.EIO.exception();
        }
        yield SymbolicLink.inTree(volume, place.number, target);
      }
      case TreeNode.Special special -> special(special);
    };
  }

  private SpecialFile special(TreeNode.Special special) {
    int mode = type(special) | (special.meta().permissions() & FileMode.PERMISSIONS);
    return type(special) == FileMode.S_IFIFO
        ? SpecialFile.fifo(volume, mode, tree.newPipe())
        : tree.devices().special(volume, mode, special.device() & 0xffff_ffffL);
  }

  /// Forgets what was looked at, if that is much: all that is not in use and as in the tree.
  /// Between calls only, for nobody else knows what a call has just looked up.
  void forgetUnused() {
    if (remembered > mostRemembered) {
      seen.values().removeIf(TreeLayer::isUnused);
      remembered = seen.size();
      for (MemoryDirectory directory : new TreeDifferences(tree.memoryRoots()).bottomUp()) {
        remembered += directory.forget(TreeLayer::isUnused);
      }
      mostRemembered = Math.max(MOST_REMEMBERED, 2 * remembered);
    }
  }

  private static boolean isUnused(Inode inode) {
    return inode.isFoundAgain()
        && !inode.isHeld()
        && !(inode instanceof MemoryDirectory directory && directory.isRemembered());
  }

  int remembered() {
    return remembered;
  }

  /// The number that a file has, or will have when it is looked at by this name.
  long number(TreeNode node, TreePlace directory, String name) {
    Inode known = node instanceof TreeNode.Directory ? null : seen.get(node);
    return known == null || known.links() == 0 ? directory.childNumber(name) : known.number();
  }

  /// The upper bits of `st_mode`.
  static int type(TreeNode node) {
    return switch (node) {
      case TreeNode.Directory _ -> FileMode.S_IFDIR;
      case TreeNode.File _ -> FileMode.S_IFREG;
      case TreeNode.Link _ -> FileMode.S_IFLNK;
      case TreeNode.Special special ->
          switch (special.type() & FileMode.S_IFMT) {
            case FileMode.S_IFCHR -> FileMode.S_IFCHR;
            case FileMode.S_IFBLK -> FileMode.S_IFBLK;
            case FileMode.S_IFIFO -> FileMode.S_IFIFO;
            default -> FileMode.S_IFSOCK;
          };
    };
  }
}
