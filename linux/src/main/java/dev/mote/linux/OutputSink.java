package dev.mote.linux;

import dev.mote.machine.HostDescriptor;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A stream of the host that takes what the program writes, up to a limit of bytes.
///
/// Whoever reads a pipe or a terminal may stop reading, and a write would then hold the thread that
/// runs the guest, so that nothing could stop it. This process's own streams are asked first. Other
/// streams are the caller's, who knows whether they block.
final class OutputSink {
  /// What a pipe takes without blocking once it takes anything (PIPE_BUF); a terminal takes less.
  private static final int PIPE_PIECE = 4096;

  private static final int TERMINAL_PIECE = 256;

  /// How long a write waits for a reader before it looks whether the guest is to stop.
  private static final int PATIENCE_MILLIS = 20;

  private final OutputStream out;
  private final StreamKind kind;
  private final String name;
  private final long limit;
  private final int descriptor; // -1 if it cannot be asked
  private long written;

  /// @param name how errors call it, "standard output"
  OutputSink(StandardStreams.Output output, String name, long limit) {
    this.out = output.stream();
    this.kind = output.kind();
    this.name = name;
    this.limit = limit;
    descriptor = descriptorOf(out, kind);
  }

  private static int descriptorOf(OutputStream out, StreamKind kind) {
    if ((kind == StreamKind.PIPE || kind == StreamKind.TERMINAL)
        && out instanceof FileOutputStream file) {
      try {
        FileDescriptor fd = file.getFD();
        return fd == FileDescriptor.out ? 1 : fd == FileDescriptor.err ? 2 : -1;
      } catch (IOException _) {
        return -1; // closed: the first write says so
      }
    }
    return -1;
  }

  /// The file behind the stream, when it is one that can seek.
  @Nullable FileChannel channel() {
    return kind == StreamKind.FILE && out instanceof FileOutputStream file
        ? file.getChannel()
        : null;
  }

  /// The limit begins anew.
  void renewLimit() {
    written = 0;
  }

  /// Writes as much as the stream takes; all of it unless it is one that can be asked.
  ///
  /// @param waits whether to wait a little for whoever reads it
  /// @return how much that was, or [OpenFile#WOULD_BLOCK]
  /// @throws ErrnoException EPIPE when nobody reads any more, ENOSPC when the host's disk is full
  /// @throws StreamLimitException when the limit is passed; what fits has been written
  int write(byte[] source, int offset, int length, boolean waits) {
    int count = (int) Math.min(length, limit - written);
    int done = 0;
    try {
      while (done < count && takesMore(waits && done == 0)) {
        int piece = Math.min(count - done, piece());
        out.write(source, offset + done, piece);
        done += piece;
      }
      out.flush();
    } catch (IOException e) {
      throw errorOf(e).exception();
    }
    written += done;
    if (done == count && count < length) {
      throw new StreamLimitException(name, limit);
    }
    return done == 0 && length > 0 ? OpenFile.WOULD_BLOCK : done;
  }

  private boolean takesMore(boolean waits) {
    return descriptor < 0 || HostDescriptor.awaitOutput(descriptor, waits ? PATIENCE_MILLIS : 0);
  }

  private int piece() {
    if (descriptor < 0) {
      return Integer.MAX_VALUE;
    }
    return kind == StreamKind.PIPE ? PIPE_PIECE : TERMINAL_PIECE;
  }

  private Errno errorOf(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      return Errno.ENOSPC;
    }
    return kind == StreamKind.FILE ? Errno.EIO : Errno.EPIPE;
  }
}
