package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_TRUNC;
import static dev.mote.linux.OpenFlags.O_WRONLY;
import static dev.mote.linux.ProcessFiles.AT_FDCWD;

/// The calls that make descriptors of files: `open` and its kin, `memfd_create`, and `close`.
final class OpenCalls {
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int MFD_NOEXEC_SEAL = 8;
  private static final int MFD_EXEC = 16;
  private static final int MFD_ALL = MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC;
  private static final int LONGEST_MEMFD_NAME = 249;

  private static final int CLOSE_RANGE_UNSHARE = 2;
  private static final int CLOSE_RANGE_CLOEXEC = 4;

  private final ProcessFiles files;
  private final Opening opening;

  OpenCalls(ProcessFiles files) {
    this.files = files;
    this.opening = new Opening(files);
  }

  long open(Task task, long path, int flags, int mode) {
    return openat(task, AT_FDCWD, path, flags, mode);
  }

  long creat(Task task, long path, int mode) {
    return openat(task, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
  }

  long openat(Task task, int dirfd, long path, int flags, int mode) {
    boolean cloexec = (flags & O_CLOEXEC) != 0;
    if (task.kept instanceof FifoWait wait) {
      return finish(task, wait, cloexec);
    }
    String name = UserPath.read(task, path);
    files.descriptors.requireFree();
    OpenFile file = opening.open(dirfd, name, flags, mode);
    if (!(file instanceof OpenPath)) {
      Notices.about(file.entry(), Notifier.IN_OPEN);
    }
    if (file instanceof OpenPipe end && !end.nonBlocking()) {
      return finish(task, new FifoWait(end), cloexec);
    }
    return files.descriptors.add(file, cloexec);
  }

  /// A FIFO opens when its other side has been opened.
  private long finish(Task task, FifoWait wait, boolean cloexec) {
    if (!wait.isOver()) {
      task.kept = wait;
      return task.block(wait.end.waiters());
    }
    task.kept = null;
    return files.descriptors.add(wait.end, cloexec);
  }

  /// An end of a FIFO whose `open` waits for the other one; it already counts for the other side.
  private static final class FifoWait implements AutoCloseable {
    private final OpenPipe end;

    FifoWait(OpenPipe end) {
      this.end = end;
    }

    boolean isOver() {
      return end.hasMetOther();
    }

    @Override
    public void close() {
      end.release();
    }
  }

  long memfdCreate(Task task, long name, int flags) {
    if ((flags & ~MFD_ALL) != 0
        || (flags & (MFD_EXEC | MFD_NOEXEC_SEAL)) == (MFD_EXEC | MFD_NOEXEC_SEAL)) {
      throw Errno.EINVAL.exception();
    }
    String text = memfdName(task, name);
    files.descriptors.requireFree();
    boolean sealed = (flags & MFD_NOEXEC_SEAL) != 0;
    MemoryFile file = MemoryFile.nameless(files.tree.shared(), sealed ? 0666 : 0777, false);
    files.own(file);
    if (sealed || (flags & MFD_ALLOW_SEALING) != 0) {
      file.allowSealing();
    }
    if (sealed) {
      file.seal(MemoryFile.F_SEAL_EXEC);
    }
    Entry entry = Entry.detached("/memfd:" + text + " (deleted)", file);
    file.chargeNameless(Errno.ENFILE);
    return files.descriptors.add(
        new OpenRegularFile(entry, O_RDWR, file), (flags & MFD_CLOEXEC) != 0);
  }

  private static String memfdName(Task task, long name) {
    try {
      return FileTree.byteString(task.memory().readString(name, LONGEST_MEMFD_NAME + 1));
    } catch (ErrnoException e) {
      throw (e.errno == Errno.ENAMETOOLONG ? Errno.EINVAL : e.errno).exception();
    }
  }

  long close(int fd) {
    files.descriptors.close(fd);
    return 0;
  }

  long closeRange(int first, int last, int flags) {
    if (Integer.compareUnsigned(first, last) > 0
        || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0) {
      throw Errno.EINVAL.exception();
    }
    if (first < 0) {
      return 0;
    }
    int end = last < 0 ? Integer.MAX_VALUE : last;
    if ((flags & CLOSE_RANGE_CLOEXEC) != 0) {
      files.descriptors.closeOnExecRange(first, end);
    } else {
      files.descriptors.closeRange(first, end);
    }
    return 0;
  }
}
