package dev.mote.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/// Bytes that can be read by position: what a file mapping or the ELF loader needs of a file.
interface FileContent extends AutoCloseable {
  /// What is read through the heap is read in pieces of so many bytes.
  int PIECE = 64 << 10;

  /// The present size in bytes.
  long size();

  /// Reads up to `length` bytes from `position` on and returns how many; 0 at or past the end. Less
  /// than `length` is returned at the end of the file only.
  int read(long position, byte[] target, int offset, int length);

  /// Reads into a buffer, as much as it has room for; less at the end of the file only.
  ///
  /// @return how many bytes
  default int read(long position, ByteBuffer target) {
    byte[] piece = new byte[Math.min(PIECE, target.remaining())];
    int done = 0;
    while (target.hasRemaining()) {
      int count = read(position + done, piece, 0, Math.min(piece.length, target.remaining()));
      if (count == 0) {
        break;
      }
      target.put(piece, 0, count);
      done += count;
    }
    return done;
  }

  /// Frees what this view of the file holds (a descriptor of the host).
  @Override
  default void close() {}

  /// A content that is these bytes; they are not copied.
  static FileContent of(byte[] bytes) {
    return new FileContent() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        if (position >= bytes.length) {
          return 0;
        }
        int count = Math.min(length, bytes.length - (int) position);
        System.arraycopy(bytes, (int) position, target, offset, count);
        return count;
      }
    };
  }

  /// The same for memory outside of the heap.
  static FileContent of(MemorySegment bytes) {
    return new FileContent() {
      @Override
      public long size() {
        return bytes.byteSize();
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        int count = Math.clamp(bytes.byteSize() - position, 0, length);
        if (count > 0) {
          MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, target, offset, count);
        }
        return count;
      }
    };
  }
}
