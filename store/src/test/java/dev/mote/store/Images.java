package dev.mote.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Small images of text, for tests.
final class Images {
  static final String ARTIFACT = "application/vnd.example.thing";
  static final String LAYER = "application/vnd.example.layer";

  private Images() {}

  static Blob blob(String text) {
    return Blob.of(LAYER, text.getBytes(UTF_8));
  }

  static Image write(ImageLayout layout, String reference, String... layers) throws IOException {
    return layout.write(
        reference,
        ARTIFACT,
        Blob.EMPTY,
        Stream.of(layers).map(Images::blob).toList(),
        Map.of("layers", "" + layers.length));
  }

  static String text(Image image, Descriptor blob) throws IOException {
    return new String(image.bytes(blob, 1 << 20), UTF_8);
  }

  static List<String> texts(Image image) throws IOException {
    var texts = new ArrayList<String>();
    for (Descriptor layer : image.layers()) {
      texts.add(text(image, layer));
    }
    return texts;
  }

  static Path blobs(Path directory) {
    return directory.resolve("blobs/sha256");
  }

  static Path file(Path directory, Digest digest) {
    return blobs(directory).resolve(digest.hex());
  }

  static Set<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /// What the blobs of these images are called, each once.
  static Set<String> blobNames(Image... images) {
    var names = new TreeSet<String>();
    for (Image image : images) {
      names.add(image.digest().hex());
      names.add(image.config().digest().hex());
      image.layers().forEach(layer -> names.add(layer.digest().hex()));
    }
    return names;
  }
}
