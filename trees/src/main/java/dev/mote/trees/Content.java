package dev.mote.trees;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;

/// Bytes of a mapped file, and what messages call them. Thread-safe.
record Content(String name, MemorySegment bytes) {

  long size() {
    return bytes.byteSize();
  }

  /// @throws IndexOutOfBoundsException if it is not within this one
  Content slice(String newName, long start, long count) {
    return new Content(newName, bytes.asSlice(start, count));
  }

  /// Copies bytes.
  ///
  /// @throws IndexOutOfBoundsException if there are not so many in either
  /// @throws UncheckedIOException if the mapping was closed, or the file behind it is shorter now
  void copy(long start, byte[] target, int offset, int count) {
    Objects.checkFromIndexSize(start, count, size());
    try {
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, start, target, offset, count);
    } catch (IllegalStateException e) {
      var closed = new ClosedChannelException();
      closed.initCause(e);
      throw new UncheckedIOException(name + " was closed", closed);
    } catch (InternalError e) {
      throw new UncheckedIOException(new IOException(name + " cannot be read any more", e));
    }
  }

  /// The same bytes, if they are at most so many.
  byte[] whole(int limit) {
    if (size() > limit) {
      throw new FormatException("has %d bytes, more than %d".formatted(size(), limit));
    }
    var all = new byte[(int) size()];
    copy(0, all, 0, all.length);
    return all;
  }
}
