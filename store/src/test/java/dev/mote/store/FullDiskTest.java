package dev.mote.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mote.Ending;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is full while something is written to a layout: the error says so, what was there is
/// there, and of what was begun nothing is left.
class FullDiskTest {
  private static final int MIB = 1 << 20;

  @TempDir Path disk;

  @BeforeEach
  void mount() throws Exception {
    var mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString())
            .redirectErrorStream(true)
            .start();
    assumeTrue(mount.waitFor() == 0, "only root mounts");
  }

  @AfterEach
  void unmount() throws Exception {
    new ProcessBuilder("umount", "--lazy", disk.toString()).start().waitFor();
  }

  private static Blob blob(int bytes, int content) {
    byte[] all = new byte[bytes];
    Arrays.fill(all, (byte) content);
    return Blob.of("application/octet-stream", all);
  }

  private static Snapshot waiting() {
    return Sandbox.builder(Program.of(Path.of("/bin/busybox"), "cat"))
        .snapshot(SnapshotPoint.INPUT);
  }

  private static SortedSet<String> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      var names = new TreeSet<String>();
      all.filter(Files::isRegularFile).forEach(file -> names.add(file.toString()));
      return names;
    }
  }

  @Test
  void theSnapshotThatIsThereStaysAndNothingIsLeft() throws Exception {
    SnapshotStore store = SnapshotStore.create(disk.resolve("store"));
    Snapshot snapshot = waiting(); // some 2 MiB
    store.save("old", snapshot);
    String digest = store.find("old").digest().toString();
    SortedSet<String> before = files(disk);
    Snapshot other =
        Sandbox.builder(Program.of(Path.of("/bin/bash-static"), "-c", "read line; echo $line"))
            .snapshot(SnapshotPoint.INPUT);
    for (String name : List.of("old", "new")) {
      assertThatThrownBy(() -> store.save(name, other))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(
              "could not be written, and has what it had: No space left on device");
      assertThat(store.names()).containsExactly("old");
      assertThat(store.find("old").digest()).hasToString(digest);
      assertThat(files(disk)).isEqualTo(before);
    }
    var streams = Streams.capture("still there");
    try (var sandbox = Sandbox.builder(store.load("old")).build()) {
      assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(0));
    }
    assertThat(streams.outputText()).isEqualTo("still there");
  }

  /// Some layers are written when the disk is full: they go too, but for those that were there.
  @Test
  void theBlobsThatWereWrittenGoAgain() throws Exception {
    ImageLayout layout = ImageLayout.create(disk.resolve("layout"));
    layout.write("kept", "application/vnd.example", Blob.EMPTY, List.of(blob(MIB, 1)), Map.of());
    SortedSet<String> before = files(disk);
    List<Blob> layers = List.of(blob(MIB, 1), blob(MIB, 2), blob(3 * MIB, 3));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () -> layout.write("new", "application/vnd.example", Blob.EMPTY, layers, Map.of()))
          .isInstanceOf(IOException.class);
      assertThat(files(disk)).isEqualTo(before);
    }
    layout.write("new", "application/vnd.example", Blob.EMPTY, layers.subList(0, 2), Map.of());
    assertThat(layout.list()).hasSize(2);
  }
}
