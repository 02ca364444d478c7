package dev.mote.linux;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A directory of the host and what is below it, for reading.
///
/// Nothing outside of it can be reached. Each directory is opened by one name relative to its
/// opened parent and never through a link (`openat` with `O_NOFOLLOW`), so it does not help an
/// attacker on the host to swap a directory for a link while a path is resolved.
///
/// One thing remains to whoever may write into the directory on the host: a FIFO that takes the
/// place of a file between the check and the opening makes the opening wait.
///
/// Directories are named by their paths from the first one, which is "". Names are those of this
/// package, one character per byte. Thread-safe.
final class HostDirectories implements AutoCloseable {
  private static final int MOST_OPEN = 32;

  private final Path path;
  private final SecureDirectoryStream<Path> root;
  private boolean closed;

  /// Directories that were used last, by their path.
  private final LinkedHashMap<String, SecureDirectoryStream<Path>> opened =
      new LinkedHashMap<>(16, 0.75f, true);

  /// @param directory a directory of the host; links in this path itself are followed, once
  /// @throws IOException when it cannot be opened
  @SuppressWarnings("StreamResourceLeak") // closed with this
  HostDirectories(Path directory) throws IOException {
    path = directory.toRealPath();
    DirectoryStream<Path> stream = Files.newDirectoryStream(path);
    if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
      stream.close();
      throw new IOException(directory + ": its file system gives no directory handles");
    }
    root = secure;
  }

  static String pathOf(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }

  /// What the first directory is like.
  synchronized PosixFileAttributes attributes() throws IOException {
    return view(stream(""), Path.of("."));
  }

  synchronized PosixFileAttributes attributes(String directory, String name) throws IOException {
    return view(stream(directory), host(name));
  }

  /// What only a path tells: `mode`, `uid`, `gid`, `nlink` and `rdev` of `stat`. Empty if the path
  /// does not lead to the file that has this key: then somebody is moving things about.
  Map<String, Object> details(String directory, String name, Object key) throws IOException {
    Path file = path.resolve(host(directory)).resolve(host(name));
    try {
      var found =
          Files.readAttributes(file, "unix:mode,uid,gid,nlink,rdev,fileKey", NOFOLLOW_LINKS);
      return key.equals(found.get("fileKey")) ? found : Map.of();
    } catch (FileSystemException e) {
      return Map.of(); // also for a path that is longer than any may be
    }
  }

  /// The text of a link. Java reads it by path only, so it counts just when the path leads to the
  /// very link that was found in the opened directory, before and after.
  ///
  /// @param key of the link that was found
  String linkText(String directory, String name, Object key) throws IOException {
    Path link = path.resolve(host(directory)).resolve(host(name));
    requireSame(link, key);
    String target = HostNames.fromHost(Files.readSymbolicLink(link));
    requireSame(link, key);
    return target;
  }

  private static void requireSame(Path link, Object key) throws IOException {
    if (!key.equals(Files.readAttributes(link, "fileKey", NOFOLLOW_LINKS).get("fileKey"))) {
      throw new NoSuchFileException(link.toString());
    }
  }

  /// Opens a regular file for reading.
  ///
  /// @param key of the file that was found
  synchronized FileChannel open(String directory, String name, Object key) throws IOException {
    SecureDirectoryStream<Path> stream = stream(directory);
    PosixFileAttributes attributes = view(stream, host(name));
    if (!attributes.isRegularFile() || !key.equals(attributes.fileKey())) {
      throw new NoSuchFileException(name);
    }
    return (FileChannel)
        stream.newByteChannel(host(name), Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
  }

  /// The names in a directory, in the host's order.
  synchronized List<String> list(String directory) throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> fresh =
        stream(directory).newDirectoryStream(Path.of("."), NOFOLLOW_LINKS)) {
      Iterator<Path> iterator = fresh.iterator();
      while (iterator.hasNext()) {
        found.add(HostNames.fromHost(iterator.next().getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    return found;
  }

  private static PosixFileAttributes view(SecureDirectoryStream<Path> stream, Path name)
      throws IOException {
    return stream
        .getFileAttributeView(name, PosixFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes();
  }

  /// The host's name for one that came from the host.
  private static Path host(String name) throws IOException {
    Path host = HostNames.toHost(name);
    if (host == null) {
      throw new NoSuchFileException(name);
    }
    return host;
  }

  /// Opens a directory, from the deepest one above it that is still open.
  private SecureDirectoryStream<Path> stream(String directory) throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    int end = directory.length();
    SecureDirectoryStream<Path> stream = end == 0 ? root : opened.get(directory);
    while (stream == null) {
      end = Math.max(0, directory.lastIndexOf('/', end - 1));
      stream = end == 0 ? root : opened.get(directory.substring(0, end));
    }
    while (end < directory.length()) {
      int start = end == 0 ? 0 : end + 1;
      int slash = directory.indexOf('/', start);
      end = slash < 0 ? directory.length() : slash;
      stream = below(stream, directory.substring(start, end));
      opened.put(directory.substring(0, end), stream);
      closeEldest();
    }
    return stream;
  }

  private static SecureDirectoryStream<Path> below(SecureDirectoryStream<Path> parent, String name)
      throws IOException {
    Path host = host(name);
    if (!view(parent, host).isDirectory()) {
      throw new NotDirectoryException(name);
    }
    return parent.newDirectoryStream(host, NOFOLLOW_LINKS);
  }

  private void closeEldest() throws IOException {
    if (opened.size() > MOST_OPEN) {
      Iterator<SecureDirectoryStream<Path>> eldest = opened.values().iterator();
      SecureDirectoryStream<Path> stream = eldest.next();
      eldest.remove();
      stream.close();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    opened.values().forEach(HostDirectories::closeQuietly);
    opened.clear();
    closeQuietly(root);
  }

  private static void closeQuietly(SecureDirectoryStream<Path> stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // It was only read: nothing is lost, and its descriptor is gone either way.
    }
  }
}
