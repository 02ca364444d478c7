package dev.mote.linux;

/// The calls that move bytes between a file and the program's memory: `read`, `write` and their
/// variants by position and by vector.
final class TransferCalls {
  private static final int SIGPIPE = 13;

  /// RWF_HIPRI, RWF_DSYNC, RWF_SYNC and RWF_NOWAIT change nothing for files in memory.
  private static final int HARMLESS_FLAGS = 0xf;

  private final ProcessFiles files;
  private final SocketTransfer sockets;
  private final Piece piece = new Piece();

  TransferCalls(ProcessFiles files, SocketTransfer sockets) {
    this.files = files;
    this.sockets = sockets;
  }

  long read(Task task, int fd, long buffer, long count) {
    OpenFile file = readable(fd);
    return read(task, file, UserBuffer.of(task.memory(), buffer, count), -1);
  }

  long write(Task task, int fd, long buffer, long count) {
    OpenFile file = writable(fd);
    return write(task, file, UserBuffer.of(task.memory(), buffer, count), -1);
  }

  long pread64(Task task, int fd, long buffer, long count, long position) {
    OpenFile file = positioned(fd, position);
    file.requireReadable();
    return read(task, file, UserBuffer.of(task.memory(), buffer, count), position);
  }

  long pwrite64(Task task, int fd, long buffer, long count, long position) {
    OpenFile file = positioned(fd, position);
    file.requireWritable();
    return write(task, file, UserBuffer.of(task.memory(), buffer, count), position);
  }

  long readv(Task task, int fd, long vector, long count) {
    OpenFile file = readable(fd);
    return read(task, file, UserBuffer.ofVector(task.memory(), vector, count), -1);
  }

  long writev(Task task, int fd, long vector, long count) {
    OpenFile file = writable(fd);
    return write(task, file, UserBuffer.ofVector(task.memory(), vector, count), -1);
  }

  long preadv(Task task, int fd, long vector, long count, long position) {
    OpenFile file = positioned(fd, position);
    file.requireReadable();
    return read(task, file, UserBuffer.ofVector(task.memory(), vector, count), position);
  }

  long pwritev(Task task, int fd, long vector, long count, long position) {
    OpenFile file = positioned(fd, position);
    file.requireWritable();
    return write(task, file, UserBuffer.ofVector(task.memory(), vector, count), position);
  }

  /// A position of -1 means the file's own.
  long preadv2(Task task, int fd, long vector, long count, long position, int flags) {
    requireHarmless(flags);
    return position == -1
        ? readv(task, fd, vector, count)
        : preadv(task, fd, vector, count, position);
  }

  long pwritev2(Task task, int fd, long vector, long count, long position, int flags) {
    requireHarmless(flags);
    return position == -1
        ? writev(task, fd, vector, count)
        : pwritev(task, fd, vector, count, position);
  }

  private static void requireHarmless(int flags) {
    if ((flags & ~HARMLESS_FLAGS) != 0) {
      throw Errno.EOPNOTSUPP.exception();
    }
  }

  private OpenFile readable(int fd) {
    OpenFile file = files.descriptors.get(fd);
    file.requireReadable();
    return file;
  }

  private OpenFile writable(int fd) {
    OpenFile file = files.descriptors.get(fd);
    file.requireWritable();
    return file;
  }

  private OpenFile positioned(int fd, long position) {
    if (position < 0) {
      throw Errno.EINVAL.exception();
    }
    OpenFile file = files.descriptors.opened(fd);
    if (!file.isPositioned()) {
      throw Errno.ESPIPE.exception();
    }
    return file;
  }

  /// @param position -1 for the file's own
  private long read(Task task, OpenFile file, UserBuffer buffer, long position) {
    if (file instanceof Socket socket) {
      if (buffer.remaining() == 0) {
        return 0;
      }
      var arrival = new SocketTransfer.Arrival();
      long result = sockets.receive(task, socket, buffer, 0, arrival);
      arrival.dropFiles();
      return result;
    }
    if (buffer.remaining() == 0) {
      return file.readNothing();
    }
    long total = 0;
    while (buffer.remaining() > 0) {
      int room = buffer.writable(Piece.SIZE);
      if (room == 0) {
        return partial(total, Errno.EFAULT);
      }
      int count;
      try {
        count = readPiece(file, room, at(position, total));
      } catch (ErrnoException e) {
        return partial(total, e.errno);
      }
      if (count == OpenFile.WOULD_BLOCK) {
        if (total > 0 || file.nonBlocking()) {
          return partial(total, Errno.EAGAIN);
        }
        return task.block(file.waiters());
      }
      buffer.scatter(piece.bytes(), count);
      total += count;
      if (count < room || !file.continues() || task.isStopped()) {
        break;
      }
    }
    return total;
  }

  private int readPiece(OpenFile file, int length, long position) {
    return position == -1
        ? file.read(piece.bytes(), 0, length)
        : file.readAt(position, piece.bytes(), 0, length);
  }

  private long write(Task task, OpenFile file, UserBuffer buffer, long position) {
    if (file instanceof Socket socket) {
      var with = SocketTransfer.plain(socket, files.credentials().sender(task));
      return sockets.send(task, socket, buffer, 0, null, with);
    }
    if (buffer.remaining() == 0) {
      return file.writeNothing();
    }
    long total = task.progress;
    buffer.advance(total);
    while (buffer.remaining() > 0) {
      int length = buffer.gather(piece.bytes(), Piece.SIZE);
      if (length == 0) {
        return partial(total, Errno.EFAULT);
      }
      int count;
      try {
        count = writePiece(file, length, at(position, total));
      } catch (ErrnoException e) {
        signalBrokenPipe(task, e.errno);
        return partial(total, e.errno);
      }
      if (count == OpenFile.WOULD_BLOCK) {
        if (file.nonBlocking()) {
          return partial(total, Errno.EAGAIN);
        }
        task.progress = total;
        return task.block(file.waiters(), file.writeAgainAt());
      }
      buffer.advance(count);
      total += count;
      if ((count < length && !file.writesEverything()) || task.isStopped()) {
        break;
      }
    }
    return total;
  }

  private int writePiece(OpenFile file, int length, long position) {
    return position == -1
        ? file.write(piece.bytes(), 0, length)
        : file.writeAt(position, piece.bytes(), 0, length);
  }

  /// Positions end at 2⁶³ - 1, where every file has ended.
  private static long at(long position, long total) {
    return position < 0
        ? -1
        : position > Long.MAX_VALUE - total ? Long.MAX_VALUE : position + total;
  }

  static void signalBrokenPipe(Task task, Errno error) {
    if (error == Errno.EPIPE) {
      task.raise(SIGPIPE);
    }
  }

  /// An error after some bytes have moved is told by the next call.
  private static long partial(long total, Errno error) {
    if (total > 0) {
      return total;
    }
    throw error.exception();
  }
}
