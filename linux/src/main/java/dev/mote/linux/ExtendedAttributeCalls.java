package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_FDCWD;

/// The calls for extended attributes: files here have none and take none.
final class ExtendedAttributeCalls {
  private static final int LONGEST_NAME = 255;

  private final ProcessFiles files;

  ExtendedAttributeCalls(ProcessFiles files) {
    this.files = files;
  }

  long set(Task task, long path, long name, boolean follow) {
    return refuseChange(task, inode(task, path, follow), name);
  }

  long fset(Task task, int fd, long name) {
    return refuseChange(task, inode(fd), name);
  }

  long get(Task task, long path, long name, boolean follow) {
    inode(task, path, follow);
    return absent(task, name);
  }

  long fget(Task task, int fd, long name) {
    inode(fd);
    return absent(task, name);
  }

  /// There are no names to list.
  long list(Task task, long path, boolean follow) {
    inode(task, path, follow);
    return 0;
  }

  long flist(int fd) {
    inode(fd);
    return 0;
  }

  long remove(Task task, long path, long name, boolean follow) {
    return refuseRemoval(task, inode(task, path, follow), name);
  }

  long fremove(Task task, int fd, long name) {
    return refuseRemoval(task, inode(fd), name);
  }

  private Inode inode(Task task, long path, boolean follow) {
    return files.walk(AT_FDCWD, UserPath.read(task, path), follow).existing().inode;
  }

  private Inode inode(int fd) {
    return files.descriptors.opened(fd).inode();
  }

  private static long refuseChange(Task task, Inode inode, long name) {
    name(task, name);
    inode.requireWritable();
    throw Errno.EOPNOTSUPP.exception();
  }

  private static long refuseRemoval(Task task, Inode inode, long name) {
    inode.requireWritable();
    return absent(task, name);
  }

  /// The kernel's own names are known and unset; no other kind exists here.
  private static long absent(Task task, long name) {
    String text = name(task, name);
    boolean known = text.startsWith("security.") || text.startsWith("trusted.");
    throw (known ? Errno.ENODATA : Errno.EOPNOTSUPP).exception();
  }

  private static String name(Task task, long address) {
    try {
      String text = FileTree.byteString(task.memory().readString(address, LONGEST_NAME + 1));
      if (text.isEmpty()) {
        throw Errno.ERANGE.exception();
      }
      return text;
    } catch (ErrnoException e) {
      throw (e.errno == Errno.ENAMETOOLONG ? Errno.ERANGE : e.errno).exception();
    }
  }
}
