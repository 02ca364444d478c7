package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_EMPTY_PATH;
import static dev.mote.linux.ProcessFiles.AT_FDCWD;
import static dev.mote.linux.ProcessFiles.AT_REMOVEDIR;
import static dev.mote.linux.ProcessFiles.AT_SYMLINK_FOLLOW;

/// The calls that make and take away names: `mkdir`, `mknod`, `symlink`, `link`, `unlink`, `rmdir`.
final class DirectoryCalls {
  private final ProcessFiles files;

  DirectoryCalls(ProcessFiles files) {
    this.files = files;
  }

  long mkdir(Task task, long path, int mode) {
    return mkdirat(task, AT_FDCWD, path, mode);
  }

  long mkdirat(Task task, int dirfd, long path, int mode) {
    Lookup place = place(task, dirfd, path, true);
    MemoryDirectory parent = place.changeableParent();
    int permissions = mode & ~files.umask() & (0777 | FileMode.S_ISVTX);
    return add(place, new MemoryDirectory(parent.volume, permissions));
  }

  long mknod(Task task, long path, int mode, long device) {
    return mknodat(task, AT_FDCWD, path, mode, device);
  }

  long mknodat(Task task, int dirfd, long path, int mode, long device) {
    int type = mode & FileMode.S_IFMT;
    switch (type) {
      case 0, FileMode.S_IFREG, FileMode.S_IFIFO, FileMode.S_IFSOCK -> {}
      case FileMode.S_IFCHR, FileMode.S_IFBLK -> {}
      case FileMode.S_IFDIR -> throw Errno.EPERM.exception();
      default -> throw Errno.EINVAL.exception();
    }
    Lookup place = place(task, dirfd, path, false);
    Volume volume = place.changeableParent().volume;
    int permissions = mode & ~files.umask() & FileMode.PERMISSIONS;
    Inode inode =
        switch (type) {
          case FileMode.S_IFIFO -> SpecialFile.fifo(volume, permissions, files.tree.newPipe());
          case FileMode.S_IFSOCK -> SpecialFile.of(volume, type | permissions, null, () -> 0);
          case FileMode.S_IFCHR, FileMode.S_IFBLK ->
              files.tree.devices().device(volume, type | permissions, device & 0xffff_ffffL);
          default -> new MemoryFile(volume, permissions);
        };
    return add(place, inode);
  }

  long symlink(Task task, long target, long path) {
    return symlinkat(task, target, AT_FDCWD, path);
  }

  long symlinkat(Task task, long target, int dirfd, long path) {
    String text = UserPath.read(task, target);
    if (text.isEmpty()) {
      throw Errno.ENOENT.exception();
    }
    Lookup place = place(task, dirfd, path, false);
    return add(place, SymbolicLink.of(place.changeableParent().volume, text));
  }

  private long add(Lookup place, Inode inode) {
    MemoryDirectory parent = place.changeableParent();
    files.own(inode);
    inode.inheritGroup(parent);
    try {
      parent.insert(place.name(), inode);
      Notices.created(parent, place.name(), inode);
    } catch (ErrnoException e) {
      inode.free();
      throw e;
    }
    return 0;
  }

  /// Where a new name goes.
  ///
  /// @param directory whether slashes may follow the name
  private Lookup place(Task task, int dirfd, long path, boolean directory) {
    return place(lastName(files, dirfd, UserPath.read(task, path)), directory);
  }

  private static Lookup place(Lookup place, boolean directory) {
    if (place.exists()) {
      throw Errno.EEXIST.exception();
    }
    if (place.trailingSlash() && !directory) {
      throw Errno.ENOENT.exception();
    }
    return place;
  }

  long link(Task task, long oldPath, long newPath) {
    return linkat(task, AT_FDCWD, oldPath, AT_FDCWD, newPath, 0);
  }

  long linkat(Task task, int oldDirfd, long oldPath, int newDirfd, long newPath, int flags) {
    if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0) {
      throw Errno.EINVAL.exception();
    }
    String from = UserPath.read(task, oldPath);
    int nofollow = (flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : ProcessFiles.AT_SYMLINK_NOFOLLOW;
    int how = (flags & AT_EMPTY_PATH) | nofollow;
    Inode inode = files.entryAt(oldDirfd, from, how).inode;
    Lookup place = place(task, newDirfd, newPath, false);
    if (place.parent().volume != inode.volume) {
      throw Errno.EXDEV.exception();
    }
    MemoryDirectory parent = place.changeableParent();
    if (inode instanceof Directory) {
      throw Errno.EPERM.exception();
    }
    boolean nameless = inode.links() == 0;
    if (nameless && !(inode instanceof MemoryFile file && file.linkable())) {
      throw Errno.ENOENT.exception();
    }
    parent.insert(place.name(), inode);
    inode.linked();
    Notices.tell(inode, Notifier.IN_ATTRIB, 0, "");
    Notices.created(parent, place.name(), inode);
    return 0;
  }

  long unlink(Task task, long path) {
    return unlinkat(task, AT_FDCWD, path, 0);
  }

  long rmdir(Task task, long path) {
    return unlinkat(task, AT_FDCWD, path, AT_REMOVEDIR);
  }

  long unlinkat(Task task, int dirfd, long path, int flags) {
    if ((flags & ~AT_REMOVEDIR) != 0) {
      throw Errno.EINVAL.exception();
    }
    Lookup found = lastName(files, dirfd, UserPath.read(task, path));
    return flags == 0 ? removeFile(found) : removeDirectory(found);
  }

  /// Finds the last name of a path as it stands, also when it is a link with slashes after it.
  static Lookup lastName(ProcessFiles files, int dirfd, String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    Lookup found = files.walk(dirfd, path.substring(0, end), false);
    boolean slash = end < path.length();
    return new Lookup(found.parent(), found.name(), found.entry(), slash, found.last());
  }

  private static long removeFile(Lookup found) {
    if (found.last() != Lookup.Last.NORMAL) {
      throw Errno.EISDIR.exception();
    }
    requireWritable(found.parent());
    Entry entry = found.existing();
    boolean isDirectory = entry.inode instanceof Directory;
    if (found.trailingSlash()) {
      throw (isDirectory ? Errno.EISDIR : Errno.ENOTDIR).exception();
    }
    if (isDirectory) {
      throw Errno.EISDIR.exception();
    }
    remove(found, entry);
    return 0;
  }

  private static long removeDirectory(Lookup found) {
    switch (found.last()) {
      case DOT -> throw Errno.EINVAL.exception();
      case DOT_DOT -> throw Errno.ENOTEMPTY.exception();
      case ROOT -> throw Errno.EBUSY.exception();
      case NORMAL -> {}
    }
    requireWritable(found.parent());
    Entry entry = found.existing();
    if (!(entry.inode instanceof Directory)) {
      throw Errno.ENOTDIR.exception();
    }
    if (entry.inode instanceof MemoryDirectory directory && !directory.isEmpty()) {
      throw (Directory.isMountPoint(entry) ? Errno.EBUSY : Errno.ENOTEMPTY).exception();
    }
    remove(found, entry);
    return 0;
  }

  private static void remove(Lookup found, Entry entry) {
    if (Directory.isMountPoint(entry)) {
      throw Errno.EBUSY.exception();
    }
    MemoryDirectory parent = found.changeableParent();
    if (!(entry.inode instanceof Directory)) {
      Notices.tell(entry.inode, Notifier.IN_ATTRIB, 0, "");
    }
    parent.remove(entry);
    Notices.removed(parent, found.name(), entry.inode);
  }

  /// A read-only file system is found before what the name is.
  static void requireWritable(Directory directory) {
    if (directory.volume.readOnly) {
      throw Errno.EROFS.exception();
    }
  }
}
