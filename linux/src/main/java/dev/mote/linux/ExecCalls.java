package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_EMPTY_PATH;
import static dev.mote.linux.ProcessFiles.AT_FDCWD;
import static dev.mote.linux.ProcessFiles.AT_SYMLINK_NOFOLLOW;

import java.util.ArrayList;
import java.util.List;

/// The system calls `execve` and `execveat`.
final class ExecCalls {
  /// Bytes that one string may have, its NUL included: 32 pages.
  private static final int LONGEST_STRING = 32 << 12;

  /// What the strings may take at least, however small the stack is (ARG_MAX).
  private static final long LEAST_LIMIT = 128 << 10;

  private final ProcessFiles files;
  private final ResourceLimits limits;
  private final Exec exec;

  ExecCalls(ProcessFiles files, ResourceLimits limits, Exec exec) {
    this.files = files;
    this.limits = limits;
    this.exec = exec;
  }

  long execve(Task task, long path, long argv, long envp) {
    return execveat(task, AT_FDCWD, path, argv, envp, 0);
  }

  long execveat(Task task, int dirfd, long path, long argv, long envp, int flags) {
    String name = UserPath.read(task, path);
    if (name.isEmpty() && (flags & AT_EMPTY_PATH) == 0) {
      throw Errno.ENOENT.exception();
    }
    if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) != 0) {
      throw Errno.EINVAL.exception();
    }
    Entry entry = files.entryAt(dirfd, name, flags);
    if (entry.inode instanceof SymbolicLink) {
      throw Errno.ELOOP.exception(); // AT_SYMLINK_NOFOLLOW
    }
    String fileName = fileName(dirfd, name);
    boolean closes = !fileName.equals(name) && files.descriptors.closesOnExec(dirfd);
    try {
      ProcessArguments arguments = arguments(task, FileTree.bytes(fileName), argv, envp);
      exec.replace(task, exec.find(entry, arguments, closes));
    } catch (ExecException e) {
      throw e.errno.exception();
    }
    return 0;
  }

  /// What an interpreter could open: a path that is relative to a descriptor is one below /dev/fd.
  private static String fileName(int dirfd, String name) {
    if (dirfd == AT_FDCWD || name.startsWith("/")) {
      return name;
    }
    return name.isEmpty() ? "/dev/fd/" + dirfd : "/dev/fd/" + dirfd + "/" + name;
  }

  private ProcessArguments arguments(Task task, byte[] fileName, long argv, long envp) {
    long limit =
        Math.max(
            LEAST_LIMIT,
            Math.min(ProcessArguments.MAX_BYTES, limits.soft(ResourceLimits.RLIMIT_STACK) >>> 2));
    var strings = new Strings(task, limit - fileName.length - 1);
    List<byte[]> arguments = strings.read(argv);
    if (arguments.isEmpty()) {
      arguments.add(new byte[0]); // so that no program takes its environment for arguments
    }
    List<byte[]> environment = strings.read(envp);
    return new ProcessArguments(fileName, arguments, environment);
  }

  /// Reads lists of strings that may take so many bytes together, with their pointers.
  private static final class Strings {
    private final UserMemory memory;
    private long left;

    Strings(Task task, long limit) {
      memory = task.memory();
      left = limit;
    }

    /// @param list address of the pointers, a null pointer behind them; 0 for no strings
    List<byte[]> read(long list) {
      var strings = new ArrayList<byte[]>();
      if (list == 0) {
        return strings;
      }
      long at = list;
      long string = memory.getLong(at);
      while (string != 0) {
        byte[] bytes = read(string, Math.min(left - Long.BYTES, LONGEST_STRING));
        left -= bytes.length + 1L + Long.BYTES;
        strings.add(bytes);
        at += Long.BYTES;
        string = memory.getLong(at);
      }
      return strings;
    }

    private byte[] read(long address, long limit) {
      if (limit < 1) {
        throw Errno.E2BIG.exception();
      }
      try {
        return memory.readString(address, (int) limit);
      } catch (ErrnoException e) {
        throw (e.errno == Errno.ENAMETOOLONG ? Errno.E2BIG : e.errno).exception();
      }
    }
  }
}
