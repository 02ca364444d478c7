package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_FDCWD;

/// The calls on positions and sizes: `lseek`, `truncate`, `fallocate`, `fsync`, `fadvise64`.
final class ContentCalls {
  private static final int LAST_ADVICE = 5;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int SYNC_FILE_RANGE_ALL = 7;

  private final ProcessFiles files;

  ContentCalls(ProcessFiles files) {
    this.files = files;
  }

  long lseek(int fd, long offset, int whence) {
    OpenFile file = files.descriptors.opened(fd);
    if (whence < OpenFile.SEEK_SET || whence > OpenFile.SEEK_HOLE) {
      throw Errno.EINVAL.exception();
    }
    return file.seek(offset, whence);
  }

  long truncate(Task task, long path, long length) {
    if (length < 0) {
      throw Errno.EINVAL.exception();
    }
    Entry entry = files.walk(AT_FDCWD, UserPath.read(task, path), true).existing();
    Inode inode = entry.inode;
    switch (inode) {
      case Directory _ -> throw Errno.EISDIR.exception();
      case RegularFile file -> file.requireContentWritable();
      case SpecialFile _, SymbolicLink _ -> throw Errno.EINVAL.exception();
    }
    if (inode instanceof MemoryFile file) {
      file.truncate(length);
      Notices.about(entry, Notifier.IN_MODIFY);
    }
    return 0;
  }

  long ftruncate(int fd, long length) {
    if (length < 0) {
      throw Errno.EINVAL.exception();
    }
    OpenFile file = files.descriptors.opened(fd);
    if (!OpenFlags.writes(file.flags())) {
      throw Errno.EINVAL.exception();
    }
    file.memoryFile(Errno.EINVAL).truncate(length);
    Notices.about(file.entry(), Notifier.IN_MODIFY);
    return 0;
  }

  long fallocate(int fd, int mode, long offset, long length) {
    OpenFile file = files.descriptors.opened(fd);
    if (offset < 0 || length <= 0) {
      throw Errno.EINVAL.exception();
    }
    boolean supported = mode == 0 || mode == KEEP_SIZE || mode == (PUNCH_HOLE | KEEP_SIZE);
    if (!supported) {
      throw Errno.EOPNOTSUPP.exception();
    }
    file.requireWritable();
    if (file instanceof OpenPipe) {
      throw Errno.ESPIPE.exception();
    }
    MemoryFile memory = file.memoryFile(Errno.ENODEV);
    if (length > Long.MAX_VALUE - offset) {
      throw Errno.EFBIG.exception();
    }
    memory.allocate(mode, offset, length);
    return 0;
  }

  /// fsync, fdatasync, syncfs: what is in memory is as safe as it gets.
  long fsync(int fd) {
    files.descriptors.opened(fd).sync();
    return 0;
  }

  long syncfs(int fd) {
    files.descriptors.opened(fd);
    return 0;
  }

  long syncFileRange(int fd, long offset, long length, int flags) {
    OpenFile file = files.descriptors.opened(fd);
    boolean bad = offset < 0 || length < 0 || length > Long.MAX_VALUE - offset;
    if (bad || (flags & ~SYNC_FILE_RANGE_ALL) != 0) {
      throw Errno.EINVAL.exception();
    }
    if (file instanceof OpenPipe) {
      throw Errno.ESPIPE.exception();
    }
    return 0;
  }

  long fadvise64(int fd, int advice) {
    OpenFile file = files.descriptors.opened(fd);
    if (file instanceof OpenPipe || (file instanceof StandardStream && !file.isPositioned())) {
      throw Errno.ESPIPE.exception();
    }
    if (advice < 0 || advice > LAST_ADVICE) {
      throw Errno.EINVAL.exception();
    }
    return 0;
  }

  long readahead(int fd) {
    OpenFile file = files.descriptors.opened(fd);
    file.requireReadable();
    if (!(file instanceof OpenRegularFile)) {
      throw Errno.EINVAL.exception();
    }
    return 0;
  }
}
