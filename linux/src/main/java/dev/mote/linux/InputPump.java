package dev.mote.linux;

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Brings the bytes of a host's input stream to the guest without ever blocking the thread that
/// runs it: a read that may wait is made by a daemon thread, which signals when it has something.
///
/// The thread reads no more than the guest has asked for, so that what the guest does not want
/// stays in the stream. Only `poll` can cost one byte read ahead, because there is no other way to
/// learn of the end of a stream. The thread starts with the first read that may wait. Closing
/// interrupts it and does not wait for it: a read that the host cannot interrupt keeps its thread
/// until it ends.
final class InputPump implements AutoCloseable {
  private static final int MOST_AT_ONCE = 64 << 10;
  private static final byte[] NOTHING = new byte[0];

  private final InputStream in;
  private final StreamKind kind;
  private final Events events;
  private final WaitQueue waiters = new WaitQueue(); // of the thread that runs the guest

  /// Reads of these streams end at once, so they need no thread.
  private final boolean direct;

  private final Object lock = new Object();
  private byte[] buffer = NOTHING;
  private int start;
  private int end;
  private boolean ended;
  private boolean failed;

  /// How much the thread is reading or is to read; 0 while it rests.
  private int wanted;

  private boolean closed;
  private @Nullable Thread thread;

  InputPump(StandardStreams.Input input, Events events) {
    this.in = input.stream();
    this.kind = input.kind();
    this.events = events;
    this.direct =
        kind == StreamKind.FILE || kind == StreamKind.NULL || in instanceof ByteArrayInputStream;
  }

  /// The file behind the stream, when it is one that can seek.
  @Nullable FileChannel channel() {
    return kind == StreamKind.FILE && in instanceof FileInputStream file ? file.getChannel() : null;
  }

  /// Reads up to `length` bytes; 0 at the end of the stream, WOULD_BLOCK while there is nothing.
  int read(byte[] target, int offset, int length) {
    synchronized (lock) {
      int count = Math.min(length, end - start);
      System.arraycopy(buffer, start, target, offset, count);
      start += count;
      if (count < length && !ended && !failed && wanted == 0) {
        count += readWithoutWaiting(target, offset + count, length - count);
      }
      if (count > 0) {
        return count;
      }
      if (failed) {
        throw Errno.EIO.exception();
      }
      if (ended) {
        // The end of a terminal's input is a key (^D): the next read asks again.
        ended = kind != StreamKind.TERMINAL;
        return 0;
      }
      request(length);
      return OpenFile.WOULD_BLOCK;
    }
  }

  /// What `poll` tells: POLLIN when a read would give bytes, and at the end POLLHUP for a pipe,
  /// POLLIN for everything else. Asking starts a read of one byte when that is the only way to find
  /// out.
  int poll() {
    synchronized (lock) {
      if (start < end || (wanted == 0 && availableInStream() > 0)) {
        return OpenFile.READABLE;
      }
      if (ended || failed || direct) {
        return kind == StreamKind.PIPE ? OpenFile.POLLHUP : OpenFile.READABLE;
      }
      request(1);
      return 0;
    }
  }

  /// Those who wait for bytes. They are to be woken when [Events] say that something has changed.
  WaitQueue waiters() {
    return waiters;
  }

  boolean isWanted() {
    synchronized (lock) {
      return wanted > 0;
    }
  }

  /// How many bytes are known to be there.
  int available() {
    synchronized (lock) {
      return end - start + (wanted == 0 ? availableInStream() : 0);
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (thread != null) {
        thread.interrupt();
      }
      lock.notifyAll();
    }
  }

  private int readWithoutWaiting(byte[] target, int offset, int length) {
    int count = direct ? length : Math.min(length, availableInStream());
    if (count == 0) {
      return 0;
    }
    try {
      int got = in.read(target, offset, count);
      ended = got < 0;
      return Math.max(0, got);
    } catch (IOException | RuntimeException e) {
      failed = true;
      return 0;
    }
  }

  /// Asked only while the thread rests: a stream may lock itself while it reads.
  private int availableInStream() {
    try {
      return ended || failed ? 0 : Math.max(0, in.available());
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  private void request(int length) {
    if (wanted > 0 || closed) {
      return;
    }
    wanted = Math.min(length, MOST_AT_ONCE);
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("mote-stdin").start(this::pump);
    }
    lock.notifyAll();
  }

  private void pump() {
    byte[] bytes = NOTHING;
    while (true) {
      int count = nextRequest();
      if (count == 0) {
        return;
      }
      if (bytes.length < count) {
        bytes = new byte[count];
      }
      int got;
      boolean broken = false;
      try {
        got = in.read(bytes, 0, count);
      } catch (IOException | RuntimeException e) { // the stream is the caller's and may do anything
        got = -1;
        broken = true;
      }
      deliver(bytes, got, broken);
    }
  }

  /// Waits until something is wanted; 0 when the pump is closed.
  private int nextRequest() {
    synchronized (lock) {
      while (wanted == 0 && !closed) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          return 0;
        }
      }
      return closed ? 0 : wanted;
    }
  }

  private void deliver(byte[] bytes, int got, boolean broken) {
    synchronized (lock) {
      wanted = 0;
      failed = broken;
      ended = got < 0 && !broken;
      if (got > 0) {
        buffer = Arrays.copyOf(bytes, got);
        start = 0;
        end = got;
      }
    }
    events.signal();
  }
}
