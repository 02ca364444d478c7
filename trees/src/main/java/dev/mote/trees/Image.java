package dev.mote.trees;

import dev.mote.FileTree;
import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An image: a file tree, and how its program is to be started. Thread-safe; for its lifetime, see
/// [Archive].
public final class Image implements AutoCloseable {
  private final Path path;
  private final Storage storage;
  private final DirectoryNode root;
  private final ImageConfig config;

  private Image(Path path, Storage storage, DirectoryNode root, ImageConfig config) {
    this.path = path;
    this.storage = storage;
    this.root = root;
    this.config = config;
  }

  /// Opens an image within [Limits#DEFAULT].
  public static Image open(ImageName name) throws IOException {
    return open(name.path(), name.tag(), Limits.DEFAULT);
  }

  /// Opens an image for Linux on x86-64: an OCI image layout, as a directory or a tar archive, or
  /// what `docker save` has written. Every blob is compared with its digest.
  ///
  /// @param tag the annotation `org.opencontainers.image.ref.name`, or Docker's name, with or
  ///   without what stands before the colon; or the digest of a manifest. Null if there is only one
  /// @throws TreeException if it is none of these, is not as it should be, or exceeds the limits
  /// @throws IOException if the host cannot read it, or has no room to decompress it
  public static Image open(Path path, @Nullable String tag, Limits limits) throws IOException {
    return Source.open(
        path,
        limits,
        (source, storage) -> {
          ImageParts parts = source.image(tag);
          ImageConfig config = ImageConfig.read(parts.config());
          return new Image(path, storage, source.stack(parts), config);
        });
  }

  /// Its tree, for [dev.mote.SandboxBuilder#root]; closing it closes this.
  public FileTree tree() {
    return FileTree.of(root, this);
  }

  TreeNode.Directory root() {
    return root;
  }

  public ImageConfig config() {
    return config;
  }

  /// Decides how the program is started.
  ///
  /// @param arguments what replaces the image's command, behind its entrypoint; none leaves it
  /// @throws TreeException if there is no program then, or the image has not the user that it names
  public Launch launch(List<String> arguments) {
    User user = User.find(root, config.user());
    return Launch.of(config, user, arguments, path.toString());
  }

  /// Frees the storage. Twice is harmless.
  @Override
  public void close() {
    storage.close();
  }
}
