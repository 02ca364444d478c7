package dev.mote.linux;

/// The flags of `open` on x86-64 (`asm-generic/fcntl.h`).
final class OpenFlags {
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_ACCMODE = 3;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_NOCTTY = 0400;
  static final int O_TRUNC = 01000;
  static final int O_APPEND = 02000;
  static final int O_NONBLOCK = 04000;
  static final int O_DSYNC = 010000;
  static final int O_ASYNC = 020000;
  static final int O_DIRECT = 040000;
  static final int O_LARGEFILE = 0100000;
  static final int O_DIRECTORY = 0200000;
  static final int O_NOFOLLOW = 0400000;
  static final int O_NOATIME = 01000000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;

  /// `__O_TMPFILE`, which always comes together with `O_DIRECTORY`.
  static final int TMPFILE_BIT = 020000000;

  static final int O_TMPFILE = TMPFILE_BIT | O_DIRECTORY;

  /// `__O_SYNC`, which together with `O_DSYNC` is `O_SYNC`.
  static final int SYNC_BIT = 04000000;

  /// All flags that mean something; `open` ignores the others.
  static final int KNOWN =
      O_ACCMODE
          | O_CREAT
          | O_EXCL
          | O_NOCTTY
          | O_TRUNC
          | O_APPEND
          | O_NONBLOCK
          | O_DSYNC
          | O_ASYNC
          | O_DIRECT
          | O_LARGEFILE
          | O_DIRECTORY
          | O_NOFOLLOW
          | O_NOATIME
          | O_CLOEXEC
          | O_PATH
          | TMPFILE_BIT
          | SYNC_BIT;

  /// What `F_SETFL` can change.
  static final int CHANGEABLE = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME;

  /// What only acts while a file is opened and is not part of its status flags.
  static final int CREATION = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;

  private OpenFlags() {}

  static boolean reads(int flags) {
    return (flags & O_PATH) == 0
        && ((flags & O_ACCMODE) == O_RDONLY || (flags & O_ACCMODE) == O_RDWR);
  }

  static boolean writes(int flags) {
    return (flags & O_PATH) == 0
        && ((flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR);
  }
}
