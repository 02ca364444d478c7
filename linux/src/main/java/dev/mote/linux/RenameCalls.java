package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_FDCWD;

import org.jspecify.annotations.Nullable;

/// `rename` and its kin.
final class RenameCalls {
  private static final int RENAME_NOREPLACE = 1;
  private static final int RENAME_EXCHANGE = 2;

  private final ProcessFiles files;

  RenameCalls(ProcessFiles files) {
    this.files = files;
  }

  long rename(Task task, long oldPath, long newPath) {
    return renameat2(task, AT_FDCWD, oldPath, AT_FDCWD, newPath, 0);
  }

  long renameat(Task task, int oldDirfd, long oldPath, int newDirfd, long newPath) {
    return renameat2(task, oldDirfd, oldPath, newDirfd, newPath, 0);
  }

  long renameat2(Task task, int oldDirfd, long oldPath, int newDirfd, long newPath, int flags) {
    if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) != 0
        || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE)) {
      throw Errno.EINVAL.exception();
    }
    String oldText = UserPath.read(task, oldPath);
    String newText = UserPath.read(task, newPath);
    Lookup from = DirectoryCalls.lastName(files, oldDirfd, oldText);
    Lookup to = DirectoryCalls.lastName(files, newDirfd, newText);
    checkPlaces(from, to, flags);
    Entry moved = from.existing();
    Entry target = to.entry();
    checkSlashes(from, to, moved, flags);
    checkAncestry(from, to, moved, target, flags);
    if (target != null && target.inode == moved.inode) {
      return 0;
    }
    if (flags == RENAME_EXCHANGE) {
      exchange(from, to);
      return 0;
    }
    if (target != null) {
      replace(to, moved, target);
    }
    MemoryDirectory parent = to.changeableParent();
    if (!parent.isRoot() && !parent.entry().reachable()) {
      throw Errno.ENOENT.exception();
    }
    String oldName = moved.name;
    parent.adopt(moved, to.name());
    int cookie = files.tree.nextCookie();
    Notices.moved(from.parent(), oldName, parent, to.name(), moved.inode, cookie);
    return 0;
  }

  private static void checkPlaces(Lookup from, Lookup to, int flags) {
    if (from.parent().volume != to.parent().volume) {
      throw Errno.EXDEV.exception();
    }
    if (from.last() != Lookup.Last.NORMAL) {
      throw Errno.EBUSY.exception();
    }
    if (to.last() != Lookup.Last.NORMAL) {
      throw (flags == RENAME_NOREPLACE ? Errno.EEXIST : Errno.EBUSY).exception();
    }
    DirectoryCalls.requireWritable(from.parent());
    from.existing();
    if (flags == RENAME_NOREPLACE && to.exists()) {
      throw Errno.EEXIST.exception();
    }
    if (flags == RENAME_EXCHANGE) {
      to.existing();
    }
  }

  /// Slashes after a name ask for a directory.
  private static void checkSlashes(Lookup from, Lookup to, Entry moved, int flags) {
    if (flags == RENAME_EXCHANGE) {
      if (to.trailingSlash() && !(to.inode() instanceof Directory)) {
        throw Errno.ENOTDIR.exception();
      }
    }
    if (moved.inode instanceof Directory) {
      return;
    }
    if (from.trailingSlash() || (flags != RENAME_EXCHANGE && to.trailingSlash())) {
      throw Errno.ENOTDIR.exception();
    }
  }

  private static void checkAncestry(
      Lookup from, Lookup to, Entry moved, @Nullable Entry target, int flags) {
    if (moved.inode instanceof Directory directory && directory.holds(to.parent())) {
      throw Errno.EINVAL.exception();
    }
    if (target != null
        && target.inode instanceof Directory directory
        && target.inode != moved.inode
        && directory.holds(from.parent())) {
      throw (flags == RENAME_EXCHANGE ? Errno.EINVAL : Errno.ENOTEMPTY).exception();
    }
    if (Directory.isMountPoint(moved) || (target != null && Directory.isMountPoint(target))) {
      throw Errno.EBUSY.exception();
    }
    from.changeableParent();
    to.changeableParent();
  }

  private void exchange(Lookup from, Lookup to) {
    Entry first = from.existing();
    Entry second = to.existing();
    String firstName = first.name;
    String secondName = second.name;
    MemoryDirectory.exchange(first, second);
    int cookie = files.tree.nextCookie();
    Notices.moved(from.parent(), firstName, to.parent(), secondName, first.inode, cookie);
    cookie = files.tree.nextCookie();
    Notices.moved(to.parent(), secondName, from.parent(), firstName, second.inode, cookie);
  }

  private static void replace(Lookup to, Entry moved, Entry target) {
    boolean movesDirectory = moved.inode instanceof Directory;
    if (target.inode instanceof Directory) {
      if (!movesDirectory) {
        throw Errno.EISDIR.exception();
      }
      if (target.inode instanceof MemoryDirectory directory && !directory.isEmpty()) {
        throw Errno.ENOTEMPTY.exception();
      }
    } else if (movesDirectory) {
      throw Errno.ENOTDIR.exception();
    }
    to.changeableParent().remove(target);
  }
}
