package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_WRONLY;

import java.util.Objects;

/// The calls that make descriptors without a path: `dup`, `pipe`, `eventfd`.
final class DescriptorCalls {
  private static final int EFD_SEMAPHORE = 1;
  private static final int OWNER = 0600;

  private final ProcessFiles files;

  DescriptorCalls(ProcessFiles files) {
    this.files = files;
  }

  long dup(int fd) {
    OpenFile file = files.descriptors.get(fd);
    return files.descriptors.add(file.retain(), false);
  }

  long dup2(int from, int to) {
    OpenFile file = files.descriptors.get(from);
    if (from == to) {
      return to;
    }
    files.descriptors.set(to, file.retain(), false);
    return to;
  }

  long dup3(int from, int to, int flags) {
    if ((flags & ~O_CLOEXEC) != 0 || from == to) {
      throw Errno.EINVAL.exception();
    }
    OpenFile file = files.descriptors.get(from);
    files.descriptors.set(to, file.retain(), (flags & O_CLOEXEC) != 0);
    return to;
  }

  long pipe(Task task, long pair) {
    return pipe2(task, pair, 0);
  }

  /// Stores the descriptors of the reading and of the writing end, 4 bytes each.
  long pipe2(Task task, long pair, int flags) {
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0) {
      throw Errno.EINVAL.exception();
    }
    Descriptors descriptors = files.descriptors;
    descriptors.requireFree();
    SpecialFile inode = SpecialFile.fifo(files.tree.pipes(), OWNER, files.tree.newPipe());
    Pipe pipe = Objects.requireNonNull(inode.pipe);
    pipe.requireRoom();
    Entry entry = Entry.detached("pipe:[" + inode.number() + "]", inode);
    boolean cloexec = (flags & O_CLOEXEC) != 0;
    int status = flags & O_NONBLOCK;
    int reader = descriptors.add(new OpenPipe(entry, O_RDONLY | status, pipe), cloexec);
    int writer = -1;
    try {
      writer = descriptors.add(new OpenPipe(entry, O_WRONLY | status, pipe), cloexec);
      task.memory().setInt(pair, reader);
      task.memory().setInt(pair + 4, writer);
      return 0;
    } catch (ErrnoException e) {
      descriptors.close(reader);
      if (writer >= 0) {
        descriptors.close(writer);
      }
      throw e;
    }
  }

  long eventfd(int initial) {
    return eventfd2(initial, 0);
  }

  long eventfd2(int initial, int flags) {
    if ((flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK)) != 0) {
      throw Errno.EINVAL.exception();
    }
    SpecialFile inode = SpecialFile.of(files.tree.anonymous(), OWNER, null, () -> 0);
    Entry entry = Entry.detached("anon_inode:[eventfd]", inode);
    boolean semaphore = (flags & EFD_SEMAPHORE) != 0;
    return files.descriptors.add(
        new EventCounter(
            entry, O_RDWR | (flags & O_NONBLOCK), Integer.toUnsignedLong(initial), semaphore),
        (flags & O_CLOEXEC) != 0);
  }
}
