package dev.mote.linux;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Finds out what a snapshot needs of its root and its mounts: the files that the guest has open or
/// mapped, those of which it has changed a part, and the names of the directories that it is
/// reading. Everything else it finds as it is when it looks.
///
/// The state may be made up. It names files by their places in what whoever loads it has given, and
/// reaches nothing else.
final class NeededFiles implements AutoCloseable {
  private static final int PIECE = 256 << 10;
  private static final int DEEPEST = 256; // of a path in a message

  private final FilesState state;
  private final TreeNode.@Nullable Directory root;

  /// With the mounts, as a guest sees them that was just made.
  private final FileTree tree;

  private final MessageDigest sha256;
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
  private final List<@Nullable TreeNode> origins = new ArrayList<>();

  /// What was read, by file: none is read twice, however often a made up state names it.
  private final Map<Object, Content> contents = new HashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  private record Content(long size, byte[] sha256) {}

  /// @throws IllegalArgumentException if a mount cannot be had
  NeededFiles(GuestSetup setup, FilesState state) {
    this.state = state;
    root = setup.root();
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    tree = new FileTree(setup.limits().files(), new Clock(), root);
    try {
      GuestFiles.populate(tree, setup);
    } catch (GuestFailure e) {
      tree.close();
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      tree.close();
      throw e;
    }
  }

  /// @throws IllegalArgumentException if one is not there, or cannot be read
  List<NeededFile> list() {
    var found = new ArrayList<NeededFile>();
    for (int node : nodes()) {
      NeededFile needed = describe(node);
      if (needed != null) {
        found.add(needed);
      }
    }
    return found;
  }

  /// @param stored what [#list] said when the snapshot was stored
  /// @throws IllegalArgumentException if anything is not as it was then, with the first such file
  void require(List<NeededFile> stored) {
    Map<Integer, NeededFile> known = new HashMap<>();
    stored.forEach(file -> known.put(file.node(), file));
    boolean isTwice = known.size() < stored.size();
    for (int node : nodes()) {
      NeededFile there = describe(node);
      NeededFile before = known.remove(node);
      if (there == null && before == null) {
        continue;
      }
      if (there == null || before == null || !isSame(there, before)) {
        throw new IllegalArgumentException(
            "%s is not what it was when the snapshot was stored, and the program has it in use"
                .formatted(path(node)));
      }
    }
    if (!known.isEmpty() || isTwice) {
      throw new IllegalArgumentException("it names files that the program has not in use");
    }
  }

  private static boolean isSame(NeededFile one, NeededFile other) {
    return one.size() == other.size() && Arrays.equals(one.sha256(), other.sha256());
  }

  /// The nodes that may be such files, in order.
  private SortedSet<Integer> nodes() {
    var nodes = new TreeSet<Integer>();
    for (FilesState.Open open : state.open()) {
      int node = at(state.places(), open.place()).node();
      boolean isRead =
          open instanceof FilesState.OpenFolder
              || !(at(state.nodes(), node) instanceof FilesState.TreeFolder);
      if (isRead) {
        nodes.add(node);
      }
    }
    for (int i = 0; i < state.nodes().size(); i++) {
      if (state.nodes().get(i) instanceof FilesState.TreeFile file
          && file.meta() != null
          && file.kept() > 0) {
        nodes.add(i);
      }
    }
    return nodes;
  }

  /// @return null if it is no file or directory of the host's
  private @Nullable NeededFile describe(int node) {
    try {
      return switch (at(state.nodes(), node)) {
        case FilesState.TreeFile file -> ofFile(node, file.origin());
        case FilesState.TreeFolder folder -> ofNames(node, folder.origin());
        case FilesState.Given(String path, _) -> ofMount(node, path);
        default -> null;
      };
    } catch (UncheckedIOException | ErrnoException e) {
      throw new IllegalArgumentException(path(node) + " cannot be read", e);
    }
  }

  private NeededFile ofFile(int node, int origin) {
    if (!(at(origins(), origin) instanceof TreeNode.File file)) {
      throw new IllegalArgumentException(path(node) + " is no file any more");
    }
    return known(node, file, () -> read(file.size(), file::read));
  }

  private NeededFile ofNames(int node, int origin) {
    if (!(at(origins(), origin) instanceof TreeNode.Directory directory)) {
      throw new IllegalArgumentException(path(node) + " is no directory any more");
    }
    return known(
        node,
        directory,
        () -> {
          for (String name : directory.names()) {
            sha256.update((byte) 0);
            sha256.update(FileTree.bytes(name));
          }
          return new Content(directory.names().size(), sha256.digest());
        });
  }

  /// A file that a mount shows, if it is one: others that the guest comes with are of the sandbox.
  private @Nullable NeededFile ofMount(int node, String path) {
    Entry entry = PathWalk.walk(tree.root(), tree.root(), path, false).entry();
    if (entry == null || !(entry.inode instanceof HostFile file)) {
      return null;
    }
    return known(
        node,
        file.key,
        () -> {
          try (FileContent content = file.open()) {
            return read(content.size(), content::read);
          }
        });
  }

  private NeededFile known(int node, Object identity, Supplier<Content> reader) {
    Content content = contents.get(identity);
    if (content == null) {
      content = reader.get();
      contents.put(identity, content);
    }
    return new NeededFile(node, content.size(), content.sha256());
  }

  private interface Reader {
    int read(long position, ByteBuffer target);
  }

  private Content read(long size, Reader reader) {
    for (long position = 0; position < size; ) {
      int count = reader.read(position, piece.clear());
      if (count <= 0) {
        throw Errno.EIO.exception();
      }
      sha256.update(piece.flip());
      position += count;
    }
    return new Content(size, sha256.digest());
  }

  /// The places of the tree, each found once; null where the tree has nothing.
  private List<@Nullable TreeNode> origins() {
    for (int i = origins.size(); i < state.origins().size(); i++) {
      FilesState.Origin origin = state.origins().get(i);
      if (origin.parent() >= i) {
        throw new IllegalArgumentException("the files of the snapshot: a place that is none");
      }
      origins.add(
          origin.parent() < 0
              ? root
              : origins.get(origin.parent()) instanceof TreeNode.Directory directory
                  ? directory.child(origin.name())
                  : null);
    }
    return origins;
  }

  /// For messages.
  private String path(int node) {
    String path =
        switch (state.nodes().get(node)) {
          case FilesState.InTree inTree -> {
            var names = new ArrayDeque<String>();
            FilesState.Origin at = at(state.origins(), inTree.origin());
            while (at.parent() >= 0 && names.size() < DEEPEST) {
              names.push(at.name());
              at = state.origins().get(at.parent());
            }
            yield "/" + String.join("/", names);
          }
          case FilesState.Given(String given, _) -> given;
          default -> "a file";
        };
    return new String(FileTree.bytes(path), StandardCharsets.UTF_8);
  }

  private static <T extends @Nullable Object> T at(List<T> list, int index) {
    if (index < 0 || index >= list.size()) {
      throw new IllegalArgumentException("the files of the snapshot: number " + index);
    }
    return list.get(index);
  }

  @Override
  public void close() {
    tree.close();
  }
}
