package dev.mote.store;

import static dev.mote.store.Images.blobNames;
import static dev.mote.store.Images.blobs;
import static dev.mote.store.Images.file;
import static dev.mote.store.Images.names;
import static dev.mote.store.Images.texts;
import static dev.mote.store.Images.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written is read again, blobs are shared, and nothing stays that nobody needs.
class ImageLayoutTest {
  @TempDir Path temporary;

  private Path directory;
  private ImageLayout layout;

  @BeforeEach
  void makeLayout() throws IOException {
    directory = temporary.resolve("a/layout");
    layout = ImageLayout.create(directory);
  }

  @Test
  void aNewLayoutIsEmpty() throws IOException {
    assertThat(layout.list()).isEmpty();
    assertThat(directory.resolve("oci-layout")).hasContent("{\"imageLayoutVersion\":\"1.0.0\"}");
    assertThat(names(blobs(directory))).isEmpty();
  }

  @Test
  void anImageIsReadAsItWasWritten() throws IOException {
    Blob config = Blob.of("application/json", "{\"a\":1}".getBytes(UTF_8));
    Image written =
        layout.write(
            "library/thing:1.0",
            Images.ARTIFACT,
            config,
            List.of(Images.blob("bottom"), Images.blob("")),
            Map.of("ключ", "\u0000 \" \\ 😀"));
    Image read = ImageLayout.open(directory).read("library/thing:1.0");
    assertThat(read.digest()).isEqualTo(written.digest());
    assertThat(read.artifactType()).isEqualTo(Images.ARTIFACT);
    assertThat(read.annotations()).isEqualTo(Map.of("ключ", "\u0000 \" \\ 😀"));
    assertThat(read.config().mediaType()).isEqualTo("application/json");
    assertThat(Images.text(read, read.config())).isEqualTo("{\"a\":1}");
    assertThat(texts(read)).containsExactly("bottom", "");
    assertThat(read.layers()).isEqualTo(written.layers());
    assertThat(layout.list())
        .extracting(Named::reference, named -> named.manifest().digest())
        .containsExactly(tuple("library/thing:1.0", read.digest()));
    assertThat(layout.read(read.digest().toString()).layers()).isEqualTo(read.layers());
  }

  @Test
  void anImageMayHaveNothing() throws IOException {
    layout.write("nothing", Images.ARTIFACT, Blob.EMPTY, List.of(), Map.of());
    Image image = layout.read("nothing");
    assertThat(image.layers()).isEmpty();
    assertThat(Images.text(image, image.config())).isEqualTo("{}");
  }

  @Test
  void anOpenedBlobIsAtItsBeginning() throws IOException {
    Image image = write(layout, "a", "content");
    try (FileChannel channel = image.open(image.layers().getFirst())) {
      assertThat(channel.position()).isZero();
      assertThat(Channels.newInputStream(channel).readAllBytes()).asString().isEqualTo("content");
    }
  }

  @Test
  void whoReadsSaysHowMuch() throws IOException {
    Image image = write(layout, "a", "content");
    Descriptor layer = image.layers().getFirst();
    assertThat(image.bytes(layer, 7)).hasSize(7);
    assertThatThrownBy(() -> image.bytes(layer, 6))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining(layer.digest().hex())
        .hasMessageContaining("has 7 bytes, more than 6");
  }

  @Test
  void aBlobComesInPiecesOfAnySize() throws IOException {
    var blob =
        new Blob() {
          @Override
          public String mediaType() {
            return Images.LAYER;
          }

          @Override
          public void writeTo(WritableByteChannel to) throws IOException {
            for (String piece : List.of("pie", "", "ce", "s")) {
              ByteBuffer bytes = ByteBuffer.wrap(("__" + piece).getBytes(UTF_8)).position(2);
              assertThat(to.write(bytes)).isEqualTo(piece.length());
              assertThat(bytes.hasRemaining()).isFalse();
            }
            to.close();
          }
        };
    Image image = layout.write("a", Images.ARTIFACT, Blob.EMPTY, List.of(blob), Map.of());
    assertThat(texts(image)).containsExactly("pieces");
  }

  @Test
  void blobsAreSharedAndNotWrittenAgain() throws IOException {
    Image first = write(layout, "first", "shared", "one");
    Path shared = file(directory, first.layers().getFirst().digest());
    Object inode = Files.readAttributes(shared, BasicFileAttributes.class).fileKey();
    Image second = write(layout, "second", "two", "shared");
    assertThat(second.layers().get(1)).isEqualTo(first.layers().get(0));
    assertThat(Files.readAttributes(shared, BasicFileAttributes.class).fileKey()).isEqualTo(inode);
    assertThat(names(blobs(directory))).isEqualTo(blobNames(first, second)).hasSize(6);
  }

  @Test
  void aDamagedBlobIsWrittenAgain() throws IOException {
    Image image = write(layout, "a", "content");
    Path file = file(directory, image.layers().getFirst().digest());
    Files.writeString(file, "c0ntent");
    assertThat(texts(write(layout, "b", "content"))).containsExactly("content");
    Files.delete(file);
    Files.createSymbolicLink(file, Files.writeString(temporary.resolve("outside"), "content"));
    assertThat(texts(write(layout, "c", "content"))).containsExactly("content");
    assertThat(temporary.resolve("outside")).hasContent("content");
  }

  @Test
  void aReferenceMeansTheLastImage() throws IOException {
    Image old = write(layout, "a", "old");
    Image young = write(layout, "a", "new");
    assertThat(texts(layout.read("a"))).containsExactly("new");
    assertThat(layout.list()).hasSize(1);
    assertThat(names(blobs(directory))).isEqualTo(blobNames(old, young));
    layout.prune();
    assertThat(names(blobs(directory))).isEqualTo(blobNames(young));
    assertThat(texts(layout.read("a"))).containsExactly("new");
  }

  @Test
  void whatIsRemovedTakesAlongWhatNobodyElseNeeds() throws IOException {
    write(layout, "first", "shared", "one");
    Image second = write(layout, "second", "two", "shared");
    assertThat(layout.remove("first")).isTrue();
    assertThat(layout.remove("first")).isFalse();
    assertThat(names(blobs(directory))).isEqualTo(blobNames(second));
    assertThat(texts(layout.read("second"))).containsExactly("two", "shared");
    assertThat(layout.remove(second.digest().toString())).isTrue();
    assertThat(names(blobs(directory))).isEmpty();
    assertThat(layout.list()).isEmpty();
  }

  @Test
  void anImageLivesUnderItsOtherName() throws IOException {
    Image image = write(layout, "one", "x");
    write(layout, "two", "x");
    layout.remove("one");
    assertThat(names(blobs(directory))).isEqualTo(blobNames(image));
    assertThat(texts(layout.read("two"))).containsExactly("x");
  }

  @Test
  void aBrokenImageCanBeRemovedButNoOtherWhileItIsThere() throws IOException {
    Image broken = write(layout, "broken", "x");
    Image whole = write(layout, "whole", "y");
    Files.writeString(file(directory, broken.digest()), "{}");
    byte[] index = Files.readAllBytes(directory.resolve("index.json"));
    assertThatThrownBy(() -> layout.remove("whole"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining(broken.digest().hex());
    assertThat(directory.resolve("index.json")).hasBinaryContent(index);
    assertThat(texts(layout.read("whole"))).containsExactly("y");
    assertThat(layout.remove("broken")).isTrue();
    assertThat(names(blobs(directory))).isEqualTo(blobNames(whole));
  }

  @Test
  void whatIsNotThereIsNamed() throws IOException {
    write(layout, "apple", "x");
    assertThatThrownBy(() -> layout.read("pear"))
        .isInstanceOf(LayoutException.class)
        .hasMessage(
            "%s has 0 images 'pear'; its names are [apple]", directory.resolve("index.json"));
    assertThat(layout.remove("pear")).isFalse();
  }

  @Test
  void aSourceThatFailsChangesNothing() throws IOException {
    Image image = write(layout, "a", "old");
    var failing =
        new Blob() {
          @Override
          public String mediaType() {
            return Images.LAYER;
          }

          @Override
          public void writeTo(WritableByteChannel to) throws IOException {
            to.write(ByteBuffer.allocate(100));
            throw new IOException("no more");
          }
        };
    assertThatThrownBy(
            () -> layout.write("a", Images.ARTIFACT, Blob.EMPTY, List.of(failing), Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessage("no more");
    assertThat(layout.read("a").digest()).isEqualTo(image.digest());
    assertThat(names(directory)).containsExactly(".lock", "blobs", "index.json", "oci-layout");
    assertThat(names(blobs(directory))).isEqualTo(blobNames(image));
  }

  @Test
  void aSourceMayReadTheLayoutButNotWriteToIt() throws IOException {
    write(layout, "a", "x");
    var nested =
        new Blob() {
          @Override
          public String mediaType() {
            return Images.LAYER;
          }

          @Override
          public void writeTo(WritableByteChannel to) throws IOException {
            assertThat(texts(layout.read("a"))).containsExactly("x");
            Images.write(ImageLayout.open(directory), "b");
          }
        };
    assertThatThrownBy(
            () -> layout.write("a", Images.ARTIFACT, Blob.EMPTY, List.of(nested), Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is writing to " + directory + " already");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "/a",
        "a/",
        "a//b",
        "-a",
        "a---b",
        "../a",
        "a\n",
        "é",
        "sha256:0123456789012345678901234567890123456789012345678901234567890123"
      })
  void aReferenceIsAName(String reference) {
    assertThatThrownBy(() -> write(layout, reference))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no name for an image");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "1.0", "a/b/c", "host.example:5000/a_b--c@d+e"})
  void aReferenceMayBeLikeThis(String reference) throws IOException {
    write(layout, reference, "x");
    assertThat(texts(layout.read(reference))).containsExactly("x");
  }

  @Test
  void whatOciDoesNotAllowIsNotWritten() throws IOException {
    assertThatThrownBy(() -> write(layout, "a".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> layout.write("a", "text", Blob.EMPTY, List.of(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'text' is not a media type");
    List<Blob> many = Collections.nCopies(129, Images.blob("x"));
    assertThatThrownBy(() -> layout.write("a", Images.ARTIFACT, Blob.EMPTY, many, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("129 layers, more than 128");
    List<Blob> most = many.subList(0, 128);
    layout.write("most", Images.ARTIFACT, Blob.EMPTY, most, Map.of());
    assertThat(layout.read("most").layers()).hasSize(128);
    for (String bad : List.of("x".repeat(5 << 20), "\ud800")) {
      assertThatThrownBy(
              () -> layout.write("a", Images.ARTIFACT, Blob.EMPTY, List.of(), Map.of("k", bad)))
          .isInstanceOf(LayoutException.class)
          .hasMessageStartingWith("the manifest of a ");
    }
    assertThat(layout.list()).extracting(Named::reference).containsExactly("most");
  }

  @Test
  void whatADeadWriterLeftIsReplaced() throws IOException {
    Files.writeString(directory.resolve(".writing"), "half of some");
    write(layout, "a", "x");
    assertThat(names(directory)).containsExactly(".lock", "blobs", "index.json", "oci-layout");
  }

  @Test
  void aLayoutThatWasHalfMadeIsMade() throws IOException {
    for (String left : List.of("index.json", ".writing", "blobs")) {
      Files.delete(directory.resolve("oci-layout"));
      Files.deleteIfExists(directory.resolve("index.json"));
      if (!left.equals("blobs")) {
        Files.writeString(directory.resolve(left), "");
      }
      assertThat(ImageLayout.create(directory).list()).as(left).isEmpty();
    }
  }

  @Test
  void aDirectoryOfSomethingElseIsLeftAlone() throws IOException {
    Path other = Files.createDirectories(temporary.resolve("other"));
    Files.createDirectory(other.resolve("blobs"));
    assertThatThrownBy(() -> ImageLayout.create(other))
        .isInstanceOf(LayoutException.class)
        .hasMessage(other + " is neither a layout nor empty; name another directory");
    assertThat(names(other)).containsExactly("blobs");
    Path text = Files.writeString(temporary.resolve("text"), "");
    assertThatThrownBy(() -> ImageLayout.create(text))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("text is not a directory");
  }

  @Test
  void readingTakesNoLock() throws IOException {
    write(layout, "a", "x");
    Files.delete(directory.resolve(".lock"));
    assertThat(texts(ImageLayout.create(directory).read("a"))).containsExactly("x");
    assertThat(directory.resolve(".lock")).doesNotExist();
  }
}
