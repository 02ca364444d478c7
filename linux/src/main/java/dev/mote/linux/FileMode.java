package dev.mote.linux;

/// The bits of `st_mode` (`linux/stat.h`) and the types of directory entries (`linux/fs_types.h`).
final class FileMode {
  static final int S_IFMT = 0170000;
  static final int S_IFSOCK = 0140000;
  static final int S_IFLNK = 0120000;
  static final int S_IFREG = 0100000;
  static final int S_IFBLK = 0060000;
  static final int S_IFDIR = 0040000;
  static final int S_IFCHR = 0020000;
  static final int S_IFIFO = 0010000;
  static final int S_ISUID = 04000;
  static final int S_ISGID = 02000;
  static final int S_ISVTX = 01000;

  /// Everything `chmod` can change.
  static final int PERMISSIONS = 07777;

  /// A `d_type` that says nothing: who wants to know asks `stat`.
  static final int DT_UNKNOWN = 0;

  private FileMode() {}

  /// The `d_type` of a directory entry: the four type bits of the mode.
  static int entryType(int mode) {
    return (mode & S_IFMT) >> 12;
  }
}
