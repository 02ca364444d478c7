package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_FDCWD;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// `getdents`, `getcwd`, `chdir` and their kin.
final class WorkingDirectoryCalls {
  /// No guest's number decides how much the host allocates.
  private static final int MOST_BYTES = 64 << 10;

  private final ProcessFiles files;

  WorkingDirectoryCalls(ProcessFiles files) {
    this.files = files;
  }

  /// The two layouts of a directory entry.
  ///
  /// ```
  /// linux_dirent64: ino 0, off 8, reclen 16 (16 bits), type 18 (8 bits), name 19, NUL
  /// linux_dirent:   ino 0, off 8, reclen 16 (16 bits), name 18, NUL, …, type in the last byte
  /// ```
  private enum Layout {
    NEW(19, 20),
    OLD(18, 20);

    final int nameAt;

    /// Bytes beside the name.
    final int around;

    Layout(int nameAt, int around) {
      this.nameAt = nameAt;
      this.around = around;
    }

    int lengthOf(DirectoryListing.Item item) {
      return item.name().length() + around + 7 & ~7;
    }
  }

  long getdents64(Task task, int fd, long buffer, long count) {
    return list(task, fd, buffer, count & 0xffff_ffffL, Layout.NEW);
  }

  long getdents(Task task, int fd, long buffer, long count) {
    return list(task, fd, buffer, count & 0xffff_ffffL, Layout.OLD);
  }

  private long list(Task task, int fd, long buffer, long count, Layout layout) {
    OpenFile file = files.descriptors.opened(fd);
    if (!(file instanceof OpenDirectory directory)) {
      throw Errno.ENOTDIR.exception();
    }
    if (!directory.directory().isRoot() && directory.entry().removed) {
      throw Errno.ENOENT.exception();
    }
    byte[] bytes = new byte[(int) Math.min(count, MOST_BYTES)];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long before = directory.cookie();
    DirectoryListing.@Nullable Item item = directory.next();
    while (item != null && layout.lengthOf(item) <= out.remaining()) {
      put(out, item, layout);
      directory.advance(item.cookie());
      item = directory.next();
    }
    if (item != null && out.position() == 0) {
      throw Errno.EINVAL.exception();
    }
    try {
      task.memory().write(buffer, bytes, 0, out.position());
    } catch (ErrnoException e) {
      directory.advance(before); // a buffer that cannot be written leaves the position as it was
      throw e;
    }
    directory.inode().touchAccessed();
    return out.position();
  }

  private static void put(ByteBuffer out, DirectoryListing.Item item, Layout layout) {
    int start = out.position();
    int length = layout.lengthOf(item);
    out.putLong(item.inode()).putLong(item.cookie()).putShort((short) length);
    out.position(start + layout.nameAt);
    out.put(FileTree.bytes(item.name()));
    out.put(layout == Layout.NEW ? start + 18 : start + length - 1, (byte) item.type());
    out.position(start + length);
  }

  /// Returns the length of the path with its NUL.
  long getcwd(Task task, long buffer, long size) {
    Entry entry = files.workingDirectory().entry();
    if (!entry.reachable()) {
      throw Errno.ENOENT.exception();
    }
    byte[] path = FileTree.bytes(files.pathWithinRoot(entry) + "\0");
    if (path.length > PathWalk.PATH_MAX) {
      throw Errno.ENAMETOOLONG.exception();
    }
    if (Long.compareUnsigned(size, path.length) < 0) {
      throw Errno.ERANGE.exception();
    }
    task.memory().write(buffer, path, 0, path.length);
    return path.length;
  }

  long chdir(Task task, long path) {
    files.workingDirectory(directoryAt(task, path));
    return 0;
  }

  long fchdir(int fd) {
    files.workingDirectory(ProcessFiles.directoryOf(files.descriptors.get(fd).entry()));
    return 0;
  }

  long chroot(Task task, long path) {
    files.root(directoryAt(task, path));
    return 0;
  }

  private Directory directoryAt(Task task, long path) {
    Lookup found = files.walk(AT_FDCWD, UserPath.read(task, path), true);
    return ProcessFiles.directoryOf(found.existing());
  }
}
