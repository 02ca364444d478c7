package dev.mote.linux;

/// Reads the paths that system calls are given.
final class UserPath {
  private UserPath() {}

  /// A path, one character per byte.
  ///
  /// @throws ErrnoException EFAULT, or ENAMETOOLONG when it has 4,096 bytes or more
  static String read(Task task, long address) {
    return FileTree.byteString(task.memory().readString(address, PathWalk.PATH_MAX));
  }

  /// The same where no path at all may stand for the descriptor itself (`AT_EMPTY_PATH`).
  static String readOrEmpty(Task task, long address, int atFlags) {
    boolean mayBeEmpty = (atFlags & ProcessFiles.AT_EMPTY_PATH) != 0;
    return address == 0 && mayBeEmpty ? "" : read(task, address);
  }
}
