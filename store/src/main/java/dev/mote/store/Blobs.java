package dev.mote.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;

/// The blobs of a layout, which are found by their digest and read only when they are what it says.
/// To write and to delete takes the [WriteLock]; to read does not.
final class Blobs {
  private static final int PIECE = 256 << 10;

  private final Path layout;
  private final Path directory;

  Blobs(LayoutDirectory layout) {
    this.layout = layout.path;
    this.directory = layout.blobs();
  }

  private LayoutFile file(Descriptor blob) {
    return new LayoutFile(
        directory.resolve(blob.digest().hex()), "write the image again, or remove it");
  }

  /// Writes a blob, unless it is there.
  ///
  /// @param added gets it if it was not
  Descriptor write(Blob blob, List<Descriptor> added) throws IOException {
    NewFile.createDirectories(directory);
    try (var file = new NewFile(layout)) {
      var content = new HashingChannel(file.channel);
      blob.writeTo(content);
      Descriptor written = content.describe(blob.mediaType());
      if (!has(written)) {
        file.moveTo(file(written).path());
        added.add(written);
      }
      return written;
    }
  }

  private boolean has(Descriptor blob) throws IOException {
    try (FileChannel channel = open(blob)) {
      channel.force(true); // whoever wrote it
      return true;
    } catch (LayoutException e) {
      return false;
    }
  }

  /// Makes everything last that was written.
  void sync() throws IOException {
    NewFile.sync(directory);
  }

  /// Opens a blob for reading.
  ///
  /// @throws LayoutException if it is not what its descriptor says
  FileChannel open(Descriptor blob) throws IOException {
    LayoutFile file = file(blob);
    FileChannel channel = file.open();
    try {
      requireSize(file, blob, channel.size());
      MessageDigest sha256 = Digest.sha256();
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
      while (channel.read(piece) >= 0) {
        sha256.update(piece.flip());
        piece.clear();
      }
      requireSize(file, blob, channel.position());
      requireDigest(file, blob, sha256);
      return channel.position(0);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /// @param limit bytes that it may have
  /// @throws LayoutException if it has more, or is not what its descriptor says
  byte[] read(Descriptor blob, int limit) throws IOException {
    LayoutFile file = file(blob);
    if (blob.size() > limit) {
      throw file.fault("has %d bytes, more than %d".formatted(blob.size(), limit));
    }
    byte[] content = file.read(limit);
    requireSize(file, blob, content.length);
    MessageDigest sha256 = Digest.sha256();
    sha256.update(content);
    requireDigest(file, blob, sha256);
    return content;
  }

  JsonObject json(Descriptor blob) throws IOException {
    return Json.read(file(blob), read(blob, Json.LARGEST));
  }

  private static void requireSize(LayoutFile file, Descriptor blob, long size) {
    if (size != blob.size()) {
      throw file.fault("has %d bytes, not %d as its descriptor says".formatted(size, blob.size()));
    }
  }

  private static void requireDigest(LayoutFile file, Descriptor blob, MessageDigest sha256) {
    Digest found = Digest.of(sha256);
    if (!found.equals(blob.digest())) {
      throw file.fault("is damaged: its digest is " + found);
    }
  }

  void delete(Descriptor blob) throws IOException {
    Files.deleteIfExists(file(blob).path());
  }

  /// Deletes all others. Files that are not named as blobs are left alone.
  void keepOnly(Set<Digest> needed) throws IOException {
    NewFile.createDirectories(directory);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (Digest.isHex(name)
            && !needed.contains(new Digest(name))
            && !Files.isDirectory(file, NOFOLLOW_LINKS)) {
          Files.delete(file);
        }
      }
    }
  }
}
