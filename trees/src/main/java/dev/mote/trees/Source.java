package dev.mote.trees;

import dev.mote.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a path leads to: an archive, or an image in a directory or in an archive.
final class Source {
  private final Storage storage;
  private final Path path;

  /// What is there; null if it is a directory.
  private final @Nullable DirectoryNode archive;

  private final ImageFiles files;

  private Source(Storage storage, Path path) throws IOException {
    this.storage = storage;
    this.path = path;
    if (Files.isDirectory(path)) {
      this.archive = null;
      this.files = new ImageFiles.InDirectory(path, storage);
    } else {
      this.archive = readArchive();
      var walk = new TreeWalk(archive, storage.budget());
      this.files = new ImageFiles.InArchive(path.toString(), walk);
    }
  }

  /// Makes something of a source, and closes the storage if that fails.
  static <T> T open(Path path, Limits limits, Use<T> use) throws IOException {
    var storage = new Storage(new Budget(limits));
    try {
      return use.make(new Source(storage, path), storage);
    } catch (UncheckedIOException e) {
      storage.close();
      throw e.getCause();
    } catch (Throwable e) {
      storage.close();
      throw e;
    }
  }

  @FunctionalInterface
  interface Use<T> {
    T make(Source source, Storage storage) throws IOException;
  }

  private DirectoryNode readArchive() throws IOException {
    Content content = storage.unpack(storage.map(path), null, null);
    requireTar(content);
    var builder = new TreeBuilder(storage.budget());
    TarReader.forEach(content, storage.budget(), entry -> builder.add(entry, content));
    return builder.root();
  }

  private static void requireTar(Content content) {
    if (!TarReader.isTar(content)) {
      throw new TreeException(
          content.name(), "is no tar archive", "name one, or a layout of an image");
    }
  }

  /// The tree: that of the image if it is one, or of the archive itself.
  DirectoryNode tree() throws IOException {
    ImageParts parts = parts(null);
    if (parts != null) {
      return stack(parts);
    }
    if (archive == null) {
      throw noImage();
    }
    return archive;
  }

  /// @param tag null if there is only one image
  /// @throws TreeException if it is no image
  ImageParts image(@Nullable String tag) throws IOException {
    ImageParts parts = parts(tag);
    if (parts == null) {
      throw noImage();
    }
    return parts;
  }

  private TreeException noImage() {
    return new TreeException(
        path,
        "has neither oci-layout nor manifest.json, and is no image",
        "name an OCI layout, or what docker save has written");
  }

  /// New archives of Docker are both: a layout, and names in `manifest.json`.
  ///
  /// @return null if it is no image
  private @Nullable ImageParts parts(@Nullable String tag) throws IOException {
    OciLayout layout = OciLayout.of(files);
    DockerArchive docker =
        layout == null || (tag != null && !layout.has(tag)) ? DockerArchive.of(files) : null;
    if (docker != null) {
      return docker.image(tag);
    }
    return layout == null ? null : layout.image(tag);
  }

  /// Lays the layers of an image over each other.
  DirectoryNode stack(ImageParts parts) throws IOException {
    JsonObject rootfs = parts.config().object("rootfs");
    List<String> inner = rootfs.list("diff_ids");
    if (inner.size() != parts.layers().size()) {
      throw rootfs.fault(
          "diff_ids", "are %d, for %d layers".formatted(inner.size(), parts.layers().size()));
    }
    var builder = new TreeBuilder(storage.budget());
    for (int i = 0; i < inner.size(); i++) {
      ImageParts.Blob layer = parts.layers().get(i);
      BlobDigest digest = innerDigest(rootfs, inner.get(i));
      Content content = storage.unpack(layer.content(), layer.digest(), digest);
      requireTar(content);
      Layer.add(content, builder, storage.budget());
    }
    return builder.root();
  }

  private static BlobDigest innerDigest(JsonObject rootfs, String text) {
    try {
      return BlobDigest.parse(text);
    } catch (IllegalArgumentException e) {
      throw rootfs.fault("diff_ids", e.getMessage());
    }
  }
}
