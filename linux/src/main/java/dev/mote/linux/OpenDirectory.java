package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// An open directory. Its position is a cookie: that of the last name that was given out.
final class OpenDirectory extends OpenFile {
  private final Directory directory;
  private final DirectoryListing listing;
  private long cookie;

  OpenDirectory(Entry entry, int flags, Directory directory) {
    super(entry, flags);
    this.directory = directory;
    this.listing = directory.listing();
  }

  /// One that was saved.
  static OpenDirectory at(Entry entry, int flags, Directory directory, long cookie) {
    var open = new OpenDirectory(entry, flags, directory);
    open.cookie = Math.max(0, cookie);
    return open;
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenFolder(place, flags(), cookie);
  }

  Directory directory() {
    return directory;
  }

  private static DirectoryListing.Item special(String name, Directory of, long cookie) {
    return new DirectoryListing.Item(
        name, of.number(), FileMode.entryType(FileMode.S_IFDIR), cookie);
  }

  /// The name after the position, or null; [#advance(long)] moves on.
  DirectoryListing.@Nullable Item next() {
    if (cookie < DirectoryListing.DOT) {
      return special(".", directory, DirectoryListing.DOT);
    }
    if (cookie < DirectoryListing.DOT_DOT) {
      return special("..", directory.parent(), DirectoryListing.DOT_DOT);
    }
    return listing.after(cookie);
  }

  long cookie() {
    return cookie;
  }

  void advance(long to) {
    cookie = to;
  }

  @Override
  void close() {
    listing.close();
  }

  @Override
  int read(byte[] target, int offset, int length) {
    throw Errno.EISDIR.exception();
  }

  @Override
  int readAt(long position, byte[] target, int offset, int length) {
    throw Errno.EISDIR.exception();
  }

  @Override
  long seek(long offset, int whence) {
    long target =
        switch (whence) {
          case SEEK_SET -> offset;
          case SEEK_CUR -> cookie + offset;
          default -> throw Errno.EINVAL.exception();
        };
    if (target < 0) {
      throw Errno.EINVAL.exception();
    }
    if (target == 0) {
      listing.rewind();
    }
    cookie = target;
    return target;
  }

  @Override
  void sync() {}

  @Override
  boolean isPositioned() {
    return true;
  }

  @Override
  int readNothing() {
    throw Errno.EISDIR.exception();
  }
}
