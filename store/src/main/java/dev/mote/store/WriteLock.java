package dev.mote.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The right to change a layout, which one thread of one process of the host has at a time. The
/// kernel takes it from a process that dies.
final class WriteLock implements AutoCloseable {
  static final String NAME = ".lock";

  /// A file lock excludes other processes only. By the directory's device and inode.
  private static final Map<Object, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final ReentrantLock threads;
  private final FileChannel processes;

  private WriteLock(ReentrantLock threads, FileChannel processes) {
    this.threads = threads;
    this.processes = processes;
  }

  /// Waits until nobody else has it.
  ///
  /// @throws IllegalStateException if this thread has it already: the source of a blob writes to
  ///   the layout that the blob is for
  static WriteLock take(Path directory) throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    ReentrantLock threads =
        THREADS.computeIfAbsent(Objects.requireNonNull(key), _ -> new ReentrantLock());
    if (threads.isHeldByCurrentThread()) {
      throw new IllegalStateException("this thread is writing to " + directory + " already");
    }
    threads.lock();
    try {
      return new WriteLock(threads, lock(directory.resolve(NAME)));
    } catch (Throwable e) {
      threads.unlock();
      throw e;
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, CREATE, WRITE, NOFOLLOW_LINKS);
    try {
      var _ = channel.lock();
      return channel;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      processes.close();
    } finally {
      threads.unlock();
    }
  }
}
