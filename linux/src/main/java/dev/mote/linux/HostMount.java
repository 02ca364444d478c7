package dev.mote.linux;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A directory of the host that the guest sees, read-only.
///
/// Nothing outside of it can be reached. Each directory is opened by one name relative to its
/// opened parent and never through a link (`openat` with `O_NOFOLLOW`), so it does not help an
/// attacker on the host to swap a directory for a link while a path is resolved. `..` and the texts
/// of links never reach the host: [PathWalk] interprets them in the guest's tree. Devices, sockets
/// and FIFOs do not show at all.
///
/// One thing remains to whoever may write into the directory on the host: a FIFO that takes the
/// place of a file between the check and the opening makes the opening wait.
final class HostMount implements AutoCloseable {
  private static final int MOST_OPEN_DIRECTORIES = 32;

  final Volume volume;
  private final Path path;
  private final SecureDirectoryStream<Path> root;
  private final HostNames names;

  /// Directories that were used last, by their path within the mount.
  private final LinkedHashMap<String, SecureDirectoryStream<Path>> opened =
      new LinkedHashMap<>(16, 0.75f, true);

  /// What the guest's tree has inside this mount that is not of it: further mounts.
  private final Map<String, Entry> attached = new HashMap<>();

  /// @param directory a directory of the host; links in this path itself are followed, once
  /// @throws IOException when it cannot be opened
  @SuppressWarnings("StreamResourceLeak") // closed with the mount
  HostMount(Path directory, Volume volume, HostNames names) throws IOException {
    this.path = directory.toRealPath();
    this.volume = volume;
    this.names = names;
    DirectoryStream<Path> stream = Files.newDirectoryStream(path);
    if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
      stream.close();
      throw new IOException(directory + ": its file system gives no directory handles");
    }
    this.root = secure;
  }

  /// The directory that is mounted, as the guest sees it.
  HostDirectory directory() throws IOException {
    return new HostDirectory(this, "", view(root, "."));
  }

  /// The one regular file that is mounted of this directory.
  HostFile only(HostDirectory directory, Path name) throws IOException {
    PosixFileAttributes attributes = view(root, name.toString());
    if (!attributes.isRegularFile()) {
      throw new IOException(path.resolve(name) + " is not a regular file");
    }
    return new HostFile(this, directory.path, names.fromHost(name), attributes);
  }

  private static PosixFileAttributes view(SecureDirectoryStream<Path> stream, String name)
      throws IOException {
    return stream
        .getFileAttributeView(Path.of(name), PosixFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes();
  }

  /// The file of that name in a directory of this mount; null when there is none that may show.
  @Nullable Inode find(HostDirectory directory, String name) {
    Path hostName = names.toHost(name);
    if (hostName == null) {
      return null;
    }
    PosixFileAttributes attributes;
    try {
      attributes = view(stream(directory.path), hostName.toString());
    } catch (IOException e) {
      if (HostErrors.errorOf(e) == Errno.ENOENT) {
        return null;
      }
      throw HostErrors.errorOf(e).exception();
    }
    if (attributes.isDirectory()) {
      return new HostDirectory(this, directory.pathOf(name), attributes);
    }
    if (attributes.isRegularFile()) {
      return new HostFile(this, directory.path, name, attributes);
    }
    return attributes.isSymbolicLink() ? link(directory.path, hostName, attributes) : null;
  }

  private SymbolicLink link(String directory, Path name, PosixFileAttributes attributes) {
    return SymbolicLink.ofHost(
        volume,
        names.inode(attributes),
        attributes.size(),
        HostErrors.timestamp(attributes.lastModifiedTime()),
        () -> target(directory, name, attributes.fileKey()));
  }

  /// The text of a link. Java reads it by path only, so it counts just when the path leads to the
  /// very link that was found in the opened directory, before and after.
  private String target(String directory, Path name, Object key) {
    Path link = path.resolve(names.requireHost(directory)).resolve(name);
    try {
      requireSame(link, key);
      String target = names.fromHost(Files.readSymbolicLink(link));
      requireSame(link, key);
      return target;
    } catch (IOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }

  private static void requireSame(Path link, Object key) throws IOException {
    if (!key.equals(
        Files.readAttributes(link, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey())) {
      throw Errno.ENOENT.exception();
    }
  }

  /// Opens a regular file for reading.
  FileChannel open(HostFile file) {
    Path name = names.requireHost(file.name);
    try {
      SecureDirectoryStream<Path> stream = stream(file.directory);
      requireRegular(stream, name, file);
      SeekableByteChannel channel =
          stream.newByteChannel(name, Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
      return (FileChannel) channel;
    } catch (IOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }

  private void requireRegular(SecureDirectoryStream<Path> stream, Path name, HostFile file)
      throws IOException {
    PosixFileAttributes attributes = view(stream, name.toString());
    if (!attributes.isRegularFile() || names.inode(attributes) != file.number()) {
      throw Errno.ENOENT.exception();
    }
  }

  /// The names in a directory, in the host's order, further mounts included.
  List<String> list(HostDirectory directory) {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> fresh =
        stream(directory.path).newDirectoryStream(Path.of("."), NOFOLLOW_LINKS)) {
      Iterator<Path> iterator = fresh.iterator();
      while (iterator.hasNext()) {
        found.add(names.fromHost(iterator.next().getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw HostErrors.errorOf(Objects.requireNonNull(e.getCause())).exception();
    } catch (IOException e) {
      throw HostErrors.errorOf(e).exception();
    }
    attached.forEach((where, entry) -> {
      boolean here = where.equals(directory.pathOf(entry.name));
      if (here && !found.contains(entry.name)) {
        found.add(entry.name);
      }
    });
    return found;
  }

  /// Opens a directory, from the mounted one down.
  private SecureDirectoryStream<Path> stream(String directory) throws IOException {
    if (directory.isEmpty()) {
      return root;
    }
    SecureDirectoryStream<Path> known = opened.get(directory);
    if (known != null) {
      return known;
    }
    int slash = directory.lastIndexOf('/');
    SecureDirectoryStream<Path> parent = stream(directory.substring(0, Math.max(0, slash)));
    Path name = names.requireHost(directory.substring(slash + 1));
    if (!view(parent, name.toString()).isDirectory()) {
      throw Errno.ENOTDIR.exception();
    }
    SecureDirectoryStream<Path> stream = parent.newDirectoryStream(name, NOFOLLOW_LINKS);
    opened.put(directory, stream);
    closeEldest();
    return stream;
  }

  private void closeEldest() throws IOException {
    if (opened.size() > MOST_OPEN_DIRECTORIES) {
      Iterator<SecureDirectoryStream<Path>> eldest = opened.values().iterator();
      SecureDirectoryStream<Path> stream = eldest.next();
      eldest.remove();
      stream.close();
    }
  }

  HostNames names() {
    return names;
  }

  /// Puts something else over a name of this mount.
  void attach(Entry entry, String path) {
    attached.put(path, entry);
  }

  @Nullable Entry attachedAt(String path) {
    return attached.isEmpty() ? null : attached.get(path);
  }

  @Override
  public void close() {
    opened.values().forEach(HostMount::closeQuietly);
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
