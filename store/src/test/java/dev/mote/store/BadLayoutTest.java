package dev.mote.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is wrong with a layout is found, named, and told with a remedy.
class BadLayoutTest {
  @TempDir static Path good;
  private static Image image;

  @TempDir Path directory;

  @BeforeAll
  static void writeImage() throws IOException {
    image = Images.write(ImageLayout.create(good), "a", "hello");
    BadLayout.read(good);
  }

  static Stream<BadLayout> cases() {
    return BadLayout.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefused(BadLayout bad) throws IOException {
    copyLayout();
    var layout = new Spoiled(directory, image);
    bad.spoil().accept(layout);
    assertThatThrownBy(() -> BadLayout.read(directory))
        .isInstanceOf(LayoutException.class)
        .hasMessageContainingAll(bad.fault().split(" \\.\\.\\. "))
        .hasMessageMatching("(?s)%s.* .+; \\w.*".formatted(start(layout, bad.file())))
        .message()
        .satisfies(message ->
            assertThat(message.chars()).allMatch(c -> c >= ' ' && c <= '~').hasSizeLessThan(2000));
  }

  private void copyLayout() throws IOException {
    try (Stream<Path> files = Files.walk(good)) {
      for (Path file : files.skip(1).toList()) {
        Files.copy(file, directory.resolve(good.relativize(file)));
      }
    }
  }

  /// A manifest that was edited has another name.
  private static String start(Spoiled layout, String file) {
    return file.equals("manifest")
        ? Images.blobs(layout.directory()).toString()
        : layout.path(file).toString();
  }

  @Test
  void theCasesAreDistinct() {
    assertThat(cases().map(bad -> bad.file() + bad.name())).doesNotHaveDuplicates();
    assertThat(cases().count()).isGreaterThan(200);
  }
}
