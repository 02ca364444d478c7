package dev.mote.linux;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A stream of the host that takes what the program writes, up to a limit of bytes.
final class OutputSink {
  private final OutputStream out;
  private final StreamKind kind;
  private final String name;
  private final long limit;
  private long written;

  /// @param name how errors call it, "standard output"
  OutputSink(StandardStreams.Output output, String name, long limit) {
    this.out = output.stream();
    this.kind = output.kind();
    this.name = name;
    this.limit = limit;
  }

  /// The file behind the stream, when it is one that can seek.
  @Nullable FileChannel channel() {
    return kind == StreamKind.FILE && out instanceof FileOutputStream file
        ? file.getChannel()
        : null;
  }

  /// Writes everything.
  ///
  /// @throws ErrnoException EPIPE when nobody reads any more, ENOSPC when the host's disk is full
  /// @throws StreamLimitException when the limit is passed; what fits has been written
  int write(byte[] source, int offset, int length) {
    int count = (int) Math.min(length, limit - written);
    try {
      out.write(source, offset, count);
      out.flush();
    } catch (IOException e) {
      throw errorOf(e).exception();
    }
    written += count;
    if (count < length) {
      throw new StreamLimitException(name, limit);
    }
    return count;
  }

  private Errno errorOf(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      return Errno.ENOSPC;
    }
    return kind == StreamKind.FILE ? Errno.EIO : Errno.EPIPE;
  }
}
