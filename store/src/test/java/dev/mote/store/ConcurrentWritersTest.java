package dev.mote.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes and threads that write and remove at once lose nothing of each other.
class ConcurrentWritersTest {
  private static final int COUNT = 20;

  @TempDir Path temporary;

  private Path directory;

  @BeforeEach
  void makeLayout() throws IOException {
    directory = temporary.resolve("layout");
    ImageLayout.create(directory);
  }

  @Test
  void nothingIsLost() throws Exception {
    try (var a = WriterProcess.start("names", directory, "a", COUNT);
        var b = WriterProcess.start("names", directory, "b", COUNT);
        var threads = Executors.newFixedThreadPool(2)) {
      a.go();
      b.go();
      List<Future<?>> works =
          Stream.of("c", "d").<Future<?>>map(prefix -> threads.submit(() -> work(prefix))).toList();
      for (Future<?> work : works) {
        work.get();
      }
      assertThat(a.output()).isEmpty();
      assertThat(b.output()).isEmpty();
      assertThat(a.exitStatus()).isZero();
      assertThat(b.exitStatus()).isZero();
    }

    ImageLayout layout = ImageLayout.open(directory);
    List<String> expected =
        Stream.of("a", "b", "c", "d")
            .flatMap(prefix ->
                IntStream.range(0, COUNT).filter(i -> i % 5 != 3).mapToObj(i -> prefix + i))
            .toList();
    assertThat(layout.list())
        .extracting(Named::reference)
        .containsExactlyInAnyOrderElementsOf(expected);
    for (String reference : expected) {
      assertThat(Images.texts(layout.read(reference))).containsExactly("shared", reference);
    }
  }

  /// As the processes do, through an object of its own.
  private Void work(String prefix) throws IOException {
    WriterProcess.Main.names(ImageLayout.create(directory), prefix, COUNT);
    return null;
  }

  @Test
  void threadsMakeALayoutAtOnce() throws Exception {
    Path layout = temporary.resolve("new");
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<ImageLayout>> made =
          IntStream.range(0, 8)
              .mapToObj(_ -> threads.submit(() -> ImageLayout.create(layout)))
              .toList();
      for (Future<ImageLayout> one : made) {
        assertThat(one.get().list()).isEmpty();
      }
    }
  }

  /// The JVM that does it has a heap of 32 MiB.
  @Test
  void aBlobMayBeLargerThanTheHeap() throws Exception {
    try (var writer = WriterProcess.start("large", directory, 200)) {
      writer.go();
      assertThat(writer.output()).containsExactly("200");
      assertThat(writer.exitStatus()).isZero();
    }
  }
}
