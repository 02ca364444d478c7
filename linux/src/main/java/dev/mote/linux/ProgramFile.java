package dev.mote.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A program of the host's, read once and checked: any number of guests can be made from it.
/// Immutable, thread-safe.
public final class ProgramFile {
  /// The largest program file that is read: 1 GiB.
  static final long MAX_SIZE = 1L << 30;

  private final MemorySegment bytes;
  private final ElfImage image;

  private ProgramFile(MemorySegment bytes, ElfImage image) {
    this.bytes = bytes;
    this.image = image;
  }

  /// Reads a program.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws ElfException if it is not a program that can run, with the reason
  public static ProgramFile read(Path path) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return read(channel);
    }
  }

  /// Reads a program from the beginning of a file to its end.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws ElfException if it is not a program that can run, with the reason
  public static ProgramFile read(FileChannel channel) throws IOException {
    long size = channel.size();
    if (size > MAX_SIZE) {
      throw new ElfException(
          ElfException.Reason.TOO_LARGE, "is larger than " + (MAX_SIZE >> 20) + " MiB");
    }
    // A copy, so that whoever writes to the file meanwhile cannot change what was checked.
    // Not from an Arena, which zeroes it in a loop of Java: 3 ms per MiB in a JVM just started.
    var buffer = ByteBuffer.allocateDirect((int) size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException("the program became shorter while it was read");
      }
    }
    MemorySegment whole = MemorySegment.ofBuffer(buffer.flip()).asReadOnly();
    return new ProgramFile(whole, ElfImage.parse(FileContent.of(whole), Long.MAX_VALUE));
  }

  /// Writes the file as it was read.
  public void writeTo(WritableByteChannel to) throws IOException {
    ByteBuffer rest = bytes.asByteBuffer();
    while (rest.hasRemaining()) {
      to.write(rest);
    }
  }

  MemorySegment bytes() {
    return bytes;
  }

  ElfImage image() {
    return image;
  }
}
