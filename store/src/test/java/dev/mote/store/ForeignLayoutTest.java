package dev.mote.store;

import static dev.mote.store.Images.blobs;
import static dev.mote.store.Images.file;
import static dev.mote.store.Images.names;
import static dev.mote.store.Images.texts;
import static dev.mote.store.Images.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Layouts that other tools write are read, and what is unknown in them stays; what is written here
/// is what another reading of the specification finds.
class ForeignLayoutTest {
  @TempDir Path directory;

  private ImageLayout layout;

  @BeforeEach
  void makeLayout() throws IOException {
    layout = ImageLayout.create(directory);
  }

  private void index(String manifests) throws IOException {
    Files.writeString(
        directory.resolve("index.json"),
        "{\"schemaVersion\": 2, \"manifests\": %s, \"x\": [1.50, 12345678901234567890, true, null]}\n"
            .formatted(manifests));
  }

  private String index() throws IOException {
    return Files.readString(directory.resolve("index.json"));
  }

  private static String entry(String mediaType, Digest digest, long size, String more) {
    return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d%s}"
        .formatted(mediaType, digest, size, more);
  }

  @Test
  void anIndexOfGoMayHaveNullForNothing() throws IOException {
    index("null");
    assertThat(layout.list()).isEmpty();
    assertThat(layout.remove("a")).isFalse();
    write(layout, "a", "x");
    assertThat(texts(layout.read("a"))).containsExactly("x");
  }

  @Test
  void thereMayBeNoDirectoryOfBlobs() throws IOException {
    Files.delete(blobs(directory));
    Files.delete(directory.resolve("blobs"));
    ImageLayout.open(directory).prune();
    assertThat(texts(write(ImageLayout.open(directory), "a", "x"))).containsExactly("x");
  }

  @Test
  void whatIsUnknownInTheIndexStays() throws IOException {
    Image image = write(layout, "a", "x");
    long size = Files.size(file(directory, image.digest()));
    String entry =
        entry(
            Manifest.MEDIA_TYPE,
            image.digest(),
            size,
            ", \"platform\": {\"os\": \"linux\"}, \"annotations\": {\"q\": \"ü\"}");
    index("[" + entry + "]");
    write(layout, "b", "y");
    layout.remove("b");
    assertThat(index())
        .isEqualToIgnoringWhitespace(
            "{\"schemaVersion\":2,\"manifests\":[%s],\"x\":[1.50,12345678901234567890,true,null]}"
                .formatted(entry));
    assertThat(layout.list()).isEmpty();
    assertThat(texts(layout.read(image.digest().toString()))).containsExactly("x");
  }

  @Test
  void anIndexWithinTheIndexKeepsItsImages() throws IOException {
    Image image = write(layout, "a", "x");
    String inner = index();
    write(layout, "b", "y");
    Image asBlob =
        layout.write("c", Images.ARTIFACT, Blob.EMPTY, List.of(Images.blob(inner)), Map.of());
    Descriptor descriptor = asBlob.layers().getFirst();
    index(
        "[%s]"
            .formatted(
                entry(
                    Index.MEDIA_TYPE,
                    descriptor.digest(),
                    descriptor.size(),
                    ", \"annotations\": {\"org.opencontainers.image.ref.name\": \"all\"}")));
    layout.prune();
    var needed = Images.blobNames(image);
    needed.add(descriptor.digest().hex());
    assertThat(names(blobs(directory))).isEqualTo(needed);
    assertThatThrownBy(() -> layout.read("all"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("has 'all' as " + Index.MEDIA_TYPE);
    assertThat(layout.remove("all")).isTrue();
    assertThat(names(blobs(directory))).isEmpty();
  }

  @Test
  void nothingIsDeletedWhileSomethingIsUnknown() throws IOException {
    Image image = write(layout, "a", "x");
    index("[%s]".formatted(entry("application/x", image.config().digest(), 2, "")));
    Files.writeString(blobs(directory).resolve("note"), "not a blob");
    layout.prune();
    assertThat(names(blobs(directory))).containsAll(Images.blobNames(image));
    index("[]");
    layout.prune();
    assertThat(names(blobs(directory))).containsExactly("note");
  }

  @Test
  void aNameThatIsThereTwiceIsNobodysAndGoesTogether() throws IOException {
    write(layout, "a", "x");
    String first = index();
    layout.remove("a");
    write(layout, "a", "y");
    String second = index();
    Image y = layout.read("a");
    write(layout, "b", "x");
    String both =
        first.substring(0, first.lastIndexOf(']'))
            + ","
            + second.substring(second.indexOf('[') + 1);
    Files.writeString(directory.resolve("index.json"), both);
    assertThat(layout.list()).hasSize(2);
    assertThatThrownBy(() -> layout.read("a"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("has 2 images 'a'; its names are [a, a]");
    assertThat(texts(layout.read(y.digest().toString()))).containsExactly("y");
    write(layout, "a", "z");
    assertThat(layout.list()).hasSize(1);
  }

  @Test
  void aManifestMayLackWhatIsNotRequired() throws IOException {
    Image image = write(layout, "a", "x");
    Descriptor layer = image.layers().getFirst();
    String manifest =
        "{\"schemaVersion\":2,\"config\":%s,\"layers\":[]}"
            .formatted(entry(layer.mediaType(), layer.digest(), layer.size(), ""));
    Descriptor written =
        layout
            .write("b", Images.ARTIFACT, Blob.EMPTY, List.of(Images.blob(manifest)), Map.of())
            .layers()
            .getFirst();
    index("[%s]".formatted(entry(Manifest.MEDIA_TYPE, written.digest(), written.size(), "")));
    Image read = layout.read(written.digest().toString());
    assertThat(read.artifactType()).isEqualTo(layer.mediaType());
    assertThat(read.annotations()).isEmpty();
    assertThat(read.layers()).isEmpty();
  }

  /// Python's standard library reads the layout by the letter of the specification.
  @Test
  void pythonReadsTheSame() throws Exception {
    var expected = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      Image image = write(layout, "image/" + i, "shared", "ü" + i, "x".repeat(i * 100_000));
      expected.add(
          "image/%d %s %s %s %s"
              .formatted(
                  i, image.digest(), Images.ARTIFACT, image.annotations().get("layers"), "2"));
      for (Descriptor layer : image.layers()) {
        expected.add("  %s %s %d".formatted(layer.mediaType(), layer.digest(), layer.size()));
      }
    }
    write(layout, "image/4", "replaced");
    layout.remove("image/4");
    expected.subList(expected.size() - 4, expected.size()).clear();
    expected.add("14 blobs"); // 4 manifests, 1 config, 9 layers

    Process python =
        new ProcessBuilder("python3", "src/test/python/read_layout.py", directory.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(python.getInputStream().readAllBytes(), UTF_8);
    assertThat(python.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(output.lines()).containsExactlyElementsOf(expected);
    assertThat(python.exitValue()).isZero();
  }
}
