package dev.mote.linux;

/// `/dev/mote`: messages to and from the host as two streams of bytes, each message preceded by its
/// length.
final class OpenChannel extends OpenFile {
  private final Channel channel;

  OpenChannel(Entry entry, int flags, Channel channel) {
    super(entry, flags);
    this.channel = channel;
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenSpecial(place, flags());
  }

  @Override
  int read(byte[] target, int offset, int length) {
    int count = channel.read(target, offset, length);
    return count == 0 ? WOULD_BLOCK : count;
  }

  /// A message that is complete goes to the host at once, before the guest goes on.
  @Override
  int write(byte[] source, int offset, int length) {
    if (channel.hasSent()) {
      throw Errno.EAGAIN.exception(); // behind a message: the call ends with what it has written
    }
    return channel.write(source, offset, length);
  }

  /// A read ends where a message ends.
  @Override
  boolean continues() {
    return false;
  }

  @Override
  WaitQueue waiters() {
    return channel.waiters();
  }

  @Override
  int poll() {
    return (channel.available() > 0 ? READABLE : 0) | (channel.hasSent() ? 0 : WRITABLE);
  }

  @Override
  long available() {
    return channel.available();
  }
}
