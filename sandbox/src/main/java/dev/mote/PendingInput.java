package dev.mote;

import java.io.IOException;
import java.io.InputStream;

/// Input that has not come yet: whoever reads it waits until it is closed.
///
/// Thread-safe.
final class PendingInput extends InputStream {
  private boolean closed; // guarded by this

  @Override
  public synchronized int read() throws IOException {
    while (!closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
    }
    return -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return length == 0 ? 0 : read();
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
