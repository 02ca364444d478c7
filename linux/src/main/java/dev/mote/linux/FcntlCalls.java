package dev.mote.linux;

import static dev.mote.linux.OpenFile.SEEK_CUR;
import static dev.mote.linux.OpenFile.SEEK_END;
import static dev.mote.linux.OpenFile.SEEK_SET;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// `fcntl` and `flock`.
final class FcntlCalls {
  private static final int F_DUPFD = 0;
  private static final int F_GETFD = 1;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_GETLK = 5;
  private static final int F_SETLK = 6;
  private static final int F_SETLKW = 7;
  private static final int F_SETOWN = 8;
  private static final int F_GETOWN = 9;
  private static final int F_SETSIG = 10;
  private static final int F_GETSIG = 11;
  private static final int F_OFD_GETLK = 36;
  private static final int F_OFD_SETLK = 37;
  private static final int F_OFD_SETLKW = 38;
  private static final int F_GETLEASE = 1025;
  private static final int F_DUPFD_QUERY = 1027;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int F_GETPIPE_SZ = 1032;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_GET_SEALS = 1034;
  private static final int FD_CLOEXEC = 1;
  private static final int ALL_SEALS = 0x3f;

  private static final int F_RDLCK = 0;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;
  private static final int FLOCK_BYTES = 32;

  private static final int LOCK_SH = 1;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final int LOCK_UN = 8;

  private final ProcessFiles files;

  FcntlCalls(ProcessFiles files) {
    this.files = files;
  }

  long fcntl(Task task, int fd, int command, long argument) {
    Descriptors descriptors = files.descriptors;
    OpenFile file = descriptors.get(fd);
    return switch (command) {
      case F_DUPFD -> duplicate(file, argument, false);
      case F_DUPFD_CLOEXEC -> duplicate(file, argument, true);
      case F_GETFD -> descriptors.closesOnExec(fd) ? FD_CLOEXEC : 0;
      case F_SETFD -> {
        descriptors.closeOnExec(fd, (argument & FD_CLOEXEC) != 0);
        yield 0;
      }
      case F_GETFL -> file.flags();
      case F_DUPFD_QUERY -> descriptors.find((int) argument) == file ? 1 : 0;
      default -> fcntlOpened(task, descriptors.opened(fd), command, argument);
    };
  }

  private long fcntlOpened(Task task, OpenFile file, int command, long argument) {
    return switch (command) {
      case F_SETFL -> {
        file.changeFlags((int) argument);
        yield 0;
      }
      case F_GETLK -> findLock(task, file, argument, files.descriptors);
      case F_SETLK -> setLock(task, file, argument, files.descriptors, false);
      case F_SETLKW -> setLock(task, file, argument, files.descriptors, true);
      case F_OFD_GETLK -> findLock(task, file, argument, file);
      case F_OFD_SETLK -> setLock(task, file, argument, file, false);
      case F_OFD_SETLKW -> setLock(task, file, argument, file, true);
      // Nothing here sends signals about files.
      case F_SETOWN, F_SETSIG, F_GETOWN, F_GETSIG -> 0;
      case F_GETLEASE -> F_UNLCK;
      case F_SETPIPE_SZ -> pipe(file).resize(Math.clamp(argument, -1, Integer.MAX_VALUE));
      case F_GETPIPE_SZ -> pipe(file).capacity();
      case F_ADD_SEALS -> addSeals(file, argument);
      case F_GET_SEALS -> file.memoryFile(Errno.EINVAL).seals();
      default -> throw Errno.EINVAL.exception();
    };
  }

  private long duplicate(OpenFile file, long lowest, boolean cloexec) {
    if (lowest < 0 || lowest >= files.descriptors.limit()) {
      throw Errno.EINVAL.exception();
    }
    return files.descriptors.addFrom((int) lowest, file.retain(), cloexec);
  }

  private static Pipe pipe(OpenFile file) {
    if (file instanceof OpenPipe end) {
      return end.pipe();
    }
    throw Errno.EBADF.exception();
  }

  private static long addSeals(OpenFile file, long seals) {
    if (!OpenFlags.writes(file.flags())) {
      throw Errno.EPERM.exception();
    }
    MemoryFile memory = file.memoryFile(Errno.EINVAL);
    if ((seals & ~ALL_SEALS) != 0) {
      throw Errno.EINVAL.exception();
    }
    memory.seal((int) seals);
    return 0;
  }

  /// ```
  /// struct flock: type 0 and whence 2 (16 bits each), start 8, len 16, pid 24: 32 bytes
  /// ```
  private record Request(int type, long start, long end) {
    static Request read(Task task, OpenFile file, long address) {
      byte[] bytes = new byte[FLOCK_BYTES];
      task.memory().read(address, bytes, 0, FLOCK_BYTES);
      ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int type = in.getShort(0);
      long base =
          switch (in.getShort(2)) {
            case SEEK_SET -> 0;
            case SEEK_CUR -> file.isPositioned() ? file.seek(0, SEEK_CUR) : 0;
            case SEEK_END -> file.inode().size();
            default -> throw Errno.EINVAL.exception();
          };
      return of(type, base, in.getLong(8), in.getLong(16));
    }

    /// A length of 0 reaches to the end of all files, a negative one backwards.
    private static Request of(int type, long base, long offset, long length) {
      if (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK) {
        throw Errno.EINVAL.exception();
      }
      if (offset > Long.MAX_VALUE - base) {
        throw Errno.EOVERFLOW.exception();
      }
      long start = base + offset;
      if (start < 0) {
        throw Errno.EINVAL.exception();
      }
      if (length < 0) {
        long before = start + length;
        if (before < 0) {
          throw Errno.EINVAL.exception();
        }
        return new Request(type, before, start - 1);
      }
      if (length > 0 && length - 1 > Long.MAX_VALUE - start) {
        throw Errno.EOVERFLOW.exception();
      }
      return new Request(type, start, length == 0 ? Long.MAX_VALUE : start + length - 1);
    }

    FileLocks.Range by(Object owner) {
      return new FileLocks.Range(owner, start, end, type == F_WRLCK);
    }
  }

  private long setLock(Task task, OpenFile file, long address, Object owner, boolean waits) {
    Request request = Request.read(task, file, address);
    requireOwnProcess(task, file, address, owner);
    FileLocks locks = file.inode().locks(files.tree.locks());
    if (request.type == F_UNLCK) {
      locks.unlock(request.by(owner));
      return 0;
    }
    if (request.type == F_RDLCK) {
      file.requireReadable();
    } else {
      file.requireWritable();
    }
    FileLocks.Range wanted = request.by(owner);
    if (locks.conflict(wanted) != null) {
      if (waits) {
        return task.block(locks.waiters());
      }
      throw Errno.EAGAIN.exception();
    }
    locks.lock(wanted);
    return 0;
  }

  /// Locks of an open file description name no process.
  private static void requireOwnProcess(Task task, OpenFile file, long address, Object owner) {
    if (owner == file && task.memory().getInt(address + 24) != 0) {
      throw Errno.EINVAL.exception();
    }
  }

  /// Overwrites the request with the lock that stands against it, or says that none does.
  private long findLock(Task task, OpenFile file, long address, Object owner) {
    Request request = Request.read(task, file, address);
    requireOwnProcess(task, file, address, owner);
    if (request.type == F_UNLCK && owner != file) {
      throw Errno.EINVAL.exception();
    }
    FileLocks.Range against = file.inode().locks(files.tree.locks()).conflict(request.by(owner));
    UserMemory memory = task.memory();
    if (against == null) {
      memory.setShort(address, (short) F_UNLCK);
      return 0;
    }
    memory.setShort(address, (short) (against.write() ? F_WRLCK : F_RDLCK));
    memory.setShort(address + 2, (short) SEEK_SET);
    memory.setLong(address + 8, against.start());
    memory.setLong(
        address + 16, against.end() == Long.MAX_VALUE ? 0 : against.end() - against.start() + 1);
    memory.setInt(address + 24, against.owner() instanceof OpenFile ? -1 : task.tid);
    return 0;
  }

  long flock(Task task, int fd, int operation) {
    OpenFile file = files.descriptors.opened(fd);
    FileLocks locks = file.inode().locks(files.tree.locks());
    switch (operation & ~LOCK_NB) {
      case LOCK_UN -> locks.unlockWhole(file);
      case LOCK_SH, LOCK_EX -> {
        if (!locks.lockWhole(file, (operation & LOCK_EX) != 0)) {
          if ((operation & LOCK_NB) == 0) {
            return task.block(locks.waiters());
          }
          throw Errno.EAGAIN.exception();
        }
      }
      default -> throw Errno.EINVAL.exception();
    }
    return 0;
  }
}
