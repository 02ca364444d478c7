package dev.mote.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes down the files of a guest, as [FilesLoader] makes them again.
///
/// It begins where memory begins in the tree, and then takes what only open files still hold. What
/// is not in memory is named by its path.
final class FilesSaver {
  private final ProcessFiles files;
  private final List<FilesState.Node> nodes = new ArrayList<>();
  private final List<FilesState.Place> places = new ArrayList<>();
  private final List<FilesState.PipeState> pipes = new ArrayList<>();
  private final List<FilesState.Open> open = new ArrayList<>();
  private final IdentityHashMap<Inode, Integer> nodeNumbers = new IdentityHashMap<>();
  private final IdentityHashMap<Entry, Integer> placeNumbers = new IdentityHashMap<>();
  private final IdentityHashMap<Pipe, Integer> pipeNumbers = new IdentityHashMap<>();
  private final IdentityHashMap<OpenFile, Integer> openNumbers = new IdentityHashMap<>();
  private final List<FilesState.Lock> locks = new ArrayList<>();
  private final OriginNumbers origins = new OriginNumbers();
  private final Deque<MemoryDirectory> unsettled = new ArrayDeque<>();
  private final Set<MemoryDirectory> different = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<OpenFile> openFiles = new ArrayList<>();
  private boolean hasTree;

  FilesSaver(ProcessFiles files) {
    this.files = files;
  }

  /// @throws IllegalStateException if the guest has something open that cannot be found again
  FilesState save() {
    tree();
    var descriptors = new ArrayList<FilesState.Descriptor>();
    for (int number : files.descriptors.numbers()) {
      descriptors.add(
          new FilesState.Descriptor(
              number, open(files.descriptors.get(number)), files.descriptors.closesOnExec(number)));
    }
    int root = node(files.root());
    int workingDirectory = node(files.workingDirectory());
    WaitingState waiting = new WaitingSaver(files, this).save();
    for (Inode inode : List.copyOf(nodeNumbers.keySet())) {
      saveLocks(inode);
    }
    var volumes =
        files.tree.volumes().stream()
            .map(v -> new FilesState.VolumeState(v.number, v.lastInode()))
            .toList();
    return new FilesState(
        volumes,
        nodes,
        origins.list(),
        places,
        pipes,
        open,
        descriptors,
        locks,
        root,
        workingDirectory,
        files.umask(),
        waiting);
  }

  /// Before anything else: a directory comes before the names in it.
  private void tree() {
    if (!hasTree) {
      hasTree = true;
      different.addAll(new TreeDifferences(files.tree.memoryRoots()).directories());
      files.tree.memoryRoots().forEach(root -> node(root, root.entry()));
      settle();
    }
  }

  /// The number of an open file description, also of one that only a mapping holds.
  int open(OpenFile file) {
    tree();
    Integer known = openNumbers.get(file);
    if (known != null) {
      return known;
    }
    int number = open.size();
    openNumbers.put(file, number);
    openFiles.add(file);
    open.add(file.save(place(file.entry())));
    return number;
  }

  /// Those that have a number, in that order; it grows.
  List<OpenFile> openFiles() {
    return openFiles;
  }

  Map<Inode, Integer> nodeNumbers() {
    return nodeNumbers;
  }

  /// The names in the directories that were written down.
  private void settle() {
    for (MemoryDirectory next = unsettled.poll(); next != null; next = unsettled.poll()) {
      int number = Objects.requireNonNull(nodeNumbers.get(next));
      for (Entry entry : next.entries()) {
        boolean known = placeNumbers.containsKey(entry);
        if (!known && TreeDifferences.isDifferent(entry, different)) {
          addPlace(entry, number);
        }
      }
    }
  }

  /// The number of a name. Those above it come first: they may have no name any more, or be as the
  /// tree below has them, and only be held by somebody.
  private int place(Entry entry) {
    var missing = new ArrayDeque<Entry>();
    for (Entry at = entry; at != null && !placeNumbers.containsKey(at); at = above(at)) {
      missing.push(at);
    }
    for (Entry at : missing) {
      int parent = at.parent instanceof MemoryDirectory ? node(at.parent, at.parent.entry()) : -1;
      addPlace(at, parent);
    }
    settle();
    return Objects.requireNonNull(placeNumbers.get(entry));
  }

  private @Nullable Entry above(Entry entry) {
    return entry.parent instanceof MemoryDirectory directory
            && !files.tree.memoryRoots().contains(directory)
        ? directory.entry()
        : null;
  }

  private int addPlace(Entry entry, int parent) {
    int number = places.size();
    placeNumbers.put(entry, number);
    places.add(
        new FilesState.Place(parent, entry.name, -1, entry.cookie, entry.charge, entry.removed));
    int node = node(entry.inode, entry);
    var place = places.get(number);
    places.set(
        number,
        new FilesState.Place(
            place.parent(), place.name(), node, place.cookie(), place.charge(), place.removed()));
    return number;
  }

  /// The number of a directory that the process is in.
  private int node(Directory directory) {
    place(directory.entry());
    return Objects.requireNonNull(nodeNumbers.get(directory));
  }

  private int node(Inode inode, Entry entry) {
    Integer known = nodeNumbers.get(inode);
    if (known != null) {
      return known;
    }
    if (inode instanceof MemoryDirectory directory) {
      unsettled.add(directory);
    }
    FilesState.Node node = inode.origin() == null ? nodeOf(inode, entry) : inTree(inode);
    return addNode(inode, node);
  }

  private FilesState.Node nodeOf(Inode inode, Entry entry) {
    return switch (inode) {
      case MemoryDirectory directory -> directory.save(files.tree.givenPath(directory));
      case MemoryFile file -> file.save();
      case SymbolicLink link when link.isInMemory() ->
          new FilesState.Link(link.meta(), link.target());
      case SpecialFile special when special.pipe != null ->
          new FilesState.Fifo(special.meta(), pipe(special.pipe));
      case SpecialFile special when special.role != null ->
          new FilesState.Stream(special.meta(), special.role);
      case SpecialFile special -> new FilesState.Special(special.meta(), special.rdev());
      default -> given(entry);
    };
  }

  private FilesState.InTree inTree(Inode inode) {
    int origin = origins.number(Objects.requireNonNull(inode.origin()));
    return switch (inode) {
      case MemoryDirectory directory -> directory.saveOverTree(origin);
      case MemoryFile file -> file.saveOverTree(origin);
      default ->
          new FilesState.TreeOther(
              origin,
              inode.isAsInTree() ? null : inode.meta(),
              inode.isCharged(),
              inode instanceof SpecialFile special && special.pipe != null
                  ? pipe(special.pipe)
                  : -1);
    };
  }

  private FilesState.Given given(Entry entry) {
    String given = files.tree.givenPath(entry.inode);
    String path = given.isEmpty() ? entry.path() : given;
    if (entry.removed && given.isEmpty()) {
      throw new IllegalStateException("an open file that is not there any more: " + path);
    }
    return new FilesState.Given(path, entry.inode instanceof FixedFile file ? file.meta() : null);
  }

  private int addNode(Inode inode, FilesState.Node node) {
    int number = nodes.size();
    nodeNumbers.put(inode, number);
    nodes.add(node);
    return number;
  }

  private int pipe(Pipe pipe) {
    return pipeNumbers.computeIfAbsent(
        pipe,
        p -> {
          pipes.add(p.save());
          return pipes.size() - 1;
        });
  }

  private void saveLocks(Inode inode) {
    FileLocks held = inode.locksIfAny();
    if (held != null) {
      int node = Objects.requireNonNull(nodeNumbers.get(inode));
      held.forEach((range, whole) ->
          locks.add(
              new FilesState.Lock(
                  node,
                  whole,
                  range.owner() instanceof OpenFile file ? open(file) : -1,
                  range.start(),
                  range.end(),
                  range.write())));
    }
  }
}
