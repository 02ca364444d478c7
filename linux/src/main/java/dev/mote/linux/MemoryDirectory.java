package dev.mote.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A directory that lives in the memory of the sandbox. Every name is charged to the quota of
/// files.
///
/// It may lie over a directory of the tree below ([TreeNames]): then it has the names of that one
/// as well. A name from there gets its entry when it is looked up.
final class MemoryDirectory extends Directory {
  /// What a name adds to the size of a directory, as in tmpfs.
  private static final int BYTES_PER_NAME = 20;

  /// Else `stat` would have to read the directory.
  private static final int SIZE_OVER_TREE = 4096;

  private final Map<String, Entry> byName = new HashMap<>();
  private final TreeMap<Long, Entry> byCookie = new TreeMap<>();
  private final @Nullable TreeNames below;
  private long lastCookie;

  /// Directories in it; over a directory of the tree, how many more than that has.
  private int subdirectories;

  /// Whether a file without a name counts this as its directory.
  private boolean holdsNameless;

  MemoryDirectory(Volume volume, int mode) {
    super(volume, volume.nextInode(), mode);
    below = null;
    lastCookie = DirectoryListing.DOT_DOT;
  }

  /// One that lies over a directory of the tree.
  MemoryDirectory(Volume volume, TreeNames below) {
    super(volume, below.place.number, 0);
    this.below = below;
    lastCookie = TreeNames.COOKIES;
  }

  @Override
  @Nullable Entry lookup(String name) {
    Entry entry = byName.get(name);
    return entry == null && below != null ? lookBelow(below, name) : entry;
  }

  private @Nullable Entry lookBelow(TreeNames names, String name) {
    Inode inode = names.find(name);
    if (inode == null) {
      return null;
    }
    Entry entry = new Entry(this, name, inode);
    if (inode instanceof Directory directory) {
      directory.attach(entry);
    }
    byName.put(name, entry);
    return entry;
  }

  /// The entries that there are; names that only the tree below knows have none.
  List<Entry> entries() {
    var entries = new ArrayList<Entry>();
    for (Entry entry : byName.values()) {
      if (entry.isFromTree()) {
        entries.add(entry);
      }
    }
    entries.addAll(byCookie.values());
    return entries;
  }

  boolean isEmpty() {
    return count() == 0;
  }

  void holdNameless() {
    holdsNameless = true;
  }

  /// Whether somebody may know it by what is in it.
  boolean isRemembered() {
    return holdsNameless || !byName.isEmpty();
  }

  /// Forgets entries of the tree that are not used; they are made again when they are looked up.
  ///
  /// @return how many directories are left
  int forget(Predicate<Inode> unused) {
    byName.values().removeIf(entry -> entry.isFromTree() && unused.test(entry.inode));
    return (int) byName.values().stream().filter(e -> e.inode instanceof Directory).count();
  }

  private int count() {
    return byCookie.size() + (below == null ? 0 : below.count());
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
    Entry before = lookup(name);
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
    entry.removed = true;
    entry.inode.unlinked();
    volume.files.release(entry.charge);
    if (entry.charge > 0 && entry.inode.isLeftUncharged()) {
      entry.inode.chargeNameless(Errno.ENOSPC); // there is room, just now
    }
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

  /// What the tree below has as well; null if it lies over none.
  @Nullable TreeNames below() {
    return below;
  }

  long lastCookie() {
    return lastCookie;
  }

  void load(FilesState.Folder saved) {
    load(saved.meta());
    lastCookie = saved.lastCookie();
  }

  /// As it was over the directory of the tree.
  ///
  /// @throws IllegalArgumentException if it lies over none
  void load(FilesState.TreeFolder saved) {
    if (below == null) {
      throw new IllegalArgumentException("a directory that is not of the tree");
    }
    if (saved.meta() != null) {
      loadChanged(saved.meta(), saved.charged());
    }
    lastCookie = saved.lastCookie();
    saved.hidden().forEach(below::hide);
    subdirectories = -below.hiddenDirectories();
  }

  FilesState.TreeFolder saveOverTree(int origin) {
    return new FilesState.TreeFolder(
        origin,
        isAsInTree() ? null : meta(),
        isCharged(),
        lastCookie,
        below == null ? List.of() : below.hidden());
  }

  /// Takes every name away, of those below as well; those of the tree below are back.
  void clear() {
    byName.clear();
    byCookie.clear();
    subdirectories = 0;
    if (below != null) {
      below.showAll();
    }
  }

  /// Puts a name back, with the cookie that it had.
  void restore(Entry entry) {
    volume.files.charge(entry.charge, Errno.ENOSPC);
    if (byName.put(entry.name, entry) != null) {
      throw new IllegalArgumentException("two files of one name: " + entry.name);
    }
    if (entry.isFromTree()) {
      if (below == null || !below.has(entry.name)) {
        throw new IllegalArgumentException("a name that the tree has not: " + entry.name);
      }
      return;
    }
    if (byCookie.put(entry.cookie, entry) != null) {
      throw new IllegalArgumentException("two names at one place: " + entry.name);
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
    if (below != null && entry.isFromTree()) {
      below.hide(entry.name);
    }
    byCookie.remove(entry.cookie);
    if (entry.inode instanceof Directory) {
      subdirectories--;
    }
    touchModified();
  }

  @Override
  int links() {
    if (entry().removed) {
      return 0;
    }
    if (below == null) {
      return 2 + subdirectories;
    }
    int inTree = below.links();
    return inTree < 2 ? 1 : Math.max(2, inTree + subdirectories);
  }

  @Override
  boolean hasNoName() {
    return entry().removed;
  }

  @Override
  long size() {
    return below == null ? (2L + byName.size()) * BYTES_PER_NAME : SIZE_OVER_TREE;
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
      long inTree = below == null ? TreeNames.COOKIES : below.next(cookie);
      if (below != null && inTree < TreeNames.COOKIES) {
        return itemOfTree(below, inTree);
      }
      Map.Entry<Long, Entry> next = byCookie.higherEntry(cookie);
      return next == null ? null : DirectoryListing.Item.of(next.getValue());
    };
  }

  private DirectoryListing.Item itemOfTree(TreeNames names, long cookie) {
    String name = names.name(cookie);
    DirectoryListing.Item item = byName.containsKey(name) ? null : names.item(cookie);
    if (item != null) {
      return item;
    }
    Inode inode = Objects.requireNonNull(lookup(name)).inode;
    return new DirectoryListing.Item(
        name, inode.number(), FileMode.entryType(inode.mode()), cookie);
  }
}
