package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// A name in a directory and the file it stands for (the kernel's dentry). A rename moves the
/// entry, so whoever holds one always knows its present path.
final class Entry {
  private static final int LONGEST_PATH = 4096;

  final Inode inode;

  /// The directory that holds the name; null for the root and for files without a name (pipes).
  @Nullable Directory parent;

  /// One character per byte (Latin-1), as all names inside this package.
  String name;

  /// Where `getdents` goes on after this entry; grows with every name that a directory gets. 0: the
  /// name is where the tree below has it.
  long cookie;

  /// How much of the quota of files the name takes: 1, or 0 for what the sandbox came with.
  int charge;

  /// The name is gone, though somebody may still hold the file.
  boolean removed;

  Entry(@Nullable Directory parent, String name, Inode inode) {
    this.parent = parent;
    this.name = name;
    this.inode = inode;
  }

  /// An entry of a file that has no place in the tree, such as a pipe; `name` is what
  /// `/proc/self/fd` shows.
  static Entry detached(String name, Inode inode) {
    return new Entry(null, name, inode);
  }

  boolean isFromTree() {
    return cookie == 0;
  }

  /// Whether the path from the root leads here.
  boolean reachable() {
    for (Entry entry = this; ; entry = entry.parent.entry()) {
      if (entry.removed) {
        return false;
      }
      if (entry.parent == null) {
        return true;
      }
    }
  }

  /// The absolute path, with " (deleted)" after it when the name is gone, as `/proc/self/fd` has
  /// it.
  String path() {
    if (parent == null) {
      return name;
    }
    StringBuilder path = new StringBuilder(removed ? " (deleted)" : "");
    for (Entry entry = this; entry.parent != null; entry = entry.parent.entry()) {
      path.insert(0, entry.name).insert(0, '/');
      if (path.length() > LONGEST_PATH) {
        throw Errno.ENAMETOOLONG.exception();
      }
    }
    return path.toString();
  }
}
