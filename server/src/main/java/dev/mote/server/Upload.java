package dev.mote.server;

import dev.mote.functions.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.function.Consumer;

/// The rest of a request's body, read from the client by a thread of its own while a function runs,
/// at most one buffer ahead of it. Whoever reads here can be interrupted without harm to the
/// connection.
///
/// What is wrong with the body is told once: it is too large, too slow, or breaks off. Thread-safe.
final class Upload extends InputStream {
  /// What is read ahead, in bytes.
  static final int BUFFER = 64 << 10;

  private static final int PIECE = 8 << 10; // more does not come at once

  private final InputStream from;
  private final long most;
  private final Consumer<Fault> wrong;
  private final byte[] buffer = new byte[BUFFER]; // a ring; this and the rest are guarded by this
  private int start;
  private int count;
  private boolean ended;
  private boolean unwanted; // nobody reads any more
  private boolean failed;
  private boolean awaited;
  private volatile long readingSince; // by System.nanoTime, while the client is waited for
  private volatile boolean reads;

  /// @param from the client
  /// @param most bytes that it may have
  /// @param wrong is told what is wrong with it, by the thread that reads from the client
  Upload(InputStream from, long most, Consumer<Fault> wrong) {
    this.from = from;
    this.most = most;
    this.wrong = wrong;
  }

  /// Reads from the client until the body has ended, or until nobody wants it any more and it does
  /// not end soon.
  ///
  /// @return whether it has ended, so that the connection is good for another request
  boolean receive() {
    byte[] piece = new byte[PIECE];
    long total = 0;
    try {
      while (true) {
        int length = next(piece);
        if (length < 0) {
          finish(false);
          return true;
        }
        total += length;
        if (total > most) {
          fail(Fault.Kind.TOO_LARGE, "its body is larger than what the function takes");
          UnwantedBody.discard(from); // else the client may not see the answer
          return false;
        }
        put(piece, length);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      finish(true);
      return false;
    } catch (IOException | RuntimeException _) { // Helidon's are not checked
      fail(Fault.Kind.CLIENT_GONE, "its body breaks off");
      return false;
    }
  }

  private int next(byte[] piece) throws IOException {
    readingSince = System.nanoTime();
    reads = true;
    try {
      return from.read(piece);
    } finally {
      reads = false;
    }
  }

  /// Whether the client has sent nothing for so long, though it was waited for.
  boolean isStalled(long nanos) {
    return reads && System.nanoTime() - readingSince > nanos;
  }

  private void fail(Fault.Kind kind, String detail) {
    boolean matters;
    synchronized (this) {
      matters = !unwanted && !ended;
    }
    finish(true);
    if (matters) {
      wrong.accept(new Fault(kind, detail));
    }
  }

  private synchronized void finish(boolean broken) {
    ended = true;
    failed = broken;
    notifyAll();
  }

  private synchronized void put(byte[] piece, int length) throws InterruptedException {
    while (length > BUFFER - count && !unwanted) {
      wait();
    }
    if (unwanted) {
      return; // it is read for nothing, until the limits are reached
    }
    int at = (start + count) % BUFFER;
    int first = Math.min(length, BUFFER - at);
    System.arraycopy(piece, 0, buffer, at, first);
    System.arraycopy(piece, first, buffer, 0, length - first);
    count += length;
    notifyAll();
  }

  /// Nobody reads any more. What still comes is dropped.
  ///
  /// @return whether all has come
  synchronized boolean drop() {
    unwanted = true;
    notifyAll();
    return ended && !failed;
  }

  /// Whether somebody waits for the client, or did when he was interrupted.
  synchronized boolean isAwaited() {
    return awaited;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    awaited = true;
    try {
      while (count == 0 && !ended && !unwanted) {
        wait();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    awaited = false;
    if (count == 0) {
      if (failed || unwanted) {
        throw new IOException("the body of the request breaks off");
      }
      return -1;
    }
    int taken = Math.min(length, count);
    int first = Math.min(taken, BUFFER - start);
    System.arraycopy(buffer, start, target, offset, first);
    System.arraycopy(buffer, 0, target, offset + first, taken - first);
    start = (start + taken) % BUFFER;
    count -= taken;
    notifyAll();
    return taken;
  }

  @Override
  public synchronized int available() {
    return count;
  }
}
