package dev.mote.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A layout with the image `a`, which a test spoils. Its files are called by their paths, or
/// `manifest`, `config` and `layer`.
record Spoiled(Path directory, Image image) {
  Path path(String file) {
    return switch (file) {
      case "manifest" -> Images.file(directory, image.digest());
      case "config" -> Images.file(directory, image.config().digest());
      case "layer" -> Images.file(directory, image.layers().getFirst().digest());
      default -> directory.resolve(file);
    };
  }

  String text(String file) {
    return quietly(() -> Files.readString(path(file)));
  }

  void write(String file, byte[] content) {
    quietly(() -> Files.write(path(file), content));
  }

  void delete(String file) {
    quietly(() -> Files.deleteIfExists(path(file)));
  }

  /// Replaces what must be there once. A manifest gets a new digest, which the index names.
  void edit(String file, String old, String replacement) {
    String text = text(file);
    assertThat(text).containsOnlyOnce(old);
    rewrite(file, text.replace(old, replacement));
  }

  void rewrite(String file, String text) {
    if (!file.equals("manifest")) {
      write(file, text.getBytes(UTF_8));
      return;
    }
    byte[] content = text.getBytes(UTF_8);
    var sha256 = Digest.sha256();
    sha256.update(content);
    Digest digest = Digest.of(sha256);
    quietly(() -> Files.write(Images.file(directory, digest), content));
    long size = quietly(() -> Files.size(path("manifest")));
    edit("index.json", "\"size\":" + size, "\"size\":" + content.length);
    edit("index.json", image.digest().hex(), digest.hex());
  }

  interface Work<T> {
    T work() throws IOException;
  }

  static <T> T quietly(Work<T> work) {
    try {
      return work.work();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
