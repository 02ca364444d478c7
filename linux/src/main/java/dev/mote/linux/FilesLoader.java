package dev.mote.linux;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Makes the files of a guest again, in a tree as the sandbox comes with. What it reads may be made
/// up: everything is checked, by [IllegalArgumentException].
final class FilesLoader {
  private final ProcessFiles files;
  private final StandardFiles standard;
  private final FilesState state;
  private final LinuxProcess process;
  private final WaitingLoader waiting;
  private final List<Inode> nodes = new ArrayList<>();
  private final List<TreeLayer.Found> origins = new ArrayList<>();
  private final List<Entry> places = new ArrayList<>();
  private final List<Pipe> pipes = new ArrayList<>();
  private final List<OpenFile> open = new ArrayList<>();

  /// Directories that have their place: from each a way leads up that ends.
  private final Set<Directory> placed = Collections.newSetFromMap(new IdentityHashMap<>());

  /// @param files a fresh tree with nothing open but the standard streams
  FilesLoader(ProcessFiles files, StandardFiles standard, LinuxProcess process, FilesState state) {
    this.files = files;
    this.standard = standard;
    this.state = state;
    this.process = process;
    this.waiting = new WaitingLoader(files.tree.network(), state.waiting());
  }

  /// @return the open file descriptions, by their numbers; the caller releases each
  List<OpenFile> load() {
    try {
      files.descriptors.closeAll();
      state.pipes().forEach(pipe -> pipes.add(files.tree.newPipe()));
      List<Inode> given = findGiven();
      for (var origin : state.origins()) {
        origins.add(origin(origin));
      }
      placed.addAll(files.tree.memoryRoots());
      for (int i = 0; i < state.nodes().size(); i++) {
        nodes.add(node(state.nodes().get(i), given.get(i)));
      }
      state.places().forEach(this::addPlace);
      for (int i = 0; i < state.pipes().size(); i++) {
        pipes.get(i).load(state.pipes().get(i));
      }
      openAll();
      for (var descriptor : state.descriptors()) {
        files.descriptors.set(
            descriptor.number(), at(open, descriptor.open()).retain(), descriptor.closeOnExec());
      }
      waiting.load(nodes, open);
      state.locks().forEach(this::lock);
      files.root(directory(state.root()));
      files.workingDirectory(directory(state.workingDirectory()));
      files.umask(state.umask());
      for (var volume : state.volumes()) {
        volume(volume.number()).lastInode(volume.lastInode());
      }
      return open;
    } catch (ErrnoException e) {
      throw new IllegalArgumentException("the files of the snapshot: " + e.errno, e);
    }
  }

  /// What the sandbox comes with, found before memory is cleared.
  private List<Inode> findGiven() {
    var found = new ArrayList<Inode>();
    for (FilesState.Node node : state.nodes()) {
      String path =
          node instanceof FilesState.Given(String given, _)
              ? given
              : node instanceof FilesState.Folder folder ? folder.given() : "";
      found.add(path.isEmpty() ? files.root() : find(path));
    }
    return found;
  }

  private Inode find(String path) {
    try {
      return files.walk(ProcessFiles.AT_FDCWD, path, false).existing().inode;
    } catch (ErrnoException e) {
      throw new IllegalArgumentException(path + ", which the snapshot has open: " + e.errno, e);
    }
  }

  private Inode node(FilesState.Node node, Inode given) {
    return switch (node) {
      case FilesState.Given(_, FilesState.Meta meta) -> {
        if (meta != null) {
          given.load(meta);
        }
        yield given;
      }
      case FilesState.Folder folder -> {
        MemoryDirectory directory =
            folder.given().isEmpty()
                ? new MemoryDirectory(volume(folder.meta()), folder.meta().mode())
                : inMemory(given);
        directory.clear();
        directory.load(folder);
        yield directory;
      }
      case FilesState.Memory memory -> {
        var file = new MemoryFile(volume(memory.meta()), memory.meta().mode());
        file.load(memory);
        yield file;
      }
      case FilesState.Link link ->
          with(SymbolicLink.of(volume(link.meta()), link.target()), link.meta());
      case FilesState.Special special ->
          with(
              files
                  .tree
                  .devices()
                  .special(volume(special.meta()), special.meta().mode(), special.device()),
              special.meta());
      case FilesState.Fifo fifo ->
          with(
              SpecialFile.fifo(volume(fifo.meta()), fifo.meta().mode(), at(pipes, fifo.pipe())),
              fifo.meta());
      case FilesState.Stream stream ->
          with(standard.inode(stream.role(), stream.meta().mode()), stream.meta());
      case FilesState.InTree of -> inTree(of, at(origins, of.origin()));
    };
  }

  private TreeLayer.Found origin(FilesState.Origin origin) {
    return origin.parent() < 0
        ? layer().foundRoot()
        : layer().find(at(origins, origin.parent()), origin.name());
  }

  private TreeLayer layer() {
    TreeLayer layer = files.tree.layer();
    if (layer == null) {
      throw wrong("of a tree that is not there");
    }
    return layer;
  }

  private Inode inTree(FilesState.InTree of, TreeLayer.Found found) {
    boolean isRoot = found.place().parent == null;
    Inode inode = isRoot ? files.tree.root() : layer().inode(found);
    switch (of) {
      case FilesState.TreeFolder folder when inode instanceof MemoryDirectory directory -> {
        directory.clear();
        directory.load(folder);
      }
      case FilesState.TreeFile saved when inode instanceof MemoryFile file -> file.load(saved);
      case FilesState.TreeOther other when inode instanceof SymbolicLink -> loadMeta(inode, other);
      case FilesState.TreeOther other when inode instanceof SpecialFile special -> {
        if (special.pipe != null && other.pipe() >= 0) {
          at(pipes, other.pipe());
          pipes.set(other.pipe(), special.pipe);
        }
        loadMeta(inode, other);
      }
      default -> throw wrong("a file of another type than in the tree");
    }
    return inode;
  }

  private static void loadMeta(Inode inode, FilesState.TreeOther saved) {
    if (saved.meta() != null) {
      inode.loadChanged(saved.meta(), saved.charged());
    }
  }

  private static Inode with(Inode inode, FilesState.Meta meta) {
    inode.load(meta);
    return inode;
  }

  private Volume volume(FilesState.Meta meta) {
    return volume(meta.volume());
  }

  private Volume volume(long number) {
    for (Volume volume : files.tree.volumes()) {
      if (volume.number == number) {
        return volume;
      }
    }
    throw wrong("volume " + number);
  }

  private void addPlace(FilesState.Place place) {
    Inode inode = at(nodes, place.node());
    if (place.parent() < 0) {
      places.add(outside(place, inode));
      return;
    }
    if (!(at(nodes, place.parent()) instanceof MemoryDirectory parent)
        || !placed.contains(parent)
        || PathWalk.namesOf(place.name()).size() != 1
        || place.charge() < 0
        || place.charge() > 1) {
      throw wrong("a name");
    }
    Entry entry = new Entry(parent, place.name(), inode);
    entry.cookie = place.cookie();
    entry.charge = place.charge();
    entry.removed = place.removed();
    if (inode instanceof Directory directory) {
      if (!placed.add(directory)) {
        throw wrong("a second name of a directory");
      }
      directory.attach(entry);
    }
    if (!entry.removed) {
      parent.restore(entry);
    }
    places.add(entry);
  }

  private Entry outside(FilesState.Place place, Inode inode) {
    if (inode instanceof Directory directory
        && (placed.contains(directory) || !(directory instanceof MemoryDirectory))) {
      return directory.entry();
    }
    Entry entry;
    if (inode instanceof MemoryFile
        || inode instanceof SpecialFile
        || inode instanceof MemoryDirectory
        || place.removed()) {
      entry = Entry.detached(place.name(), inode);
    } else {
      entry = files.walk(ProcessFiles.AT_FDCWD, pathOf(place.node()), false).existing();
    }
    entry.removed = place.removed();
    if (inode instanceof MemoryDirectory directory) {
      placed.add(directory);
      directory.attach(entry);
    }
    return entry;
  }

  private String pathOf(int node) {
    if (at(state.nodes(), node) instanceof FilesState.Given(String path, _)) {
      return path;
    }
    throw wrong("a file without a place");
  }

  private void openAll() {
    for (FilesState.Open description : state.open()) {
      Entry entry = at(places, description.place());
      int flags = description.flags();
      Inode inode = entry.inode;
      open.add(
          switch (description) {
            case FilesState.OpenRegular(_, _, long position)
                when inode instanceof RegularFile file ->
                new OpenRegularFile(entry, flags, file, position);
            case FilesState.OpenFolder(_, _, long cookie)
                when inode instanceof Directory directory ->
                OpenDirectory.at(entry, flags, directory, cookie);
            case FilesState.OpenPlace _ -> new OpenPath(entry, flags);
            case FilesState.OpenEnd end
                when inode instanceof SpecialFile special && special.pipe != null ->
                new OpenPipe(entry, flags, special.pipe, end.writersBefore(), end.readersBefore());
            case FilesState.OpenCounter counter ->
                new EventCounter(entry, flags, counter.count(), counter.semaphore());
            case FilesState.OpenSpecial _ when inode instanceof SpecialFile special ->
                special.open(entry, flags);
            case FilesState.OpenSet _ -> new EpollSet(entry, flags, files.tree.watchQuotas());
            case FilesState.OpenTimer timer -> TimerFile.of(entry, process, timer);
            case FilesState.OpenSignals signals ->
                new SignalFile(entry, flags, process, signals.signals());
            case FilesState.OpenNotifier _ -> new Notifier(entry, flags, files.tree.watchQuotas());
            case FilesState.OpenSocket _ -> waiting.socket(entry, flags, open.size());
            case FilesState.OpenStream stream -> standard.open(entry, flags, stream.role());
            default -> throw wrong("an open file of another type than its file");
          });
    }
  }

  private void lock(FilesState.Lock lock) {
    Object owner = lock.owner() < 0 ? files.descriptors : at(open, lock.owner());
    var range = new FileLocks.Range(owner, lock.first(), lock.last(), lock.write());
    FileLocks locks = at(nodes, lock.node()).locks(files.tree.locks());
    if (lock.whole()) {
      locks.lockWhole(owner, lock.write());
    } else {
      locks.lock(range);
    }
  }

  private Directory directory(int node) {
    if (at(nodes, node) instanceof Directory directory
        && (placed.contains(directory) || !(directory instanceof MemoryDirectory))) {
      return directory;
    }
    throw wrong("a directory");
  }

  private static MemoryDirectory inMemory(Inode given) {
    if (given instanceof MemoryDirectory directory) {
      return directory;
    }
    throw wrong("a folder");
  }

  private static <T> T at(List<T> list, int index) {
    if (index < 0 || index >= list.size()) {
      throw wrong("number " + index);
    }
    return Objects.requireNonNull(list.get(index));
  }

  private static IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("the files of the snapshot: " + what);
  }
}
