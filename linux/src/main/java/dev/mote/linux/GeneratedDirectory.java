package dev.mote.linux;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A directory of `/proc` or `/sys`: its names come from the host's program and guests cannot
/// change them.
final class GeneratedDirectory extends Directory {
  private final Map<String, Entry> fixed = new LinkedHashMap<>();
  private final Source dynamic;
  private @Nullable Consumer<GeneratedDirectory> filler; // null once it was called, or for none

  /// Names that come and go, such as those of open descriptors.
  interface Source {
    List<String> names();

    /// The file of that name, a new one each time; null if there is none.
    @Nullable Inode find(String name);

    /// How many of the names are directories.
    default int directories() {
      return 0;
    }

    /// No names.
    static Source none() {
      return new Source() {
        @Override
        public List<String> names() {
          return List.of();
        }

        @Override
        public @Nullable Inode find(String name) {
          return null;
        }
      };
    }
  }

  GeneratedDirectory(Volume volume) {
    this(volume, 0555, Source.none());
  }

  GeneratedDirectory(Volume volume, int mode, Source dynamic) {
    super(volume, volume.nextInode(), mode);
    this.dynamic = dynamic;
  }

  /// One whose names are put into it when somebody looks for the first time: most guests never
  /// look, and to make all of `/proc` takes a tenth of the time in which a guest starts.
  static GeneratedDirectory filledBy(Volume volume, Consumer<GeneratedDirectory> filler) {
    var directory = new GeneratedDirectory(volume);
    directory.filler = filler;
    return directory;
  }

  private Map<String, Entry> fixed() {
    Consumer<GeneratedDirectory> awaited = filler;
    if (awaited != null) {
      filler = null;
      awaited.accept(this);
    }
    return fixed;
  }

  /// Adds a name that stays.
  GeneratedDirectory with(String name, Inode inode) {
    put(name, inode);
    return this;
  }

  /// The same, and tells the entry.
  @Override
  Entry put(String name, Inode inode) {
    Entry entry = new Entry(this, name, inode);
    entry.cookie = DirectoryListing.DOT_DOT + 1 + fixed().size();
    if (inode instanceof Directory directory) {
      directory.attach(entry);
    }
    fixed.put(name, entry);
    return entry;
  }

  /// Adds a text file that is made anew whenever it is read from its start.
  GeneratedDirectory with(String name, Supplier<byte[]> text) {
    return with(name, new GeneratedFile(volume, 0444, text));
  }

  @Override
  @Nullable Entry lookup(String name) {
    Entry entry = fixed().get(name);
    if (entry != null) {
      return entry;
    }
    Inode inode = dynamic.find(name);
    if (inode == null) {
      return null;
    }
    entry = new Entry(this, name, inode);
    if (inode instanceof Directory directory) {
      directory.attach(entry);
    }
    return entry;
  }

  @Override
  int links() {
    int inIt = (int) fixed().values().stream().filter(e -> e.inode instanceof Directory).count();
    return 2 + inIt + dynamic.directories();
  }

  @Override
  long size() {
    return 0;
  }

  @Override
  Errno refusal() {
    return Errno.EPERM;
  }

  @Override
  DirectoryListing listing() {
    return new Listing();
  }

  /// The names as they were when the first was asked for.
  private final class Listing implements DirectoryListing {
    private @Nullable List<Item> items;

    @Override
    public @Nullable Item after(long cookie) {
      if (items == null) {
        items = collect();
      }
      long index = Math.max(0, cookie - DOT_DOT);
      return index < items.size() ? items.get((int) index) : null;
    }

    private List<Item> collect() {
      List<Item> found = new ArrayList<>();
      fixed().values().forEach(entry -> found.add(Item.of(entry)));
      for (String name : dynamic.names()) {
        Inode inode = dynamic.find(name);
        if (inode != null) {
          int type = FileMode.entryType(inode.mode());
          found.add(new Item(name, inode.number(), type, DOT_DOT + 1 + found.size()));
        }
      }
      return found;
    }

    @Override
    public void rewind() {
      items = null;
    }
  }
}
