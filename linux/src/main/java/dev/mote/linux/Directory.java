package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// A directory of any kind. It has exactly one entry, so its path and its parent are known; that is
/// all that `..` and `getcwd` need.
abstract sealed class Directory extends Inode
    permits MemoryDirectory, GeneratedDirectory, HostDirectory {
  private @Nullable Entry entry;

  Directory(Volume volume, long number, int mode) {
    super(volume, number, FileMode.S_IFDIR | mode);
  }

  Directory(Volume volume, long number, int mode, Timestamp time) {
    super(volume, number, FileMode.S_IFDIR | mode, time);
  }

  /// The file that has this name; null if there is none. `name` is never ".", ".." or empty.
  abstract @Nullable Entry lookup(String name);

  /// A view of all names for `getdents`; the caller closes it.
  abstract DirectoryListing listing();

  /// Puts a file on a name for the sandbox's user, whatever was there; not charged.
  abstract Entry put(String name, Inode inode);

  /// Why nothing can be created or removed here; null if it can.
  abstract @Nullable Errno refusal();

  final void attach(Entry itsEntry) {
    entry = itsEntry;
  }

  final boolean isAttached() {
    return entry != null;
  }

  final Entry entry() {
    if (entry == null) {
      throw new IllegalStateException("a directory without a name");
    }
    return entry;
  }

  final Directory parent() {
    Directory parent = entry().parent;
    return parent == null ? this : parent;
  }

  final boolean isRoot() {
    return entry().parent == null;
  }

  /// Whether another file system is mounted on this name.
  static boolean isMountPoint(Entry entry) {
    return entry.parent != null && entry.parent.volume != entry.inode.volume;
  }

  /// Whether `other` is this directory or lies below it.
  final boolean holds(Directory other) {
    for (Directory directory = other; ; directory = directory.parent()) {
      if (directory == this) {
        return true;
      }
      if (directory.isRoot()) {
        return false;
      }
    }
  }
}
