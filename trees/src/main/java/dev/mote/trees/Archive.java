package dev.mote.trees;

import dev.mote.FileTree;
import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.nio.file.Path;

/// An archive or an image as a file tree, which sandboxes may have as their root. Thread-safe.
///
/// Contents of files are not in the Java heap: what is compressed was decompressed into a file
/// without a name, and is mapped as an uncompressed archive is. Such an archive must not be changed
/// while the tree is open: the tree would change too, or reading fails.
///
/// After [#close], and where the archive was cut short meanwhile, reading a file throws
/// [java.io.UncheckedIOException]; names and attributes can be read for ever.
public final class Archive implements AutoCloseable {
  private final Storage storage;
  private final DirectoryNode root;

  private Archive(Storage storage, DirectoryNode root) {
    this.storage = storage;
    this.root = root;
  }

  /// Opens an archive within [Limits#DEFAULT].
  public static Archive open(Path source) throws IOException {
    return open(source, Limits.DEFAULT);
  }

  /// Opens a tar archive, plain or compressed by gzip or zstd; or an OCI image layout, or what
  /// `docker save` has written, if there is one image in it: then the tree is that of the image.
  ///
  /// @throws TreeException if it is none of these, is not as it should be, or exceeds the limits
  /// @throws IOException if the host cannot read the archive, or has no room to decompress it
  public static Archive open(Path source, Limits limits) throws IOException {
    return Source.open(source, limits, (opened, storage) -> new Archive(storage, opened.tree()));
  }

  /// The tree, for [dev.mote.SandboxBuilder#root]; closing it closes this.
  public FileTree tree() {
    return FileTree.of(root, this);
  }

  TreeNode.Directory root() {
    return root;
  }

  /// Frees the storage. Twice is harmless.
  @Override
  public void close() {
    storage.close();
  }
}
