package dev.mote.store;

import dev.mote.json.Json;
import dev.mote.json.Quote;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A directory that is an OCI image layout (image-spec 1.1, `image-layout.md`): blobs by their
/// SHA-256, and `index.json` with the names of images.
///
/// A change is there wholly or not at all, whenever the process or the host ends, and lasts once
/// the method has returned. Threads and processes may change a layout at once; they take turns, by
/// the file `.lock`. Whoever reads does not wait. Thread-safe.
///
/// Every method that reads throws a [LayoutException] if what it reads is not as it should be, and
/// then has changed nothing.
public final class ImageLayout {
  private static final int LONGEST_REFERENCE = 255;

  /// The annotation `org.opencontainers.image.ref.name`, as the specification wants it.
  private static final Pattern REFERENCE =
      Pattern.compile("[A-Za-z0-9]+(?:(?:[-._:@+]|--|/)[A-Za-z0-9]+)*");

  private final LayoutDirectory directory;
  private final Blobs blobs;

  private ImageLayout(LayoutDirectory directory) {
    this.directory = directory;
    this.blobs = new Blobs(directory);
  }

  /// Opens a layout, and makes it first if the directory is empty or not there.
  ///
  /// @throws LayoutException if the directory has other things in it
  public static ImageLayout create(Path directory) throws IOException {
    return new ImageLayout(LayoutDirectory.create(directory));
  }

  /// @throws LayoutException if the directory is not there, or not a layout of version 1.0
  public static ImageLayout open(Path directory) throws IOException {
    return new ImageLayout(LayoutDirectory.open(directory));
  }

  /// Writes an image. What the reference meant until now stays in the layout, without this name,
  /// until something is [removed][#remove].
  ///
  /// @param artifactType what the image is, as a media type
  /// @param layers at most 128
  /// @throws IllegalArgumentException if the reference, a media type or the number of layers is
  ///   none that OCI allows
  public Image write(
      String reference,
      String artifactType,
      Blob config,
      List<Blob> layers,
      Map<String, String> annotations)
      throws IOException {
    requireReference(reference);
    if (layers.size() > Manifest.MOST_LAYERS) {
      throw new IllegalArgumentException(
          "%d layers, more than %d".formatted(layers.size(), Manifest.MOST_LAYERS));
    }
    Descriptor.requireMediaType(artifactType);
    Descriptor.requireMediaType(config.mediaType());
    layers.forEach(layer -> Descriptor.requireMediaType(layer.mediaType()));
    try (WriteLock _ = WriteLock.take(directory.path)) {
      var added = new ArrayList<Descriptor>();
      try {
        return write(reference, artifactType, config, layers, annotations, added);
      } catch (IOException | RuntimeException | Error e) {
        removeUnlessNeeded(added, e);
        throw e;
      }
    }
  }

  /// @param added what was not there before
  private Image write(
      String reference,
      String artifactType,
      Blob config,
      List<Blob> layers,
      Map<String, String> annotations,
      List<Descriptor> added)
      throws IOException {
    Index index = directory.index();
    Descriptor writtenConfig = blobs.write(config, added);
    var writtenLayers = new ArrayList<Descriptor>();
    for (Blob layer : layers) {
      writtenLayers.add(blobs.write(layer, added));
    }
    var manifest = new Manifest(artifactType, writtenConfig, writtenLayers, annotations);
    var file = new LayoutFile(Path.of("the manifest of " + reference), "annotate it with less");
    byte[] json = Json.write(file, manifest.json());
    Descriptor written = blobs.write(Blob.of(Manifest.MEDIA_TYPE, json), added);
    blobs.sync();
    var image = new Image(written, blobs);
    directory.replace(index.without(reference).with(reference, written));
    return image;
  }

  /// After a write that failed: what it has added goes, unless the layout names it by now.
  private void removeUnlessNeeded(List<Descriptor> added, Throwable why) {
    try {
      Optional<Set<Digest>> needed = Needed.by(directory.index(), blobs);
      for (Descriptor blob : added) {
        if (needed.isPresent() && !needed.get().contains(blob.digest())) {
          blobs.delete(blob);
        }
      }
    } catch (IOException e) {
      why.addSuppressed(e); // what stays is pruned some day
    }
  }

  /// Finds an image.
  ///
  /// @param reference its name, or the digest of its manifest, with `sha256:`
  /// @throws LayoutException also if there is none, or more than one
  public Image read(String reference) throws IOException {
    Index index = directory.index();
    Set<Descriptor> found =
        index.of(reference).stream().map(Index.Entry::manifest).collect(Collectors.toSet());
    if (found.size() != 1) {
      List<String> names = named(index).stream().map(Named::reference).toList();
      throw new LayoutException(
          directory.indexPath(),
          "has %d images %s".formatted(found.size(), Quote.quote(reference)),
          "its names are " + Quote.printable(names.toString()));
    }
    Descriptor manifest = found.iterator().next();
    if (!manifest.mediaType().equals(Manifest.MEDIA_TYPE)) {
      throw new LayoutException(
          directory.indexPath(),
          "has %s as %s".formatted(Quote.quote(reference), manifest.mediaType()),
          "only %s can be read".formatted(Manifest.MEDIA_TYPE));
    }
    return new Image(manifest, blobs);
  }

  /// The names that there are; a name that another tool gave twice is there twice.
  public List<Named> list() throws IOException {
    return named(directory.index());
  }

  private static List<Named> named(Index index) {
    var named = new ArrayList<Named>();
    for (Index.Entry entry : index.entries()) {
      if (entry.reference() != null) {
        named.add(new Named(entry.reference(), entry.manifest()));
      }
    }
    return named;
  }

  /// Removes an image, and [prunes][#prune] the layout.
  ///
  /// @param reference its name, or the digest of its manifest, which removes all its names
  /// @return whether there was one
  /// @throws LayoutException also if the manifest of another image cannot be read
  public boolean remove(String reference) throws IOException {
    try (WriteLock _ = WriteLock.take(directory.path)) {
      Index index = directory.index();
      boolean found = !index.of(reference).isEmpty();
      if (found) {
        reduceTo(index.without(reference));
      }
      return found;
    }
  }

  /// Deletes every blob that no image needs any more. None, if another tool put something into the
  /// layout of which it is not known here what it needs.
  public void prune() throws IOException {
    try (WriteLock _ = WriteLock.take(directory.path)) {
      reduceTo(directory.index());
    }
  }

  private void reduceTo(Index index) throws IOException {
    Optional<Set<Digest>> needed = Needed.by(index, blobs);
    directory.replace(index);
    if (needed.isPresent()) {
      blobs.keepOnly(needed.get());
    }
  }

  private static void requireReference(String reference) {
    if (reference.length() > LONGEST_REFERENCE
        || !REFERENCE.matcher(reference).matches()
        || Digest.isDigest(reference)) {
      throw new IllegalArgumentException(
          Quote.quote(reference)
              + " is no name for an image: letters and digits, with single -._:@+/ between them");
    }
  }
}
