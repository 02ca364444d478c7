package dev.mote.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Ending;
import dev.mote.FileSources;
import dev.mote.FileTree;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import dev.mote.SnapshotException;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Snapshots to disk and back, with busybox as the guest.
@Tag("every-kvm")
class SnapshotStoreTest {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final String SCRIPT =
      "cd /tmp; echo kept >file; exec 5<file; X=set; read line; read old <&5; echo $X $line $old $PWD";

  @TempDir Path folder;

  private static Snapshot waitingShell() {
    return Sandbox.builder(Program.of(BUSYBOX, "sh", "-c", SCRIPT)).snapshot(SnapshotPoint.INPUT);
  }

  private static String run(Snapshot snapshot, String input) {
    var streams = Streams.capture(input);
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(0));
    }
    return streams.outputText();
  }

  @Test
  void aSnapshotGoesOnWhereItWas() throws IOException {
    SnapshotStore.create(folder).save("shell", waitingShell());
    SnapshotStore store = SnapshotStore.open(folder);
    assertThat(store.names()).containsExactly("shell");
    Snapshot loaded = store.load("shell");
    assertThat(loaded.offersFunctions()).isFalse();
    assertThat(run(loaded, "one\n")).isEqualTo("set one kept /tmp\n");
    assertThat(run(store.load("shell"), "two\n")).isEqualTo("set two kept /tmp\n");
    assertThat(run(loaded, "three\n")).isEqualTo("set three kept /tmp\n");
  }

  @Test
  void theSameSnapshotIsTheSameImage() throws IOException {
    SnapshotStore store = SnapshotStore.create(folder);
    Snapshot snapshot = waitingShell();
    store.save("a", snapshot);
    store.save("b", snapshot);
    store.save("c", store.load("a"));
    assertThat(store.find("b").digest()).isEqualTo(store.find("a").digest());
    assertThat(store.find("c").digest()).isEqualTo(store.find("a").digest());
  }

  @Test
  void aProgramAtItsEntryTakesAnEnvironmentWhenItIsLoaded() throws IOException {
    SnapshotStore store = SnapshotStore.create(folder);
    store.save(
        "env",
        Sandbox.builder(Program.of(BUSYBOX, "env"))
            .environment("A", "base")
            .environment("B", "kept")
            .snapshot(SnapshotPoint.ENTRY));
    try (var sandbox = Sandbox.builder(store.load("env")).build()) {
      var streams = Streams.capture();
      sandbox.run(streams, Map.of("A", "run", "C", "new"));
      assertThat(streams.outputText().lines())
          .containsExactlyInAnyOrder("A=run", "B=kept", "C=new");
    }
  }

  /// A root and a mount are given again, also for a snapshot of what was restored from one.
  @Test
  void filesOfTheHostAreGivenAgain() throws IOException {
    var files =
        Map.of("bin/busybox", Files.readAllBytes(BUSYBOX), "text", "one\ntwo\n".getBytes(US_ASCII));
    Path shown = Files.createDirectory(folder.resolve("shown"));
    Files.writeString(shown.resolve("file"), "shown\n");
    String script =
        "exec 5</text; read a <&5; echo made >>/text; read line; read b <&5; read c <&5; read d </mnt/file;"
            + " echo $a $b $c $d $line";
    SnapshotStore store = SnapshotStore.create(folder.resolve("store"));
    store.save(
        "shell",
        Sandbox.builder(Program.inTree("/bin/busybox", "sh", "-c", script))
            .root(FileTree.ofFiles(files))
            .mount(shown, "/mnt")
            .snapshot(SnapshotPoint.INPUT));
    assertThatThrownBy(() -> store.load("shell"))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("which must be given again");
    FileSources sources = FileSources.none().root(FileTree.ofFiles(files)).mount(shown, "/mnt");
    Snapshot loaded = store.load("shell", sources);
    assertThat(run(loaded, "end\n")).isEqualTo("one two made shown end\n");
    store.save("again", loaded);
    assertThat(store.find("again").digest()).isEqualTo(store.find("shell").digest());
    assertThat(store.summary("shell").needsRoot()).isTrue();
    assertThat(store.summary("shell").mounts()).containsExactly("/mnt");
  }

  @Test
  void whatIsRemovedIsGone() throws IOException {
    SnapshotStore store = SnapshotStore.create(folder);
    store.save("cat", Sandbox.builder(Program.of(BUSYBOX, "cat")).snapshot(SnapshotPoint.INPUT));
    Snapshot loaded = store.load("cat");
    assertThat(store.remove("cat")).isTrue();
    assertThat(store.remove("cat")).isFalse();
    assertThat(store.names()).isEmpty();
    assertThat(folder.resolve("blobs/sha256")).isEmptyDirectory();
    assertThat(run(loaded, "still mapped")).isEqualTo("still mapped");
    assertThatThrownBy(() -> store.load("cat"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("0 images 'cat'");
  }

  @Test
  void anotherImageIsNoSnapshot() throws IOException {
    SnapshotStore store = SnapshotStore.create(folder);
    ImageLayout.open(folder)
        .write(
            "other",
            "application/vnd.example",
            Blob.EMPTY,
            List.of(Blob.of("application/octet-stream", new byte[9])),
            Map.of());
    assertThatThrownBy(() -> store.load("other"))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("no snapshot that this Mote reads: its type is");
  }
}
