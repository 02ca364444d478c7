package dev.mote.trees;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// The mapped files of an archive or an image. Closing it ends every mapping; whoever reads then
/// gets an exception.
///
/// What is compressed is decompressed once, into a file in the directory for temporary ones
/// (`java.io.tmpdir`) whose name is gone before the first byte is written: it ends with the mapping
/// or with the process, however that ends, and nobody else can open it.
final class Storage implements AutoCloseable {
  private static final int PIECE = 256 << 10;

  private final Arena arena = Arena.ofShared();
  private final Budget budget;

  Storage(Budget budget) {
    this.budget = budget;
  }

  Budget budget() {
    return budget;
  }

  /// Maps a regular file.
  ///
  /// @throws TreeException if it is missing or something else
  Content map(Path file, OpenOption... options) throws IOException {
    try {
      if (!Files.isRegularFile(file)) {
        boolean there = Files.exists(file, NOFOLLOW_LINKS);
        throw new FormatException(
            there ? "is not a regular file" : "is missing", "name another file");
      }
      try (FileChannel channel = FileChannel.open(file, withRead(options))) {
        return map(file.toString(), channel);
      }
    } catch (NoSuchFileException e) {
      throw new TreeException(file, "is missing", "name another file");
    } catch (FormatException e) {
      throw e.of(file.toString());
    }
  }

  private static OpenOption[] withRead(OpenOption[] options) {
    var all = new OpenOption[options.length + 1];
    all[0] = READ;
    System.arraycopy(options, 0, all, 1, options.length);
    return all;
  }

  private Content map(String name, FileChannel channel) throws IOException {
    return new Content(name, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
  }

  /// The archive in a blob: the blob itself if it is not compressed.
  ///
  /// @param digest that the blob has, as it is; null if that is not known
  /// @param inner that the archive has; null if that is not known
  /// @throws TreeException if it has not, or cannot be decompressed, or is too large
  Content unpack(Content blob, @Nullable BlobDigest digest, @Nullable BlobDigest inner)
      throws IOException {
    try {
      Compression compression = Compression.of(blob);
      if (compression == Compression.NONE) {
        budget.content(blob.size());
        verify(blob, digest);
        if (inner != null && !inner.equals(digest)) {
          verify(blob, inner);
        }
        return blob;
      }
      return decompress(compression, blob, digest, inner);
    } catch (FormatException e) {
      throw e.of(blob.name());
    } catch (ZipException e) {
      throw new FormatException("is no sound gzip: " + e.getMessage()).of(blob.name());
    } catch (EOFException e) {
      throw new TreeException(blob.name(), "is cut short", "get the whole file");
    }
  }

  private static void verify(Content blob, @Nullable BlobDigest digest) {
    if (digest != null) {
      MessageDigest found = digest.start();
      new SegmentInputStream(blob, found).drain();
      digest.require(found, "its content");
    }
  }

  private Content decompress(
      Compression compression,
      Content blob,
      @Nullable BlobDigest digest,
      @Nullable BlobDigest inner)
      throws IOException {
    MessageDigest found = digest == null ? null : digest.start();
    MessageDigest innerFound = inner == null ? null : inner.start();
    var in = new SegmentInputStream(blob, found);
    Path file = Files.createTempFile("mote-tree", null);
    try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
      Files.delete(file);
      copy(compression.decompress(in), channel, innerFound);
      in.drain();
      if (digest != null && found != null) {
        digest.require(found, "its content");
      }
      if (inner != null && innerFound != null) {
        inner.require(innerFound, "what is compressed in it");
      }
      return map(blob.name(), channel);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void copy(InputStream from, FileChannel to, @Nullable MessageDigest digest)
      throws IOException {
    var piece = new byte[PIECE];
    for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
      budget.content(count);
      if (digest != null) {
        digest.update(piece, 0, count);
      }
      ByteBuffer rest = ByteBuffer.wrap(piece, 0, count);
      while (rest.hasRemaining()) {
        to.write(rest);
      }
    }
  }

  /// The second time does nothing.
  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
