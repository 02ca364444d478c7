package dev.mote.linux;

/// A file opened with `O_PATH`: a place in the tree, good for `fstat`, `fchdir` and as the start of
/// a path, for nothing else.
final class OpenPath extends OpenFile {
  OpenPath(Entry entry, int flags) {
    super(entry, flags);
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenPlace(place, flags());
  }

  @Override
  long seek(long offset, int whence) {
    throw Errno.EBADF.exception();
  }

  @Override
  int poll() {
    return POLLNVAL;
  }

  @Override
  void sync() {
    throw Errno.EBADF.exception();
  }

  @Override
  FileContent content() {
    throw Errno.EBADF.exception();
  }
}
