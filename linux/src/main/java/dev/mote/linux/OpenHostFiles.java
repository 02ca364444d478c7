package dev.mote.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.Iterator;
import java.util.LinkedHashMap;

/// The files of a [HostTree] that were read last, open. Thread-safe.
///
/// A channel may be closed while it is read: because others are wanted more, or by an interrupt of
/// another thread that reads it. Then the file is opened again.
final class OpenHostFiles implements AutoCloseable {
  private static final int MOST_OPEN = 64;

  private final HostDirectories directories;
  private final LinkedHashMap<Place, FileChannel> opened = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  /// Where a file was found.
  ///
  /// @param key what the host knows it by
  record Place(String directory, String name, Object key) {}

  OpenHostFiles(HostDirectories directories) {
    this.directories = directories;
  }

  /// Reads up to `count` bytes into a buffer, fewer at the end only, and returns how many.
  ///
  /// @throws IOException if it is not the file that was found there
  int read(Place file, long position, ByteBuffer target, int count) throws IOException {
    int start = target.position();
    while (true) {
      FileChannel channel = open(file);
      try {
        int read = read(channel, position, target.slice(start, count));
        target.position(start + read);
        return read;
      } catch (ClosedByInterruptException e) {
        throw e; // of this very thread
      } catch (ClosedChannelException e) {
        forget(file, channel);
      }
    }
  }

  private static int read(FileChannel channel, long position, ByteBuffer target)
      throws IOException {
    int start = target.position();
    while (target.hasRemaining()) {
      if (channel.read(target, position + target.position() - start) < 0) {
        break;
      }
    }
    return target.position() - start;
  }

  private synchronized FileChannel open(Place file) throws IOException {
    if (closed) {
      throw new IOException("the tree is closed");
    }
    FileChannel channel = opened.get(file);
    if (channel == null) {
      channel = directories.open(file.directory(), file.name(), file.key());
      opened.put(file, channel);
      if (opened.size() > MOST_OPEN) {
        Iterator<FileChannel> eldest = opened.values().iterator();
        FileChannel least = eldest.next();
        eldest.remove();
        least.close();
      }
    }
    return channel;
  }

  private synchronized void forget(Place file, FileChannel channel) {
    opened.remove(file, channel);
  }

  @Override
  public synchronized void close() {
    closed = true;
    opened.values().forEach(OpenHostFiles::closeQuietly);
    opened.clear();
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It was only read: nothing is lost, and its descriptor is gone either way.
    }
  }
}
