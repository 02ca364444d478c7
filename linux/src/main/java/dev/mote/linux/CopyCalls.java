package dev.mote.linux;

/// The calls that copy from file to file without the program's memory: `sendfile`,
/// `copy_file_range` and `splice`.
final class CopyCalls {
  private final ProcessFiles files;
  private final Piece piece = new Piece();

  CopyCalls(ProcessFiles files) {
    this.files = files;
  }

  /// @param offsetAt where the position in the input is and goes to; 0 for the file's own
  long sendfile(Task task, int outFd, int inFd, long offsetAt, long count) {
    long given = offsetAt == 0 ? 0 : task.memory().getLong(offsetAt);
    OpenFile in = files.descriptors.opened(inFd);
    in.requireReadable();
    if (!in.isPositioned()) {
      throw (offsetAt == 0 ? Errno.EINVAL : Errno.ESPIPE).exception();
    }
    if (in instanceof OpenDirectory || given < 0 || count < 0) {
      throw Errno.EINVAL.exception();
    }
    OpenFile out = files.descriptors.opened(outFd);
    out.requireWritable();
    if (out.appends()) {
      throw Errno.EINVAL.exception();
    }
    boolean own = offsetAt == 0;
    // What earlier attempts have sent has moved the file's own position, but not the caller's.
    long start = own ? in.seek(0, OpenFile.SEEK_CUR) - task.progress : given;
    long total = send(task, in, start, out, Math.min(count, UserBuffer.MOST));
    long sent = total == Task.BLOCKED ? task.progress : total;
    if (own) {
      in.seek(start + sent, OpenFile.SEEK_SET);
    } else if (total != Task.BLOCKED) {
      task.memory().setLong(offsetAt, start + sent);
    }
    return total;
  }

  private long send(Task task, OpenFile in, long start, OpenFile out, long count) {
    long total = task.progress;
    while (total < count) {
      int length = (int) Math.min(Piece.SIZE, count - total);
      try {
        int got =
            start > Long.MAX_VALUE - total ? 0 : in.readAt(start + total, piece.bytes(), 0, length);
        if (got <= 0) {
          break;
        }
        int put = out.write(piece.bytes(), 0, got);
        if (put == OpenFile.WOULD_BLOCK) {
          if (out.nonBlocking()) {
            return partial(total, Errno.EAGAIN);
          }
          task.progress = total;
          return task.block(out.waiters(), out.writeAgainAt());
        }
        total += put;
        if ((put < got && !out.writesEverything()) || task.isStopped()) {
          break;
        }
      } catch (ErrnoException e) {
        TransferCalls.signalBrokenPipe(task, e.errno);
        return partial(total, e.errno);
      }
    }
    return total;
  }

  /// No file here can be spliced, which Linux says of such files by EINVAL. Programs then read and
  /// write; ENOSYS, which no Linux of this age answers, would be the end of a copy in Go.
  long splice(int inFd, int outFd) {
    files.descriptors.opened(inFd).requireReadable();
    files.descriptors.opened(outFd).requireWritable();
    throw Errno.EINVAL.exception();
  }

  /// Positions as for [#sendfile], on both sides.
  long copyFileRange(
      Task task, int inFd, long inOffsetAt, int outFd, long outOffsetAt, long count, int flags) {
    if (flags != 0) {
      throw Errno.EINVAL.exception();
    }
    OpenFile in = files.descriptors.opened(inFd);
    OpenFile out = files.descriptors.opened(outFd);
    UserMemory memory = task.memory();
    long from = inOffsetAt == 0 ? position(in) : memory.getLong(inOffsetAt);
    long to = outOffsetAt == 0 ? position(out) : memory.getLong(outOffsetAt);
    check(in, out);
    if (from < 0 || to < 0 || count < 0) {
      throw Errno.EINVAL.exception();
    }
    long length = Math.min(count, UserBuffer.MOST);
    if (in.inode() == out.inode() && from < to + length && to < from + length) {
      throw Errno.EINVAL.exception();
    }
    long total = copy(task, in, from, out, to, length);
    advance(task, in, inOffsetAt, from + total);
    advance(task, out, outOffsetAt, to + total);
    return total;
  }

  private static long position(OpenFile file) {
    return file instanceof OpenRegularFile ? file.seek(0, OpenFile.SEEK_CUR) : 0;
  }

  private static void check(OpenFile in, OpenFile out) {
    if (in instanceof OpenDirectory || out instanceof OpenDirectory) {
      throw Errno.EISDIR.exception();
    }
    if (!(in instanceof OpenRegularFile) || !(out instanceof OpenRegularFile)) {
      throw Errno.EINVAL.exception();
    }
    in.requireReadable();
    out.requireWritable();
    if (out.appends()) {
      throw Errno.EBADF.exception();
    }
    if (in.inode().volume != out.inode().volume) {
      throw Errno.EXDEV.exception();
    }
  }

  private long copy(Task task, OpenFile in, long from, OpenFile out, long to, long length) {
    long total = 0;
    while (total < length && from <= Long.MAX_VALUE - total && to <= Long.MAX_VALUE - total) {
      int wanted = (int) Math.min(Piece.SIZE, length - total);
      int got = in.readAt(from + total, piece.bytes(), 0, wanted);
      if (got == 0) {
        break;
      }
      int put;
      try {
        put = out.writeAt(to + total, piece.bytes(), 0, got);
      } catch (ErrnoException e) {
        return partial(total, e.errno);
      }
      total += put;
      if (put < got || task.isStopped()) {
        break;
      }
    }
    return total;
  }

  private static void advance(Task task, OpenFile file, long offsetAt, long position) {
    if (offsetAt == 0) {
      file.seek(position, OpenFile.SEEK_SET);
    } else {
      task.memory().setLong(offsetAt, position);
    }
  }

  private static long partial(long total, Errno error) {
    if (total > 0) {
      return total;
    }
    throw error.exception();
  }
}
