package dev.mote.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.mote.json.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/// A file that is read: a regular one, never through a link.
///
/// One thing remains to whoever may write into the directory: a FIFO that takes the place of the
/// file between the check and the opening makes the opening wait.
///
/// @param remedy what to do when something is wrong with it
record LayoutFile(Path path, String remedy) implements JsonFile {

  @Override
  public LayoutException fault(String fault) {
    return new LayoutException(path, fault, remedy);
  }

  /// @throws LayoutException if it is missing, or something else than a regular file
  FileChannel open() throws IOException {
    try {
      if (!Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS).isRegularFile()) {
        throw fault("is not a regular file");
      }
      return FileChannel.open(path, StandardOpenOption.READ, NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw fault("is missing");
    }
  }

  /// The whole content.
  ///
  /// @param limit bytes that it may have
  /// @throws LayoutException also if it has more
  byte[] read(int limit) throws IOException {
    try (FileChannel channel = open()) {
      if (channel.size() > limit) {
        throw fault("has %d bytes, more than %d".formatted(channel.size(), limit));
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return Arrays.copyOf(bytes.array(), bytes.position());
    }
  }
}
