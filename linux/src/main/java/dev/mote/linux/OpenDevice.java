package dev.mote.linux;

import dev.mote.machine.HostRandom;
import java.util.Arrays;

/// `/dev/null`, `/dev/zero`, `/dev/full`, `/dev/random` and `/dev/urandom`.
final class OpenDevice extends OpenFile {
  private final Kind kind;

  enum Kind {
    NULL,
    ZERO,
    FULL,
    RANDOM
  }

  OpenDevice(Entry entry, int flags, Kind kind) {
    super(entry, flags);
    this.kind = kind;
  }

  @Override
  boolean isWatchable() {
    return kind == Kind.RANDOM;
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenSpecial(place, flags());
  }

  @Override
  int read(byte[] target, int offset, int length) {
    switch (kind) {
      case NULL -> {
        return 0;
      }
      case ZERO, FULL -> Arrays.fill(target, offset, offset + length, (byte) 0);
      case RANDOM -> {
        byte[] bytes = new byte[length];
        HostRandom.fill(bytes);
        System.arraycopy(bytes, 0, target, offset, length);
      }
    }
    return length;
  }

  @Override
  int write(byte[] source, int offset, int length) {
    if (kind == Kind.FULL) {
      throw Errno.ENOSPC.exception();
    }
    return length;
  }

  @Override
  int readAt(long position, byte[] target, int offset, int length) {
    return read(target, offset, length);
  }

  @Override
  int writeAt(long position, byte[] source, int offset, int length) {
    return write(source, offset, length);
  }

  @Override
  long seek(long offset, int whence) {
    return 0;
  }

  @Override
  boolean isPositioned() {
    return true;
  }

  /// `/dev/zero` can be mapped: that is memory of zeros.
  @Override
  FileContent content() {
    if (kind != Kind.ZERO) {
      return super.content();
    }
    return new FileContent() {
      @Override
      public long size() {
        return Long.MAX_VALUE;
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        Arrays.fill(target, offset, offset + length, (byte) 0);
        return length;
      }
    };
  }
}
