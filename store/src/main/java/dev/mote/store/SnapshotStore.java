package dev.mote.store;

import dev.mote.FileSources;
import dev.mote.Snapshot;
import dev.mote.SnapshotParts;
import dev.mote.SnapshotReader;
import dev.mote.SnapshotSummary;
import dev.mote.json.Quote;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Snapshots on disk: a directory that is an OCI image layout, with one image for each name.
///
/// The description of a snapshot is the config of its image; its program, its files and its pages
/// are layers. What a snapshot shares with one that is there already is not written again: one that
/// was taken of a restored sandbox adds only what differs.
///
/// A change is there wholly or not at all. Nothing that is read is trusted: its digest is compared,
/// and then each field is checked. Thread-safe, as other processes may use the directory too.
public final class SnapshotStore {
  /// What an image must be to be a snapshot.
  public static final String ARTIFACT_TYPE = "application/vnd.mote.snapshot.v1";

  private static final String DESCRIPTION = "application/vnd.mote.snapshot.v1+cbor";
  private static final String PROGRAM = "application/vnd.mote.snapshot.program.v1";
  private static final String FILES = "application/vnd.mote.snapshot.files.v1+cbor";
  private static final String PAGES = "application/vnd.mote.snapshot.pages.v1";
  private static final int BEFORE_PAGES = 2;

  private final Path directory;
  private final ImageLayout layout;
  private final SnapshotReader reader = new SnapshotReader();

  private SnapshotStore(Path directory, ImageLayout layout) {
    this.directory = directory;
    this.layout = layout;
  }

  /// Opens a store, and makes it first if the directory is empty or not there.
  ///
  /// @throws LayoutException if the directory has other things in it
  public static SnapshotStore create(Path directory) throws IOException {
    return new SnapshotStore(directory, ImageLayout.create(directory));
  }

  /// @throws LayoutException if the directory is not there, or no store
  public static SnapshotStore open(Path directory) throws IOException {
    return new SnapshotStore(directory, ImageLayout.open(directory));
  }

  /// Writes a snapshot, in place of what has the name until now.
  ///
  /// @param name letters and digits, with single `-._:@+/` between them
  /// @throws IllegalArgumentException if the name is none
  /// @throws dev.mote.SnapshotException if the snapshot cannot be stored; the message says why
  /// @throws LayoutException if the directory is damaged
  /// @throws IOException if it cannot be written, such as on a full disk: what was there is there,
  ///   and nothing else
  public void save(String name, Snapshot snapshot) throws IOException {
    SnapshotParts parts = SnapshotParts.of(snapshot);
    var layers = new ArrayList<Blob>();
    layers.add(blob(PROGRAM, parts.program()));
    layers.add(blob(FILES, parts.files()));
    parts.pages().forEach(part -> layers.add(blob(PAGES, part)));
    Blob description = Blob.of(DESCRIPTION, parts.description());
    try {
      layout.write(name, ARTIFACT_TYPE, description, layers, Map.of());
    } catch (IOException e) {
      throw new IOException(
          "%s could not be written, and has what it had: %s".formatted(directory, e.getMessage()),
          e);
    }
  }

  private static Blob blob(String mediaType, SnapshotParts.Part part) {
    return new Blob() {
      @Override
      public String mediaType() {
        return mediaType;
      }

      @Override
      public void writeTo(WritableByteChannel to) throws IOException {
        part.writeTo(to);
      }
    };
  }

  /// Reads a snapshot whose program is shown nothing of the host.
  ///
  /// @param name or digest, with `sha256:`
  /// @throws LayoutException if there is none, or the directory is damaged
  /// @throws dev.mote.SnapshotException if it is no snapshot that can go on here; the message says
  ///   why
  /// @throws dev.mote.HostException if this host cannot run sandboxes
  public Snapshot load(String name) throws IOException {
    return load(name, FileSources.none());
  }

  /// Reads a snapshot. Its pages are mapped from the directory: what reads the same layer, in this
  /// process or another, shares its memory. It lives on when it is removed from the store.
  ///
  /// @param name or digest, with `sha256:`
  /// @param sources what its program is shown of the host: what its builder was given
  /// @throws LayoutException if there is none, or the directory is damaged
  /// @throws dev.mote.SnapshotException if it is no snapshot that can go on here, or something that
  ///   the program has open or mapped is not as it was; the message says why
  /// @throws dev.mote.HostException if this host cannot run sandboxes
  public Snapshot load(String name, FileSources sources) throws IOException {
    Image image = find(name);
    byte[] description = image.bytes(image.config(), SnapshotParts.LARGEST_DESCRIPTION);
    List<Descriptor> layers = image.layers();
    try (FileChannel program = image.open(layers.get(0));
        FileChannel files = image.open(layers.get(1))) {
      List<Pages> pages =
          layers.subList(BEFORE_PAGES, layers.size()).stream()
              .map(layer -> new Pages(image, layer))
              .toList();
      return reader.read(description, program, files, pages, sources);
    }
  }

  /// Reads what a snapshot says of itself, and compares all that is stored of it with its digests.
  ///
  /// @param name or digest, with `sha256:`
  /// @throws LayoutException if there is none, or the directory is damaged
  /// @throws dev.mote.SnapshotException if it is none that this Mote reads
  public SnapshotSummary summary(String name) throws IOException {
    Image image = find(name);
    for (Descriptor layer : image.layers()) {
      image.open(layer).close();
    }
    return SnapshotSummary.of(image.bytes(image.config(), SnapshotParts.LARGEST_DESCRIPTION));
  }

  private record Pages(Image image, Descriptor layer) implements SnapshotReader.Layer {
    @Override
    public String digest() {
      return layer.digest().toString();
    }

    @Override
    public FileChannel open() throws IOException {
      return image.open(layer);
    }
  }

  /// The image of a snapshot: its digest and its layers, of which nothing was read yet.
  ///
  /// @throws LayoutException if there is none, it is an image of something else, or the directory
  ///   is damaged
  public Image find(String name) throws IOException {
    Image image = layout.read(name);
    if (!image.artifactType().equals(ARTIFACT_TYPE)) {
      throw foreign(name, "its type is " + image.artifactType());
    }
    if (!image.config().mediaType().equals(DESCRIPTION)) {
      throw foreign(name, "its config is of type " + image.config().mediaType());
    }
    List<Descriptor> layers = image.layers();
    if (layers.size() <= BEFORE_PAGES) {
      throw foreign(name, "it has %d layers".formatted(layers.size()));
    }
    for (int i = 0; i < layers.size(); i++) {
      String expected = i == 0 ? PROGRAM : i == 1 ? FILES : PAGES;
      if (!layers.get(i).mediaType().equals(expected)) {
        throw foreign(
            name,
            "layer %d is of type %s, not %s".formatted(i, layers.get(i).mediaType(), expected));
      }
    }
    return image;
  }

  private LayoutException foreign(String name, String fault) {
    return new LayoutException(
        directory,
        "has %s, which is no snapshot that this Mote reads: %s".formatted(Quote.quote(name), fault),
        "create it anew");
  }

  /// The names that there are, in the order of the directory; what they name may be images of
  /// something else.
  public List<String> names() throws IOException {
    return layout.list().stream().map(Named::reference).toList();
  }

  /// Removes a snapshot, and what no other one needs of it.
  ///
  /// @param name or digest, with `sha256:`, which removes all its names
  /// @return whether there was one
  /// @throws LayoutException if the directory is damaged; nothing has changed then
  public boolean remove(String name) throws IOException {
    return layout.remove(name);
  }
}
