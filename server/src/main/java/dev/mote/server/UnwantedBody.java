package dev.mote.server;

import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Semaphore;

/// The body of a request that was answered without it, read for nothing before the connection is
/// closed: a client that is still sending when it is closed may never see the answer.
///
/// Only one that sends very much more, or slowly, is cut off, and so are some if there are very
/// many.
final class UnwantedBody implements ClientWatch.Watched {
  /// What is read for nothing: this much, for this long, of so many bodies at one time.
  private static final long MOST_BYTES = 64L << 20;

  private static final long NANOS = 5_000_000_000L;
  private static final Semaphore PLACES = new Semaphore(1000);

  private static final int PIECE = 16 << 10;

  private final Thread thread = Thread.currentThread();
  private final long end = System.nanoTime() + NANOS;
  private boolean done;

  private UnwantedBody() {}

  /// Reads it by the calling thread, which may be interrupted for that.
  static void discard(InputStream from, ClientWatch watch) {
    if (!PLACES.tryAcquire()) {
      return;
    }
    var body = new UnwantedBody();
    watch.add(body);
    try {
      discard(from);
    } finally {
      watch.remove(body);
      body.end();
      PLACES.release();
    }
  }

  /// The same where somebody else watches the client.
  static void discard(InputStream from) {
    long end = System.nanoTime() + NANOS;
    byte[] piece = new byte[PIECE];
    long left = MOST_BYTES;
    int count = 0;
    try {
      while (count >= 0 && left > 0 && System.nanoTime() < end) {
        count = from.read(piece);
        left -= count;
      }
    } catch (IOException
        | UncheckedIOException
        | InsufficientDataAvailableException
        | RequestException _) {
      return; // it sends no more, or nothing that makes sense, but may still listen
    }
  }

  /// A read that waits ends only by an interrupt, which closes the connection.
  @Override
  public synchronized void lookAfter(long nanos) {
    if (!done && System.nanoTime() > end) {
      thread.interrupt();
    }
  }

  private synchronized void end() {
    done = true;
    Thread.interrupted();
  }
}
