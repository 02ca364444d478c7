package dev.mote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.linux.ComposedTree;
import dev.mote.linux.FixedTree;
import dev.mote.linux.HostTree;
import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A tree of files that sandboxes have as their root ([SandboxBuilder#root]). Nobody changes it:
/// what a program changes of it, it changes in its sandbox's memory.
///
/// Thread-safe; any number of sandboxes may share it. It must stay open for as long as any of them,
/// or a snapshot that was taken of one, is in use: after [#close] programs get EIO where they read
/// what was not read before.
public final class FileTree implements AutoCloseable {
  private final TreeNode.Directory directory;
  private final AutoCloseable resources;

  private FileTree(TreeNode.Directory directory, AutoCloseable resources) {
    this.directory = directory;
    this.resources = resources;
  }

  /// A directory of the host. Nothing outside of it is reached, whatever links are in it. Each
  /// directory in it is listed when a program first looks into it, and what was found is what there
  /// is from then on. A file that somebody removes on the host can then not be read; one whose
  /// bytes change shows those that it has when it is read.
  ///
  /// It takes up to a hundred descriptors of the host.
  ///
  /// @throws UncheckedIOException if it is no directory that can be read
  public static FileTree ofDirectory(Path directory) {
    try {
      HostTree tree = HostTree.of(directory);
      return new FileTree(tree.root(), tree);
    } catch (IOException e) {
      throw new UncheckedIOException(directory + " cannot be a root: " + e.getMessage(), e);
    }
  }

  /// A tree made of others, each at its place: `Map.of("/usr/lib", libraries, "/function", code)`.
  /// What lies deeper is seen in place of what the others have there.
  ///
  /// @param parts by absolute path; they stay the caller's, who closes them after this one
  /// @throws IllegalArgumentException if a path is not absolute, or has an empty name, `.`, `..` or
  ///   NUL in it
  public static FileTree of(Map<String, FileTree> parts) {
    var directories = new LinkedHashMap<String, TreeNode.Directory>();
    parts.forEach((path, part) -> directories.put(path, part.directory));
    return new FileTree(ComposedTree.of(directories), () -> {});
  }

  /// Files in memory.
  ///
  /// @param files by path from the top, such as `lib/greet.py`; the arrays are not copied
  /// @throws IllegalArgumentException if a path has an empty name, `.`, `..` or NUL in it, or a
  ///   file lies in another one
  public static FileTree ofFiles(Map<String, byte[]> files) {
    return new FileTree(FixedTree.of(files), () -> {});
  }

  /// The names in a directory, in the order of their bytes.
  ///
  /// @param path from the top, such as `lib`; empty for the top itself
  /// @throws NoSuchFileException if there is no such directory; links are not followed
  public List<String> list(String path) throws NoSuchFileException {
    if (find(path) instanceof TreeNode.Directory found) {
      return found.names().stream()
          .map(name -> new String(name.getBytes(ISO_8859_1), UTF_8))
          .toList();
    }
    throw new NoSuchFileException(path);
  }

  /// The bytes of a file.
  ///
  /// @param path from the top, such as `lib/greet.py`
  /// @param most bytes that it may have
  /// @throws NoSuchFileException if there is no such regular file; links are not followed
  /// @throws IOException if it is larger, or cannot be read
  public byte[] read(String path, int most) throws IOException {
    if (!(find(path) instanceof TreeNode.File file)) {
      throw new NoSuchFileException(path);
    }
    if (file.size() > most) {
      throw new IOException("%s has %d bytes, more than %d".formatted(path, file.size(), most));
    }
    byte[] bytes = new byte[(int) file.size()];
    int length = 0;
    try {
      while (length < bytes.length) {
        int count = file.read(length, bytes, length, bytes.length - length);
        if (count <= 0) {
          break;
        }
        length += count;
      }
    } catch (UncheckedIOException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
    }
    return Arrays.copyOf(bytes, length);
  }

  private @Nullable TreeNode find(String path) {
    @Nullable TreeNode node = directory;
    for (String name : path.isEmpty() ? new String[0] : path.split("/", -1)) {
      if (!(node instanceof TreeNode.Directory inside)) {
        return null;
      }
      node = inside.child(new String(name.getBytes(UTF_8), ISO_8859_1));
    }
    return node;
  }

  /// For Mote's own modules, which make trees of other things.
  ///
  /// @param resources what [#close] closes
  @SuppressWarnings("exports") // only they see the type
  public static FileTree of(TreeNode.Directory directory, AutoCloseable resources) {
    return new FileTree(directory, resources);
  }

  TreeNode.Directory directory() {
    return directory;
  }

  /// Frees what it holds of the host. Twice is harmless.
  @Override
  public void close() {
    try {
      resources.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the resources of a file tree", e);
    }
  }
}
