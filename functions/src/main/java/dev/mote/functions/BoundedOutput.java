package dev.mote.functions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Keeps what is written, up to a limit; what exceeds it is refused, and that is remembered.
///
/// Not thread-safe.
final class BoundedOutput extends OutputStream {
  private final long limit;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean exceeded;

  /// @param limit in bytes
  BoundedOutput(long limit) {
    this.limit = limit;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (exceeded || length > limit - kept.size()) {
      exceeded = true;
      throw new IOException("more than %d bytes".formatted(limit));
    }
    kept.write(bytes, offset, length);
  }

  boolean isExceeded() {
    return exceeded;
  }

  byte[] toByteArray() {
    return kept.toByteArray();
  }
}
