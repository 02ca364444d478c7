package dev.mote.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.attribute.PosixFileAttributes;

/// A regular file of a [HostMount]: read by position, never as a whole.
final class HostFile extends RegularFile {
  private final HostMount mount;

  /// The path of its directory within the mount.
  final String directory;

  final String name;
  final Object key;
  private final long size;

  HostFile(HostMount mount, String directory, String name, PosixFileAttributes attributes) {
    super(
        mount.volume,
        mount.names().inode(attributes),
        HostNames.mode(attributes),
        HostErrors.timestamp(attributes.lastModifiedTime()));
    this.mount = mount;
    this.directory = directory;
    this.name = name;
    this.key = attributes.fileKey();
    this.size = attributes.size();
  }

  /// The size when the file was looked up.
  @Override
  long size() {
    return size;
  }

  @Override
  FileContent open() {
    return new Content(mount.open(this));
  }

  @Override
  void requireContentWritable() {
    throw Errno.EROFS.exception();
  }

  private record Content(FileChannel channel) implements FileContent {
    @Override
    public long size() {
      try {
        return channel.size();
      } catch (IOException e) {
        throw Errno.EIO.exception();
      }
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
      return read(position, ByteBuffer.wrap(target, offset, length));
    }

    @Override
    public int read(long position, ByteBuffer target) {
      int done = 0;
      try {
        while (target.hasRemaining()) {
          int count = channel.read(target, position + done);
          if (count <= 0) {
            break;
          }
          done += count;
        }
      } catch (IOException e) {
        throw HostErrors.errorOf(e).exception();
      }
      return done;
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // It was only read: nothing is lost, and its descriptor is gone either way.
      }
    }
  }
}
