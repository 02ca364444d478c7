package dev.mote.store;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A file that gets its name when it is whole and on the disk, so that nobody sees half of it and
/// no crash leaves half of it.
///
/// It is written under a name that is always the same: whoever holds the [WriteLock] is the only
/// one to use it, and replaces what a writer left there that died.
final class NewFile implements AutoCloseable {
  static final String UNFINISHED = ".writing";

  private final Path unfinished;
  final FileChannel channel;

  /// @param directory the one of the layout; blobs begin there too, where no tool looks for blobs
  NewFile(Path directory) throws IOException {
    unfinished = directory.resolve(UNFINISHED);
    Files.deleteIfExists(unfinished);
    channel = FileChannel.open(unfinished, CREATE_NEW, WRITE);
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }

  /// Gives it its name, in place of what had the name. That lasts when the directory is [#sync]ed.
  void moveTo(Path target) throws IOException {
    channel.force(true);
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(unfinished);
  }

  /// Makes the names in a directory last.
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  /// Makes a directory that lasts, with those above it, unless it is there.
  static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path above = directory.toAbsolutePath().getParent();
    if (above != null) {
      createDirectories(above);
      Files.createDirectories(directory);
      sync(above);
    }
  }
}
