package dev.mote.server;

import dev.mote.functions.FunctionFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Tells when something has changed in a function's folder, once it has been quiet for a moment:
/// editors and compilers write several files, some of them twice.
final class FolderWatch implements AutoCloseable {
  private static final long QUIET_MILLIS = 100;

  private final FunctionFolder folder;
  private final WatchService service;

  /// @throws UncheckedIOException if the folder cannot be watched
  FolderWatch(FunctionFolder folder) {
    this.folder = folder;
    try {
      service = folder.path().getFileSystem().newWatchService();
      register();
    } catch (IOException e) {
      throw new UncheckedIOException(folder.path() + " cannot be watched: " + e.getMessage(), e);
    }
  }

  /// All directories, also those that have come since.
  private void register() throws IOException {
    Files.walkFileTree(
        folder.path(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (!path.equals(folder.path()) && FunctionFolder.isMade(path)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            path.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) {
            return FileVisitResult.CONTINUE; // it has gone again
          }
        });
  }

  /// Waits for a change.
  ///
  /// @return false if the watch was closed
  /// @throws InterruptedException if the thread is interrupted
  boolean await() throws InterruptedException {
    try {
      boolean isChange = false;
      while (!isChange) {
        isChange = forget(service.take());
        for (WatchKey key = poll(); key != null; key = poll()) {
          isChange |= forget(key);
        }
        register();
      }
      return true;
    } catch (ClosedWatchServiceException _) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable WatchKey poll() throws InterruptedException {
    return service.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Whether it was about more than what is made again.
  private static boolean forget(WatchKey key) {
    boolean isChange =
        key.pollEvents().stream()
            .anyMatch(
                event -> !(event.context() instanceof Path path) || !FunctionFolder.isMade(path));
    key.reset();
    return isChange;
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
