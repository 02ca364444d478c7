package dev.mote.linux;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A directory that lives in the memory of the sandbox. Every name is charged to the quota of
/// files.
final class MemoryDirectory extends Directory {
  /// What a name adds to the size of a directory, as in tmpfs.
  private static final int BYTES_PER_NAME = 20;

  private final Map<String, Entry> byName = new HashMap<>();
  private final TreeMap<Long, Entry> byCookie = new TreeMap<>();
  private long lastCookie = DirectoryListing.DOT_DOT;
  private int subdirectories;

  MemoryDirectory(Volume volume, int mode) {
    super(volume, volume.nextInode(), mode);
  }

  @Override
  @Nullable Entry lookup(String name) {
    return byName.get(name);
  }

  List<Entry> entries() {
    return List.copyOf(byCookie.values());
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  /// Gives a file a name here. The name must be free.
  Entry insert(String name, Inode inode) {
    if (!isRoot() && !entry().reachable()) {
      throw Errno.ENOENT.exception();
    }
    volume.files.charge(1, Errno.ENOSPC);
    return add(name, inode, 1);
  }

  /// The same for what the user of the sandbox supplies: it replaces what is there, and it is not
  /// charged.
  @Override
  Entry put(String name, Inode inode) {
    Entry before = byName.get(name);
    if (before != null) {
      take(before);
    }
    return add(name, inode, 0);
  }

  private Entry add(String name, Inode inode, int charge) {
    Entry entry = new Entry(this, name, inode);
    entry.charge = charge;
    if (inode instanceof Directory directory) {
      directory.attach(entry);
    }
    put(entry);
    return entry;
  }

  /// Takes a name away; the file goes with its last name and its last holder.
  void remove(Entry entry) {
    take(entry);
    volume.files.release(entry.charge);
    entry.removed = true;
    entry.inode.unlinked();
  }

  /// Moves an entry of any directory of this volume here. The name must be free.
  void adopt(Entry entry, String name) {
    if (entry.parent instanceof MemoryDirectory before) {
      before.take(entry);
    }
    entry.parent = this;
    entry.name = name;
    put(entry);
    entry.inode.touchChanged();
  }

  /// Exchanges two entries; each keeps its file and gets the other's place.
  static void exchange(Entry first, Entry second) {
    MemoryDirectory firstParent = (MemoryDirectory) Objects.requireNonNull(first.parent);
    MemoryDirectory secondParent = (MemoryDirectory) Objects.requireNonNull(second.parent);
    String firstName = first.name;
    String secondName = second.name;
    firstParent.take(first);
    secondParent.take(second);
    first.parent = secondParent;
    first.name = secondName;
    second.parent = firstParent;
    second.name = firstName;
    secondParent.put(first);
    firstParent.put(second);
    first.inode.touchChanged();
    second.inode.touchChanged();
  }

  FilesState.Folder save(String given) {
    return new FilesState.Folder(meta(), given, lastCookie);
  }

  void load(FilesState.Folder saved) {
    load(saved.meta());
    lastCookie = saved.lastCookie();
  }

  /// Takes every name away, of those below as well.
  void clear() {
    byName.clear();
    byCookie.clear();
    subdirectories = 0;
  }

  /// Puts a name back, with the cookie that it had.
  void restore(Entry entry) {
    volume.files.charge(entry.charge, Errno.ENOSPC);
    if (byName.put(entry.name, entry) != null || byCookie.put(entry.cookie, entry) != null) {
      throw new IllegalArgumentException("two files of one name: " + entry.name);
    }
    if (entry.inode instanceof Directory) {
      subdirectories++;
    }
  }

  private void put(Entry entry) {
    entry.cookie = ++lastCookie;
    byName.put(entry.name, entry);
    byCookie.put(entry.cookie, entry);
    if (entry.inode instanceof Directory) {
      subdirectories++;
    }
    touchModified();
  }

  private void take(Entry entry) {
    byName.remove(entry.name);
    byCookie.remove(entry.cookie);
    if (entry.inode instanceof Directory) {
      subdirectories--;
    }
    touchModified();
  }

  @Override
  int links() {
    return entry().removed ? 0 : 2 + subdirectories;
  }

  @Override
  long size() {
    return (2L + byName.size()) * BYTES_PER_NAME;
  }

  @Override
  long blocks() {
    return 0;
  }

  @Override
  @Nullable Errno refusal() {
    return volume.readOnly ? Errno.EROFS : null;
  }

  @Override
  DirectoryListing listing() {
    return cookie -> {
      Map.Entry<Long, Entry> next = byCookie.higherEntry(cookie);
      return next == null ? null : DirectoryListing.Item.of(next.getValue());
    };
  }
}
