package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.FileSources;
import dev.mote.FileTree;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import dev.mote.store.SnapshotStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A directory of the host as a root: programs change it as they change a directory natively, and
/// the host's stays as it was.
class RootTest {
  private static final Path BUSYBOX = Path.of("/bin/busybox");

  @TempDir Path folder;
  private Path root;
  private Map<String, String> before = Map.of();

  @BeforeEach
  void makeRoot() throws Exception {
    root = Files.createDirectories(folder.resolve("root"));
    make(Files.createDirectories(root.resolve("work")));
    before = contents(root);
  }

  @AfterEach
  void theHostIsUnchanged() throws IOException {
    assertThat(contents(root)).isEqualTo(before);
  }

  private static void make(Path work) throws Exception {
    for (String directory : List.of("dir/sub", "full/deep/er", "many")) {
      Files.createDirectories(work.resolve(directory));
    }
    Files.writeString(work.resolve("hello"), "hello, world\n");
    Files.writeString(work.resolve("dir/inner"), "inner\nlines\n");
    Files.writeString(work.resolve("full/deep/er/file"), "deep");
    Files.writeString(work.resolve("hard"), "two names");
    Files.createLink(work.resolve("dir/hard"), work.resolve("hard"));
    Files.createSymbolicLink(work.resolve("dir/link"), Path.of("inner"));
    Files.createSymbolicLink(work.resolve("dangling"), Path.of("dir/none"));
    Files.createSymbolicLink(work.resolve("loop"), Path.of("loop"));
    byte[] big = new byte[300_000];
    for (int i = 0; i < big.length; i++) {
      big[i] = (byte) ((i * 31) >> 8);
    }
    Files.write(work.resolve("big"), big);
    for (int i = 0; i < 100; i++) {
      Files.writeString(work.resolve("many/" + i), "number " + i);
    }
    new ProcessBuilder("mkfifo", work.resolve("fifo").toString()).start().waitFor();
    try (var all = Files.walk(work)) {
      for (Path file : all.sorted().toList().reversed()) {
        // Not of the FIFO: Java would open it, and wait.
        if (!Files.isSymbolicLink(file) && (Files.isRegularFile(file) || Files.isDirectory(file))) {
          Files.setLastModifiedTime(file, FileTime.from(1_000_000_000, TimeUnit.SECONDS));
        }
      }
    }
  }

  /// What each file is and has, by its path.
  private static Map<String, String> contents(Path directory) throws IOException {
    var found = new TreeMap<String, String>();
    try (var all = Files.walk(directory)) {
      for (Path file : all.toList()) {
        String facts =
            Files.readAttributes(
                    file, "unix:mode,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS)
                .toString();
        boolean regular = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        found.put(
            file.toString(), facts + (regular ? Arrays.hashCode(Files.readAllBytes(file)) : ""));
      }
    }
    return found;
  }

  private record Ran(String ending, String output, String error) {}

  private Ran inVm(Path program, String... arguments) {
    try (var tree = FileTree.ofDirectory(root);
        var sandbox =
            Sandbox.builder(Program.of(program, arguments))
                .root(tree)
                .workingDirectory("/work")
                .environment("TZ", "UTC0")
                .build()) {
      var streams = Streams.capture();
      String ending = sandbox.run(streams).toString();
      return new Ran(
          ending, new String(streams.output(), StandardCharsets.ISO_8859_1), streams.errorText());
    }
  }

  /// What root-changes says of directories where the host's own files are on an overlayfs, whose
  /// directories have one number for readdir and another for stat. A guest's never have.
  private static final String OVERLAY_QUIRK = " (another number in the directory)";

  private Ran natively(Path program, String... arguments) throws Exception {
    Path copy = Files.createDirectories(folder.resolve("native/work"));
    make(copy);
    var line = new ArrayList<>(List.of(program.toString()));
    line.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Path error = folder.resolve("error");
    var builder =
        new ProcessBuilder(line)
            .directory(copy.toFile())
            .redirectOutput(output.toFile())
            .redirectError(error.toFile());
    builder.environment().put("TZ", "UTC0");
    int status = builder.start().waitFor();
    return new Ran(
        "Exited[status=" + status + "]",
        Files.readString(output, StandardCharsets.ISO_8859_1).replace(OVERLAY_QUIRK, ""),
        Files.readString(error, StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"root-changes", "root-changes-musl"})
  @Tag("every-kvm")
  void everyChangeDoesWhatItDoesNatively(String name) throws Exception {
    Path program = Corpus.programs().resolve(name);
    Ran expected = natively(program);
    Ran found = inVm(program);
    assertThat(found.output.lines()).containsExactlyElementsOf(expected.output.lines().toList());
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls -R",
        "ls -l hello hard big dir/inner dir/link fifo",
        "find . -type f -links +1",
        "find . ( -name f* -o -type l ) -print",
        "cat hello dir/link dir/hard",
        "cat loop",
        "md5sum big hello many/7",
        "tar cvf /dev/null big dir hard many",
        "cp -av dir copy",
        "cp -rv full dir",
        "cp hello full",
        "mv -v dir many/dir",
        "mv hello full/deep",
        "mv full many/1",
        "rm -rv full dir",
        "rm many",
        "rmdir full",
        "sed -i s/hello/bye/ hello dir/inner",
        "sed s/i/I/ dir/inner",
        "ln -v hello dir/more",
        "ln -s x hello",
        "chmod -v 4700 big dir",
        "touch -d @5 hello new",
        "truncate -s 5 big",
        "dd if=big of=hello bs=1000 seek=3 count=5",
        "diff hello dir/inner",
        "cmp big hello",
        "stat -c %F:%s:%h:%a:%Y hello hard big fifo dir/link",
        "install -m 600 hello dir/installed",
      })
  void busyboxDoesWhatItDoesNatively(String line) throws Exception {
    String[] words = line.split(" ");
    Ran expected = natively(BUSYBOX, words);
    Ran found = inVm(BUSYBOX, words);
    // Owners are of whoever runs the tests; dd tells of times.
    assertThat(comparable(found)).isEqualTo(comparable(expected));
  }

  private static Ran comparable(Ran ran) {
    String output = ran.output.lines().sorted().reduce("", (a, b) -> a + b + "\n");
    return new Ran(
        ran.ending,
        output.replaceAll("(?m)^([-dlp]\\S+ +\\d+) +\\S+ +\\S+ ", "$1 "),
        ran.error.replaceAll("bytes .* copied.*", "bytes"));
  }

  @Test
  void howMuchThereIsIsSaidWithoutReadingIt() {
    assertThat(inVm(BUSYBOX, "du", "-sk", "big").output).isEqualTo("296\tbig\n");
    assertThat(inVm(BUSYBOX, "du", "-sk", "many").output).isEqualTo("400\tmany\n");
    assertThat(inVm(BUSYBOX, "ls", "/").output)
        .isEqualTo("bin\ndev\netc\nproc\nroot\nsys\ntmp\nwork\n");
  }

  @Test
  @Tag("every-kvm")
  void whateverACallChangesInItIsGoneInTheNext() {
    try (var tree = FileTree.ofDirectory(root);
        var sandbox =
            Sandbox.builder(Program.of(Corpus.programs().resolve("functions-fresh")))
                .root(tree)
                .memory(MemorySize.ofMebibytes(16))
                .hostFunction("wait", () -> 1L)
                .start()) {
      Snapshot snapshot = sandbox.snapshot();
      sandbox.restore(snapshot);
      String expected = sandbox.call("look", String.class);
      for (long seed = 0; seed < 20; seed++) {
        sandbox.restore(snapshot);
        sandbox.call("change", Long.class, seed);
        sandbox.restore(snapshot);
        assertThat(sandbox.call("look", String.class)).as("seed %d", seed).isEqualTo(expected);
      }
      try (var other = snapshot.start()) {
        assertThat(other.call("look", String.class)).isEqualTo(expected);
      }
      Snapshot loaded =
          assertNoException(() -> {
            SnapshotStore store = SnapshotStore.create(folder.resolve("store"));
            store.save("latest", snapshot);
            return store.load("latest", FileSources.none().root(tree));
          });
      try (var other = loaded.start()) {
        assertThat(other.call("look", String.class)).isEqualTo(expected);
      }
    }
  }

  private interface Making<T> {
    T make() throws IOException;
  }

  private static <T> T assertNoException(Making<T> making) {
    try {
      return making.make();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// A shell goes on from where it waited, with what it had changed and had open.
  @Test
  void aSnapshotHasWhatWasChanged() {
    String script =
        """
        exec 3<hello 4>>dir/inner; read word <hello; cd full/deep; echo changed >er/file; echo more >&4
        read line
        read again <&3; read inner <../../dir/link; read file <er/file; echo "$line $again $inner $file"
        while read x; do echo "$x"; done <../../dir/inner
        """;
    try (var tree = FileTree.ofDirectory(root)) {
      Snapshot waiting =
          Sandbox.builder(Program.of(BUSYBOX, "sh", "-c", script))
              .root(tree)
              .workingDirectory("/work")
              .snapshot(SnapshotPoint.INPUT);
      try (var sandbox = Sandbox.builder(waiting).build()) {
        for (String input : List.of("one", "two")) {
          sandbox.restore(waiting);
          var streams = Streams.capture(input + "\n");
          sandbox.run(streams);
          assertThat(streams.errorText()).isEmpty();
          assertThat(streams.outputText())
              .isEqualTo(input + " hello, world inner changed\ninner\nlines\nmore\n");
        }
      }
    }
  }
}
