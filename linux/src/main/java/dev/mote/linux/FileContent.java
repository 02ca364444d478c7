package dev.mote.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes that can be read by position: what a file mapping or the ELF loader needs of a file.
interface FileContent extends AutoCloseable {
  /// The present size in bytes.
  long size();

  /// Reads up to `length` bytes from `position` on and returns how many; 0 at or past the end. Less
  /// than `length` is returned at the end of the file only.
  int read(long position, byte[] target, int offset, int length);

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
