package dev.mote.linux;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks at a [FilesState] that may be made up, before anything is made of it. What hangs together
/// only in a tree is checked by [FilesLoader].
final class FilesStateCheck {
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_PATH = 4096;
  private static final int NANOS = 1_000_000_000;
  private static final int MODE_BITS = 0xffff;

  private final FilesState state;
  private final FileLimits limits;
  private final boolean hasTree;
  private long chunks;

  /// @param hasTree whether it comes with a tree below
  FilesStateCheck(FilesState state, FileLimits limits, boolean hasTree) {
    this.state = state;
    this.hasTree = hasTree;
    this.limits = limits;
  }

  /// @throws IllegalArgumentException with what is wrong
  void run() {
    require(
        hasTree || state.origins().isEmpty(), "it has files of a root, and comes without a root");
    for (int i = 0; i < state.origins().size(); i++) {
      int parent = state.origins().get(i).parent();
      require(parent >= -1 && parent < i, "a place of the root lies in place " + parent);
    }
    for (var node : state.nodes()) {
      checkNode(node);
    }
    require(chunks <= limits.bytes() / ChunkedBytes.CHUNK, "files larger than their limit");
    for (int i = 0; i < state.places().size(); i++) {
      checkPlace(state.places().get(i));
    }
    state.pipes().forEach(FilesStateCheck::checkPipe);
    for (var open : state.open()) {
      requireIndex(open.place(), state.places(), "an open file: its place");
      checkOpen(open);
    }
    checkDescriptors();
    checkWaiting(state.waiting());
    for (var lock : state.locks()) {
      requireIndex(lock.node(), state.nodes(), "a lock: its file");
      require(lock.owner() >= -1 && lock.owner() < state.open().size(), "a lock: its owner");
      require(lock.first() >= 0 && lock.last() >= lock.first(), "a lock: its range");
    }
    requireIndex(state.root(), state.nodes(), "the root");
    requireIndex(state.workingDirectory(), state.nodes(), "the working directory");
    require((state.umask() & ~0777) == 0, "the umask");
  }

  private void checkNode(FilesState.Node node) {
    switch (node) {
      case FilesState.Given(String path, var meta) -> {
        checkPath(path);
        checkMeta(meta);
      }
      case FilesState.Folder folder -> {
        checkMeta(folder.meta());
        checkPath(folder.given());
        require(folder.lastCookie() >= 0, "a directory: its last cookie");
      }
      case FilesState.Memory memory -> {
        checkMeta(memory.meta());
        require(memory.size() >= 0, "a file of negative size");
        checkChunks(memory.chunks());
      }
      case FilesState.Link link -> {
        checkMeta(link.meta());
        require(
            !link.target().isEmpty()
                && link.target().length() < LONGEST_PATH
                && link.target().indexOf('\0') < 0,
            "the text of a link");
      }
      case FilesState.Special special -> checkMeta(special.meta());
      case FilesState.Fifo fifo -> {
        checkMeta(fifo.meta());
        requireIndex(fifo.pipe(), state.pipes(), "a FIFO: its pipe");
      }
      case FilesState.Stream stream -> checkMeta(stream.meta());
      case FilesState.InTree inTree -> {
        requireIndex(inTree.origin(), state.origins(), "a file of the root: its place");
        checkInTree(inTree);
      }
    }
  }

  private void checkInTree(FilesState.InTree node) {
    switch (node) {
      case FilesState.TreeFolder folder -> {
        checkMeta(folder.meta());
        require(folder.lastCookie() >= 0, "a directory: its last cookie");
      }
      case FilesState.TreeFile file -> {
        checkMeta(file.meta());
        require(file.size() >= 0 && file.kept() >= 0, "a file of negative size");
        checkChunks(file.chunks());
      }
      case FilesState.TreeOther other -> {
        checkMeta(other.meta());
        require(
            other.pipe() >= -1 && other.pipe() < state.pipes().size(),
            "a FIFO of the root: its pipe");
      }
    }
  }

  private void checkChunks(List<FilesState.Chunk> pages) {
    long last = -1;
    for (var chunk : pages) {
      require(chunk.index() > last, "the pages of a file are not in order");
      require(chunk.bytes().length == ChunkedBytes.CHUNK, "a page of a file is not whole");
      last = chunk.index();
    }
    require(last <= Long.MAX_VALUE / ChunkedBytes.CHUNK, "a page of a file lies too far");
    chunks += pages.size();
  }

  private static void checkMeta(FilesState.@Nullable Meta meta) {
    if (meta == null) {
      return;
    }
    require((meta.mode() & ~MODE_BITS) == 0, "a file of mode 0%o".formatted(meta.mode()));
    require(meta.links() >= 0, "a file with negative links");
    for (var time : List.of(meta.accessed(), meta.modified(), meta.changed(), meta.created())) {
      require(time.nanos() >= 0 && time.nanos() < NANOS, "a time of a file");
    }
  }

  private static void checkPath(String path) {
    require(
        path.length() <= LONGEST_PATH
            && path.indexOf('\0') < 0
            && (path.isEmpty() || path.startsWith("/")),
        "the path of a file that a sandbox comes with");
  }

  private void checkPlace(FilesState.Place place) {
    requireIndex(place.node(), state.nodes(), "a name: its file");
    require(place.parent() >= -1 && place.parent() < state.nodes().size(), "a name: its directory");
    require(place.charge() == 0 || place.charge() == 1, "a name: its charge");
    require(place.name().indexOf('\0') < 0, "a name with a NUL character");
    require(
        place.parent() < 0
            || (place.name().length() <= LONGEST_NAME && place.name().indexOf('/') < 0),
        "a name that is none");
  }

  private static void checkPipe(FilesState.PipeState pipe) {
    require(
        pipe.capacity() >= 0
            && pipe.capacity() <= Pipe.LARGEST_CAPACITY
            && pipe.bytes().length <= pipe.capacity(),
        "the buffer of a pipe");
    require(pipe.readersEver() >= 0 && pipe.writersEver() >= 0, "the ends of a pipe");
  }

  private static void checkOpen(FilesState.Open open) {
    switch (open) {
      case FilesState.OpenRegular file ->
          require(file.position() >= 0, "an open file: its position");
      case FilesState.OpenFolder folder ->
          require(folder.cookie() >= 0, "an open directory: its position");
      case FilesState.OpenTimer timer ->
          require(
              TimerFileCalls.isClock(timer.clock())
                  && timer.due() >= 0
                  && timer.interval() >= 0
                  && timer.ticks() >= 0,
              "a timer");
      default -> {}
    }
  }

  /// What is not looked at here, [WaitingLoader] refuses.
  private void checkWaiting(WaitingState waiting) {
    Set<Integer> seen = new HashSet<>();
    for (var socket : waiting.sockets()) {
      requireIndex(socket.open(), state.open(), "a socket");
      require(seen.add(socket.open()), "a socket twice");
      require(socket.path() < state.nodes().size(), "a socket: its path");
      require(socket.stream().size() + socket.datagram().size() <= 1, "a socket of two kinds");
      for (var stream : socket.stream()) {
        require(
            stream.backlog() >= 0 && stream.backlog() <= StreamSocket.MOST_BACKLOG,
            "a socket's backlog");
      }
      for (var message : socket.queue()) {
        require(message.sender().size() + message.packet().size() <= 1, "a message of two senders");
        require(message.rights().isEmpty() || !message.sender().isEmpty(), "files of nobody");
      }
    }
    for (var notifier : waiting.notifiers()) {
      require(notifier.notices().size() <= Notifier.MOST_NOTICES, "too many notices");
      for (var watch : notifier.watches()) {
        requireIndex(watch.node(), state.nodes(), "a watch");
        require(watch.number() > 0 && watch.number() <= notifier.lastWatch(), "a watch's number");
      }
      for (var notice : notifier.notices()) {
        require(notice.name().length() <= LONGEST_NAME, "the name in a notice");
      }
    }
  }

  private void checkDescriptors() {
    Set<Integer> seen = new HashSet<>();
    for (var descriptor : state.descriptors()) {
      int number = descriptor.number();
      require(number >= 0 && number < FileLimits.MOST_OPEN_FILES, "descriptor " + number);
      require(seen.add(number), "descriptor " + number + " twice");
      requireIndex(descriptor.open(), state.open(), "descriptor " + number);
    }
    require(seen.size() <= limits.openFiles() + 3, "more descriptors than their limit");
  }

  private static void requireIndex(int index, List<?> list, String what) {
    require(index >= 0 && index < list.size(), "%s has number %d".formatted(what, index));
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException("its files: " + what);
    }
  }
}
