package dev.mote.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A standard stream, or the terminal: bytes come from and go to streams of the host.
final class StandardStream extends OpenFile {
  private final Ends ends;

  /// What one of the host's streams is to the guest, whichever stream that is at present.
  static final class Ends {
    final StreamKind kind;
    final FilesState.Role role;
    private final @Nullable Terminal terminal;
    private @Nullable InputPump input;
    private @Nullable OutputSink output;

    /// @param role which of the host's streams
    /// @param terminal null when it is none
    Ends(StreamKind kind, FilesState.Role role, @Nullable Terminal terminal) {
      this.kind = kind;
      this.role = role;
      this.terminal = terminal;
    }

    /// @param in null when it cannot be read
    /// @param out null when it cannot be written
    void connect(@Nullable InputPump in, @Nullable OutputSink out) {
      input = in;
      output = out;
    }

    /// The host's file, when the stream is one that can seek.
    @Nullable FileChannel channel() {
      if (input != null) {
        return input.channel();
      }
      return output == null ? null : output.channel();
    }

    long length() {
      FileChannel channel = channel();
      try {
        return channel == null ? 0 : channel.size();
      } catch (IOException e) {
        return 0;
      }
    }
  }

  StandardStream(Entry entry, int flags, Ends ends) {
    super(entry, flags);
    this.ends = ends;
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenStream(place, flags(), ends.role);
  }

  @Override
  int read(byte[] target, int offset, int length) {
    if (ends.input == null) {
      throw Errno.EIO.exception();
    }
    return ends.input.read(target, offset, length);
  }

  @Override
  int write(byte[] source, int offset, int length) {
    if (ends.output == null) {
      throw Errno.EIO.exception();
    }
    return ends.output.write(source, offset, length, !nonBlocking());
  }

  @Override
  boolean writesEverything() {
    return true;
  }

  /// Nobody signals that the host's stream takes bytes again: the write waits for that itself.
  @Override
  long writeAgainAt() {
    return 0;
  }

  @Override
  int readAt(long position, byte[] target, int offset, int length) {
    FileChannel channel = seekable();
    if (ends.input == null) {
      throw Errno.EBADF.exception();
    }
    try {
      return Math.max(0, channel.read(ByteBuffer.wrap(target, offset, length), position));
    } catch (IOException e) {
      throw Errno.EIO.exception();
    }
  }

  @Override
  long seek(long offset, int whence) {
    FileChannel channel = seekable();
    try {
      long target =
          switch (whence) {
            case SEEK_SET -> offset;
            case SEEK_CUR -> channel.position() + offset;
            case SEEK_END -> channel.size() + offset;
            default -> throw Errno.EINVAL.exception();
          };
      if (target < 0) {
        throw Errno.EINVAL.exception();
      }
      channel.position(target);
      return target;
    } catch (IOException e) {
      throw Errno.ESPIPE.exception();
    }
  }

  private FileChannel seekable() {
    FileChannel channel = ends.channel();
    if (channel == null) {
      throw Errno.ESPIPE.exception();
    }
    return channel;
  }

  @Override
  boolean continues() {
    return ends.kind == StreamKind.FILE;
  }

  @Override
  boolean isPositioned() {
    return ends.channel() != null;
  }

  @Override
  @Nullable WaitQueue waiters() {
    return ends.input == null ? null : ends.input.waiters();
  }

  @Override
  boolean isWatchable() {
    return ends.kind == StreamKind.PIPE || ends.kind == StreamKind.TERMINAL;
  }

  @Override
  int poll() {
    int ready = 0;
    if (ends.input != null && OpenFlags.reads(flags())) {
      ready |= ends.input.poll();
    }
    if (ends.output != null && OpenFlags.writes(flags())) {
      ready |= WRITABLE;
    }
    return ready;
  }

  @Override
  void sync() {
    if (ends.kind != StreamKind.FILE) {
      throw Errno.EINVAL.exception();
    }
  }

  @Override
  long available() {
    return ends.input == null ? 0 : ends.input.available();
  }

  @Override
  @Nullable Terminal terminal() {
    return ends.terminal;
  }
}
