package dev.mote;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Snapshots of programs that are shown files of the host: what is stored of them, and that whoever
/// loads them gives the same again.
@Tag("every-kvm")
class StoredTreesTest {
  /// Has half a file read and another one changed; then waits.
  private static final String SCRIPT =
      """
      exec 5</data/open; read first <&5; echo more >>/data/changed
      read line; read second <&5; echo $first $second $line
      while read l; do echo $l; done </data/changed; echo /data/*
      """;

  @TempDir Path folder;
  private final Map<String, byte[]> files = new HashMap<>();

  @BeforeEach
  void makeFiles() throws IOException {
    files.put("bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")));
    files.put("data/open", text("one\ntwo\n"));
    files.put("data/changed", text("old\n"));
    files.put("data/other", text("any\n"));
  }

  private static byte[] text(String text) {
    return text.getBytes(US_ASCII);
  }

  private static StoredParts parts(FileTree root) throws IOException {
    return StoredParts.of(
        Sandbox.builder(Program.inTree("/bin/busybox", "sh", "-c", SCRIPT))
            .root(root)
            .snapshot(SnapshotPoint.INPUT));
  }

  private Snapshot read(StoredParts parts, FileTree root) throws IOException {
    return parts.read(folder, FileSources.none().root(root));
  }

  private static String run(Snapshot snapshot) {
    var streams = Streams.capture("line\n");
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(0));
    }
    return streams.outputText();
  }

  private static final String SAID =
      "one two line\nold\nmore\n/data/changed /data/open /data/other\n";

  @Test
  void aRootIsGivenAgain() throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    assertThat(parts.program()).isEmpty();
    assertThat(parts.files().length + parts.description().length).isLessThan(40_000);
    Snapshot loaded = read(parts, FileTree.ofFiles(files));
    assertThat(run(loaded)).isEqualTo(SAID);
    assertThat(run(loaded)).isEqualTo(SAID);
    StoredParts again = StoredParts.of(loaded);
    assertThat(again.description()).isEqualTo(parts.description());
    assertThat(again.files()).isEqualTo(parts.files());
  }

  /// What it is does not matter, nor when the files were made: the bytes do.
  @Test
  void theSameFilesOfAnotherKindWillDo() throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    for (var file : files.entrySet()) {
      Path path = folder.resolve("root").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    try (FileTree root = FileTree.ofDirectory(folder.resolve("root"))) {
      assertThat(run(read(parts, root))).isEqualTo(SAID);
    }
  }

  @Test
  void whatTheProgramHasNotInUseMayDiffer() throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    files.put("data/other", text("another\n"));
    files.put("data/new", text("new\n"));
    assertThat(run(read(parts, FileTree.ofFiles(files))))
        .isEqualTo("one two line\nold\nmore\n/data/changed /data/new /data/open /data/other\n");
  }

  @ParameterizedTest
  @CsvSource({
    "data/open, one\\nTWO\\n, /data/open is not what it was",
    "data/open, one\\n, /data/open is not what it was",
    "data/open, one\\ntwo\\nthree\\n, /data/open is not what it was",
    "data/changed, new\\n, /data/changed is not what it was",
    "bin/busybox, short, /bin/busybox is not what it was",
  })
  void whatItHasInUseMayNot(String file, String content, String message) throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    files.put(file, text(content.replace("\\n", "\n")));
    assertThatThrownBy(() -> read(parts, FileTree.ofFiles(files)))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("has it in use");
  }

  @Test
  void whatIsNotThereAnyMoreIsNamed() throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    files.remove("data/open");
    assertThatThrownBy(() -> read(parts, FileTree.ofFiles(files)))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("/data/open is no file any more");
  }

  /// A place in a directory is a number of a name.
  @Test
  void aDirectoryThatIsBeingReadHasTheSameNames() throws IOException {
    Program cat = Program.inTree("/bin/busybox", "sh", "-c", "exec 7</data; read x");
    StoredParts parts =
        StoredParts.of(
            Sandbox.builder(cat).root(FileTree.ofFiles(files)).snapshot(SnapshotPoint.INPUT));
    assertThat(read(parts, FileTree.ofFiles(files)).offersFunctions()).isFalse();
    files.put("data/more", text(""));
    assertThatThrownBy(() -> read(parts, FileTree.ofFiles(files)))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("/data is not what it was");
  }

  @Test
  void aRootIsGivenIfThereWasOneAndNotOtherwise() throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    assertThatThrownBy(() -> parts.read(folder))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("has a root, which must be given again");
    StoredParts plain = StoredParts.of(StoredSnapshots.shell());
    assertThatThrownBy(() -> read(plain, FileTree.ofFiles(files)))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("has no root, and one is given");
    assertThatThrownBy(() -> plain.read(folder, FileSources.none().mount(folder, "/data")))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("shown nothing at /data, where something is given");
  }

  @Test
  void aMountIsGivenAgain() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.write(data.resolve("open"), text("one\ntwo\n"));
    Files.write(data.resolve("other"), text("any\n"));
    String script =
        "exec 5</mnt/open; read first <&5; read line; read second <&5; echo $first $second $line;"
            + " read other </mnt/other; echo $other";
    Program program = Program.of(Path.of("/bin/busybox"), "sh", "-c", script);
    StoredParts parts =
        StoredParts.of(Sandbox.builder(program).mount(data, "/mnt").snapshot(SnapshotPoint.INPUT));
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.write(elsewhere.resolve("open"), text("one\ntwo\n"));
    Files.write(elsewhere.resolve("other"), text("new\n"));
    FileSources sources = FileSources.none().mount(elsewhere, "/mnt");
    assertThat(run(parts.read(folder, sources))).isEqualTo("one two line\nnew\n");
    assertThatThrownBy(() -> parts.read(folder))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("shown something at /mnt, which must be given again");
    assertThatThrownBy(() -> parts.read(folder, FileSources.none().mount(elsewhere, "/other")))
        .isInstanceOf(SnapshotException.class);
    Files.write(elsewhere.resolve("open"), text("one\nTWO\n"));
    assertThatThrownBy(() -> parts.read(folder, sources))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("/mnt/open is not what it was");
    Files.delete(elsewhere.resolve("open"));
    assertThatThrownBy(() -> parts.read(folder, sources)).isInstanceOf(SnapshotException.class);
    assertThatThrownBy(
            () -> parts.read(folder, FileSources.none().mount(folder.resolve("nowhere"), "/mnt")))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("cannot be mounted: no such file");
  }

  /// A snapshot that somebody made up names whatever it likes: it reaches what it was given.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1.origins.1.parent               | 7                | lies in place 7
          1.origins.1.parent               | -2               | lies in place -2
          1.origins.1.name                 | '..              | any more
          1.origins.1.name                 | '/etc            | any more
          1.origins.1.name                 | '                | any more
          1.nodes.*.TreeFile.origin        | -1               | its place has number -1
          1.nodes.*.TreeFile.origin        | 9999             | its place has number 9999
          1.nodes.*.TreeFile.origin        | 0                | no file any more
          1.nodes.*.TreeFile.size          | -1               | a file of negative size
          1.nodes.*.TreeFile.kept          | -1               | a file of negative size
          1.nodes.*.TreeFile.chunks.0      | copy             | not in order
          1.nodes.*.TreeFile.meta.mode     | 0x10000          | a file of mode
          1.nodes.*.TreeFolder.origin      | 9999             | its place has number 9999
          1.nodes.*.TreeFolder.lastCookie  | -1               | its last cookie
          """)
  void spoiledFilesAreRefused(String path, String value, String message) throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    StoredParts spoiled = parts.withFiles(StoredParts.spoil(parts.files(), path, value));
    assertThatThrownBy(() -> read(spoiled, FileTree.ofFiles(files)))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1.guest.programGiven         | false    | the snapshot's program
          1.guest.path                 | '        | the program's path is none
          1.guest.path                 | 'a\\0b   | the program's path is none
          1.guest.given.root           | false    | has no root, and one is given
          1.guest.given.files.0        | -        | is not what it was
          1.guest.given.files.0        | copy     | names files that the program has not in use
          1.guest.given.files.0.node   | 9999     | is not what it was
          1.guest.given.files.0.node   | -1       | is not what it was
          1.guest.given.files.0.size   | 1        | is not what it was
          1.guest.given.files.0.sha256 | x:00     | is not what it was
          1.guest.given.files          | []       | is not what it was
          """)
  void aSpoiledDescriptionIsRefused(String path, String value, String message) throws IOException {
    StoredParts parts = parts(FileTree.ofFiles(files));
    StoredParts spoiled =
        parts.withDescription(StoredParts.spoil(parts.description(), path, value));
    assertThatThrownBy(() -> read(spoiled, FileTree.ofFiles(files)))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theSummarySaysWhatIsNeeded() throws IOException {
    SnapshotSummary ofRoot = SnapshotSummary.of(parts(FileTree.ofFiles(files)).description());
    assertThat(ofRoot.needsRoot()).isTrue();
    assertThat(ofRoot.mounts()).isEmpty();
    assertThat(ofRoot.files()).isEqualTo(3); // the program, the open one, the changed one
    SnapshotSummary plain =
        SnapshotSummary.of(StoredParts.of(StoredSnapshots.shell()).description());
    assertThat(plain.needsRoot()).isFalse();
    assertThat(plain.files()).isZero();
  }
}
