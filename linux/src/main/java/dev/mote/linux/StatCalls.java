package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_EMPTY_PATH;
import static dev.mote.linux.ProcessFiles.AT_FDCWD;
import static dev.mote.linux.ProcessFiles.AT_NO_AUTOMOUNT;
import static dev.mote.linux.ProcessFiles.AT_SYMLINK_NOFOLLOW;

/// The calls that tell of files: `stat`, `statx`, `access`, `readlink`, `statfs`.
final class StatCalls {
  private static final int AT_STATX_SYNC_TYPE = 0x6000;
  private static final int STATX_RESERVED = 0x8000_0000;
  private static final int AT_EACCESS = 0x200;
  private static final int X_OK = 1;
  private static final int W_OK = 2;
  private static final int ANY_EXECUTE = 0111;

  private final ProcessFiles files;

  StatCalls(ProcessFiles files) {
    this.files = files;
  }

  long stat(Task task, long path, long buffer) {
    return newfstatat(task, AT_FDCWD, path, buffer, 0);
  }

  long lstat(Task task, long path, long buffer) {
    return newfstatat(task, AT_FDCWD, path, buffer, AT_SYMLINK_NOFOLLOW);
  }

  long fstat(Task task, int fd, long buffer) {
    return write(task, buffer, files.descriptors.get(fd).inode().stat().toStat());
  }

  long newfstatat(Task task, int dirfd, long path, long buffer, int flags) {
    requireOnly(flags, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH);
    String name = UserPath.readOrEmpty(task, path, flags);
    return write(task, buffer, files.entryAt(dirfd, name, flags).inode.stat().toStat());
  }

  long statx(Task task, int dirfd, long path, int flags, int mask, long buffer) {
    requireOnly(flags, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE);
    if ((mask & STATX_RESERVED) != 0 || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE) {
      throw Errno.EINVAL.exception();
    }
    String name = UserPath.readOrEmpty(task, path, flags);
    return write(task, buffer, files.entryAt(dirfd, name, flags).inode.stat().toStatx());
  }

  long access(Task task, long path, int mode) {
    return faccessat2(task, AT_FDCWD, path, mode, 0);
  }

  long faccessat(Task task, int dirfd, long path, int mode) {
    return faccessat2(task, dirfd, path, mode, 0);
  }

  /// Everybody is root here: only what nobody may do is refused.
  long faccessat2(Task task, int dirfd, long path, int mode, int flags) {
    requireOnly(flags, AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    requireOnly(mode, 7);
    String name = UserPath.readOrEmpty(task, path, flags);
    Inode inode = files.entryAt(dirfd, name, flags).inode;
    if ((mode & X_OK) != 0 && inode instanceof RegularFile && (inode.mode() & ANY_EXECUTE) == 0) {
      throw Errno.EACCES.exception();
    }
    if ((mode & W_OK) != 0 && !(inode instanceof SpecialFile)) {
      inode.requireWritable();
    }
    return 0;
  }

  long readlink(Task task, long path, long buffer, int size) {
    return readlinkat(task, AT_FDCWD, path, buffer, size);
  }

  long readlinkat(Task task, int dirfd, long path, long buffer, int size) {
    if (size <= 0) {
      throw Errno.EINVAL.exception();
    }
    String name = UserPath.read(task, path);
    boolean itself = name.isEmpty() && dirfd != AT_FDCWD;
    Inode inode =
        itself
            ? files.descriptors.get(dirfd).inode()
            : files.walk(dirfd, name, false).existing().inode;
    if (!(inode instanceof SymbolicLink link)) {
      throw (itself ? Errno.ENOENT : Errno.EINVAL).exception();
    }
    byte[] target = FileTree.bytes(link.target());
    int count = Math.min(size, target.length);
    task.memory().write(buffer, target, 0, count);
    return count;
  }

  long statfs(Task task, long path, long buffer) {
    Inode inode = files.walk(AT_FDCWD, UserPath.read(task, path), true).existing().inode;
    return write(task, buffer, inode.volume.statfs());
  }

  long fstatfs(Task task, int fd, long buffer) {
    return write(task, buffer, files.descriptors.get(fd).inode().volume.statfs());
  }

  private static long write(Task task, long buffer, byte[] bytes) {
    task.memory().write(buffer, bytes, 0, bytes.length);
    return 0;
  }

  static void requireOnly(int flags, int known) {
    if ((flags & ~known) != 0) {
      throw Errno.EINVAL.exception();
    }
  }
}
