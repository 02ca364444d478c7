package dev.mote;

import dev.mote.linux.HostTree;
import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

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
