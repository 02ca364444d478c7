package dev.mote.linux;

/// An open regular file.
final class OpenRegularFile extends OpenFile {
  private final RegularFile file;
  private final FileContent content;
  private long position;

  OpenRegularFile(Entry entry, int flags, RegularFile file) {
    this(entry, flags, file, 0);
  }

  /// @throws IllegalArgumentException if the position is negative
  OpenRegularFile(Entry entry, int flags, RegularFile file, long position) {
    if (position < 0) {
      throw new IllegalArgumentException("a position of " + position);
    }
    super(entry, flags);
    this.file = file;
    this.content = file.open();
    this.position = position;
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenRegular(place, flags(), position);
  }

  @Override
  void close() {
    content.close();
  }

  @Override
  FileContent content() {
    return content;
  }

  @Override
  int read(byte[] target, int offset, int length) {
    int count = content.read(position, target, offset, length);
    position += count;
    return accessed(count);
  }

  @Override
  int readAt(long at, byte[] target, int offset, int length) {
    return accessed(content.read(at, target, offset, length));
  }

  @Override
  int write(byte[] source, int offset, int length) {
    long at = appends() ? content.size() : position;
    int count = memoryFile(Errno.EBADF).write(at, source, offset, length);
    position = at + count;
    return modified(count);
  }

  @Override
  int writeAt(long at, byte[] source, int offset, int length) {
    // Linux appends whatever position pwrite names.
    long where = appends() ? content.size() : at;
    return modified(memoryFile(Errno.EBADF).write(where, source, offset, length));
  }

  private int accessed(int count) {
    if (count > 0) {
      Notices.about(entry(), Notifier.IN_ACCESS);
    }
    return count;
  }

  private int modified(int count) {
    if (count > 0) {
      Notices.about(entry(), Notifier.IN_MODIFY);
    }
    return count;
  }

  @Override
  long seek(long offset, int whence) {
    long target =
        switch (whence) {
          case SEEK_SET -> offset;
          case SEEK_CUR -> position + offset;
          case SEEK_END -> {
            if (file instanceof GeneratedFile) {
              throw Errno.EINVAL.exception();
            }
            yield content.size() + offset;
          }
          case SEEK_DATA -> nextData(offset);
          case SEEK_HOLE -> nextHole(offset);
          default -> throw Errno.EINVAL.exception();
        };
    if (target < 0) {
      throw Errno.EINVAL.exception();
    }
    position = target;
    return target;
  }

  private long nextData(long from) {
    requireWithin(from);
    return file instanceof MemoryFile memory ? memory.nextData(from) : from;
  }

  private long nextHole(long from) {
    requireWithin(from);
    return file instanceof MemoryFile memory ? memory.nextHole(from) : content.size();
  }

  private void requireWithin(long from) {
    if (from < 0 || from >= content.size()) {
      throw Errno.ENXIO.exception();
    }
  }

  @Override
  void sync() {}

  @Override
  long available() {
    return Math.max(0, content.size() - position);
  }

  @Override
  boolean isPositioned() {
    return true;
  }
}
