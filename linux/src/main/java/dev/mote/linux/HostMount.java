package dev.mote.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A directory of the host that the guest sees, read-only.
///
/// Nothing outside of it can be reached ([HostDirectories]). `..` and the texts of links never
/// reach the host: [PathWalk] interprets them in the guest's tree. Devices, sockets and FIFOs do
/// not show at all.
final class HostMount implements AutoCloseable {
  final Volume volume;
  private final HostDirectories directories;
  private final HostNames names;

  /// What the guest's tree has inside this mount that is not of it: further mounts.
  private final Map<String, Entry> attached = new HashMap<>();

  /// @param directory a directory of the host; links in this path itself are followed, once
  /// @throws IOException when it cannot be opened
  HostMount(Path directory, Volume volume, HostNames names) throws IOException {
    this.volume = volume;
    this.names = names;
    directories = new HostDirectories(directory);
  }

  /// The directory that is mounted, as the guest sees it.
  HostDirectory directory() throws IOException {
    return new HostDirectory(this, "", directories.attributes());
  }

  /// The one regular file that is mounted of this directory.
  HostFile only(HostDirectory directory, Path name) throws IOException {
    String itsName = HostNames.fromHost(name);
    PosixFileAttributes attributes = directories.attributes("", itsName);
    if (!attributes.isRegularFile()) {
      throw new IOException(name + " is not a regular file");
    }
    return new HostFile(this, directory.path, itsName, attributes);
  }

  /// The file of that name in a directory of this mount; null when there is none that may show.
  @Nullable Inode find(HostDirectory directory, String name) {
    PosixFileAttributes attributes;
    try {
      attributes = directories.attributes(directory.path, name);
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
    return attributes.isSymbolicLink() ? link(directory.path, name, attributes) : null;
  }

  private SymbolicLink link(String directory, String name, PosixFileAttributes attributes) {
    return SymbolicLink.ofHost(
        volume,
        names.inode(attributes),
        attributes.size(),
        HostErrors.timestamp(attributes.lastModifiedTime()),
        () -> target(directory, name, attributes.fileKey()));
  }

  private String target(String directory, String name, Object key) {
    try {
      return directories.linkText(directory, name, key);
    } catch (IOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }

  /// Opens a regular file for reading.
  FileChannel open(HostFile file) {
    try {
      return directories.open(file.directory, file.name, file.key);
    } catch (IOException e) {
      throw HostErrors.errorOf(e).exception();
    }
  }

  /// The names in a directory, in the host's order, further mounts included.
  List<String> list(HostDirectory directory) {
    List<String> found;
    try {
      found = directories.list(directory.path);
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
    directories.close();
  }
}
