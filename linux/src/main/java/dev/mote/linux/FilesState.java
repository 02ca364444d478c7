package dev.mote.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files of a guest at one moment, as data: what is in its memory, what it has open, and of
/// everything else (the host's directories, `/proc`, devices, the program) where it was.
///
/// Of a guest whose root is a tree ([TreeNode]) it is what differs from the tree. What the guest
/// has not changed is in it only if it was open, or leads to something that is.
///
/// Things are numbered by their place in these lists. Names and texts of links have one character
/// per byte.
///
/// @param volumes the number that each volume gave out last
/// @param origins where nodes are in the tree below: a directory comes before what is in it
/// @param places every name: a directory comes before the names in it
/// @param pipes the buffers of pipes and FIFOs
/// @param open open file descriptions
/// @param root a node
/// @param workingDirectory a node
/// @param waiting what epoll sets watch, and what sockets hold
public record FilesState(
    List<VolumeState> volumes,
    List<Node> nodes,
    List<Origin> origins,
    List<Place> places,
    List<PipeState> pipes,
    List<Open> open,
    List<Descriptor> descriptors,
    List<Lock> locks,
    int root,
    int workingDirectory,
    int umask,
    WaitingState waiting) {
  /// The same with what files have in memory outside the Java heap, where guests share it.
  ///
  /// @throws IllegalArgumentException if a page is not whole
  FilesState outsideHeap() {
    List<Node> moved = nodes.stream().map(FilesState::outsideHeap).toList();
    return new FilesState(
        volumes,
        moved,
        origins,
        places,
        pipes,
        open,
        descriptors,
        locks,
        root,
        workingDirectory,
        umask,
        waiting);
  }

  private static Node outsideHeap(Node node) {
    return switch (node) {
      case Memory(Meta meta, long size, List<Chunk> chunks, int seals, boolean linkable) ->
          new Memory(meta, size, FilePages.of(chunks), seals, linkable);
      case TreeFile file ->
          new TreeFile(
              file.origin,
              file.meta,
              file.charged,
              file.size,
              file.kept,
              FilePages.of(file.chunks));
      default -> node;
    };
  }

  /// Gives back what lies outside the Java heap.
  void free() {
    for (Node node : nodes) {
      List<Chunk> chunks =
          switch (node) {
            case Memory file -> file.chunks;
            case TreeFile file -> file.chunks;
            default -> List.of();
          };
      if (chunks instanceof FilePages pages) {
        pages.free();
      }
    }
  }

  public record VolumeState(long number, long lastInode) {}

  /// What every file in memory has.
  public record Meta(
      long volume,
      long number,
      int mode,
      int uid,
      int gid,
      int links,
      Time accessed,
      Time modified,
      Time changed,
      Time created) {}

  public record Time(long seconds, int nanos) {}

  /// A file of some type.
  public sealed interface Node {}

  /// What the sandbox comes with, by its path: a mount, `/proc`, the program.
  ///
  /// @param meta of a file in memory, whose owner and times the guest may have changed; else null
  public record Given(String path, @Nullable Meta meta) implements Node {}

  /// @param given the path of the directory that the sandbox comes with and that this one is; empty
  ///   if the guest made it
  public record Folder(Meta meta, String given, long lastCookie) implements Node {}

  public record Memory(Meta meta, long size, List<Chunk> chunks, int seals, boolean linkable)
      implements Node {}

  /// @param index of the page in the file
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record Chunk(long index, byte[] bytes) {}

  public record Link(Meta meta, String target) implements Node {}

  /// A device, a socket, or what only a descriptor shows.
  public record Special(Meta meta, long device) implements Node {}

  public record Fifo(Meta meta, int pipe) implements Node {}

  /// What a standard stream of the host looks like.
  public record Stream(Meta meta, Role role) implements Node {}

  /// Which of the host's streams.
  public enum Role {
    INPUT,
    OUTPUT,
    ERROR,
    TERMINAL
  }

  /// A place in the tree below.
  ///
  /// @param parent another one; -1 for the root, which has no name
  public record Origin(int parent, String name) {}

  /// What comes from the tree below; its place there is `origin`.
  public sealed interface InTree extends Node {
    int origin();
  }

  /// @param meta null if it is as in the tree
  /// @param charged whether it is one of the guest's own files by now
  /// @param hidden names of the tree that are not there
  public record TreeFolder(
      int origin, @Nullable Meta meta, boolean charged, long lastCookie, List<String> hidden)
      implements InTree {}

  /// A regular file.
  ///
  /// @param kept how much of the file in the tree still shows where there are no chunks, in bytes
  public record TreeFile(
      int origin, @Nullable Meta meta, boolean charged, long size, long kept, List<Chunk> chunks)
      implements InTree {}

  /// A link, device, FIFO or socket.
  ///
  /// @param pipe of a FIFO, else -1
  public record TreeOther(int origin, @Nullable Meta meta, boolean charged, int pipe)
      implements InTree {}

  /// A name.
  ///
  /// @param parent the node of the directory; -1 for a file that has no place in the tree
  /// @param cookie 0 for a name that is where the tree below has it
  /// @param charge of the quota of files
  public record Place(
      int parent, String name, int node, long cookie, int charge, boolean removed) {}

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record PipeState(int capacity, byte[] bytes, long readersEver, long writersEver) {}

  /// An open file description. All have the place that was opened, and the flags.
  public sealed interface Open {
    int place();

    int flags();
  }

  public record OpenRegular(int place, int flags, long position) implements Open {}

  public record OpenFolder(int place, int flags, long cookie) implements Open {}

  public record OpenPlace(int place, int flags) implements Open {}

  public record OpenEnd(int place, int flags, long writersBefore, long readersBefore)
      implements Open {}

  public record OpenCounter(int place, int flags, long count, boolean semaphore) implements Open {}

  public record OpenSpecial(int place, int flags) implements Open {}

  public record OpenStream(int place, int flags, Role role) implements Open {}

  public record Descriptor(int number, int open, boolean closeOnExec) {}

  /// @param owner an open file description; -1 for the process
  /// @param last the last byte, included
  public record Lock(int node, boolean whole, int owner, long first, long last, boolean write) {}

  // What can be waited on; what hangs together is in WaitingState.

  public record OpenSet(int place, int flags) implements Open {}

  public record OpenSocket(int place, int flags) implements Open {}

  public record OpenNotifier(int place, int flags) implements Open {}

  /// @param due CLOCK_MONOTONIC
  public record OpenTimer(
      int place, int flags, int clock, long due, long interval, long ticks, boolean expired)
      implements Open {}

  public record OpenSignals(int place, int flags, long signals) implements Open {}
}
