package dev.mote.linux;

/// A system call that fails: the dispatcher turns it into `-errno`. Thrown as `throw
/// ENOENT.exception()`; it never leaves the Linux layer.
final class ErrnoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// What the guest gets to see.
  final Errno errno;

  ErrnoException(Errno errno) {
    super(errno.name(), null, false, false);
    this.errno = errno;
  }
}
