package dev.mote.linux;

import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A directory of a [HostMount].
final class HostDirectory extends Directory {
  private static final int BYTES_PER_NAME = 80;

  private final HostMount mount;

  /// Its path within the mount, "" for the mounted directory itself.
  final String path;

  HostDirectory(HostMount mount, String path, PosixFileAttributes attributes) {
    super(
        mount.volume,
        mount.names().inode(attributes),
        HostNames.mode(attributes),
        HostErrors.timestamp(attributes.lastModifiedTime()));
    this.mount = mount;
    this.path = path;
  }

  String pathOf(String name) {
    return HostDirectories.pathOf(path, name);
  }

  /// Puts a file over a name, whether the host has that name or not.
  @Override
  Entry put(String name, Inode inode) {
    Entry entry = new Entry(this, name, inode);
    if (inode instanceof Directory directory) {
      directory.attach(entry);
    }
    mount.attach(entry, pathOf(name));
    return entry;
  }

  @Override
  @Nullable Entry lookup(String name) {
    Entry covering = mount.attachedAt(pathOf(name));
    if (covering != null) {
      return covering;
    }
    Inode inode = mount.find(this, name);
    if (inode == null) {
      return null;
    }
    Entry entry = new Entry(this, name, inode);
    if (inode instanceof Directory directory) {
      directory.attach(entry);
    }
    return entry;
  }

  /// The host counts links of directories by its own rules; 1 is what tells `find` not to conclude
  /// anything.
  @Override
  int links() {
    return 1;
  }

  @Override
  long size() {
    return 4096;
  }

  @Override
  Errno refusal() {
    return Errno.EROFS;
  }

  @Override
  DirectoryListing listing() {
    return new Listing();
  }

  /// The names are read when the first is asked for and remembered until the listing starts again.
  private final class Listing implements DirectoryListing {
    private @Nullable List<String> names;
    private long charged;

    @Override
    public @Nullable Item after(long cookie) {
      if (names == null) {
        names = mount.list(HostDirectory.this);
        charge(names.size() * (long) BYTES_PER_NAME);
      }
      for (long at = Math.max(0, cookie - DOT_DOT); at < names.size(); at++) {
        Entry entry = lookup(names.get((int) at));
        if (entry != null) {
          return new Item(
              entry.name,
              entry.inode.number(),
              FileMode.entryType(entry.inode.mode()),
              at + DOT_DOT + 1);
        }
      }
      return null;
    }

    private void charge(long bytes) {
      if (!volume.bytes.tryCharge(bytes)) {
        names = null;
        throw Errno.ENOMEM.exception();
      }
      charged = bytes;
    }

    @Override
    public void rewind() {
      volume.bytes.release(charged);
      charged = 0;
      names = null;
    }

    @Override
    public void close() {
      rewind();
    }
  }
}
