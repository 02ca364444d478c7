package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.FileTree;
import dev.mote.trees.Archive;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarWriterTest {
  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    String deep = "a".repeat(90) + "/" + "ü".repeat(60) + "/file";
    Path archive = folder.resolve("archive.tar");
    try (var out = Files.newOutputStream(archive);
        var tar = new TarWriter(out)) {
      tar.directory("a".repeat(90));
      tar.file(deep, true, 5, new ByteArrayInputStream("hello".getBytes(UTF_8)));
      tar.file("empty", false, 0, new ByteArrayInputStream(new byte[0]));
      tar.file("block", false, 512, new ByteArrayInputStream(new byte[512]));
      tar.link("link", "x".repeat(150));
    }
    try (FileTree tree = Archive.open(archive).tree()) {
      assertThat(tree.list("")).containsExactly("a".repeat(90), "block", "empty", "link");
      assertThat(tree.read(deep, 10)).asString(UTF_8).isEqualTo("hello");
      assertThat(tree.read("empty", 10)).isEmpty();
      assertThat(tree.read("block", 512)).hasSize(512);
    }
  }

  @Test
  void otherToolsReadIt() throws Exception {
    Path archive = folder.resolve("archive.tar");
    String name = "n".repeat(200);
    try (var out = Files.newOutputStream(archive);
        var tar = new TarWriter(out)) {
      tar.file(name, false, 3, new ByteArrayInputStream("abc".getBytes(UTF_8)));
    }
    Process listing = new ProcessBuilder("tar", "tf", archive.toString()).start();
    assertThat(new String(listing.getInputStream().readAllBytes(), UTF_8)).isEqualTo(name + "\n");
    assertThat(listing.waitFor()).isZero();
  }

  @Test
  void aFileThatBecameShorterIsSaid() {
    var tar = new TarWriter(new ByteArrayOutputStream());
    assertThatThrownBy(() -> tar.file("f", false, 5, new ByteArrayInputStream(new byte[3])))
        .hasMessageContaining("f became shorter");
  }
}
