package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import dev.mote.store.Descriptor;
import dev.mote.store.SnapshotStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `mote snapshot`, each action a process of its own: what one has kept another goes on with.
class SnapshotCommandTest {
  private static final String SCRIPT = "X=kept; read line; echo $X $line; exit 7";

  @TempDir Path folder;

  private record Ended(int status, String output, String error) {}

  private Ended mote(String input, String... words) throws Exception {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    line.add(System.getProperty("java.class.path"));
    line.add("dev.mote.cli.Main");
    line.addAll(List.of(words));
    Path error = folder.resolve("error");
    Process process =
        new ProcessBuilder(line).directory(folder.toFile()).redirectError(error.toFile()).start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output, Files.readString(error));
  }

  private void assertFine(Ended ended) {
    assertThat(ended.error).isEmpty();
    assertThat(ended.status).isZero();
  }

  private static String program() {
    return Corpus.programs().resolve("functions-behaviour").toString();
  }

  @Test
  void functionsAreCalledInAnotherProcess() throws Exception {
    assertFine(mote("", "snapshot", "create", "--output", "greeter.snap", program()));
    Ended called =
        mote("", "snapshot", "run", "greeter.snap", "echo_person", "{\"name\":\"Ada\",\"age\":36}");
    assertFine(called);
    assertThat(called.output).isEqualTo("{\"name\":\"Ada\",\"age\":36}\n");
    assertThat(mote("", "snapshot", "run", "greeter.snap:latest", "echo_u8", "7").output)
        .isEqualTo("7\n");
    Ended refused = mote("", "snapshot", "run", "greeter.snap", "echo_u8", "256");
    assertThat(refused.status).isEqualTo(125);
    assertThat(refused.error).contains("256 is out of the range of u8");
    Ended unnamed = mote("", "snapshot", "run", "greeter.snap");
    assertThat(unnamed.status).isEqualTo(125);
    assertThat(unnamed.error).contains("name one: ").contains("echo_person");
    Ended late =
        mote("", "snapshot", "run", "--timeout", "1s", "greeter.snap", "sleep_ms", "99999");
    assertThat(late.status).isEqualTo(124);
    Ended shown = mote("", "snapshot", "show", "greeter.snap");
    assertThat(shown.output)
        .contains("program  " + program(), "vnd.mote.snapshot.pages.v1", "function echo_person(");
  }

  @Test
  void aProgramWithoutFunctionsGoesOn() throws Exception {
    assertFine(mote("", "snapshot", "create", "--output=s:a", "/bin/busybox", "sh", "-c", SCRIPT));
    assertFine(mote("", "snapshot", "create", "--plain", "--output", "s:b", "/bin/busybox", "cat"));
    Ended script = mote("word\n", "snapshot", "run", "s:a");
    assertThat(script.error).isEmpty();
    assertThat(script.output).isEqualTo("kept word\n");
    assertThat(script.status).isEqualTo(7);
    assertThat(mote("all of it", "snapshot", "run", "s:b").output).isEqualTo("all of it");
    assertThat(mote("", "snapshot", "list", "s").output).isEqualTo("a\nb\n");
    assertThat(mote("", "snapshot", "show", "s:b").output).contains("it is run as a whole");
    Ended called = mote("", "snapshot", "run", "s:b", "f");
    assertThat(called.status).isEqualTo(125);
    assertThat(called.error).contains("offers no functions");
    assertFine(mote("", "snapshot", "rm", "s:a"));
    assertThat(mote("", "snapshot", "list", "s").output).isEqualTo("b\n");
    assertThat(mote("again", "snapshot", "run", "s:b").output).isEqualTo("again");
    assertThat(mote("", "snapshot", "rm", "s:a").error).contains("there is no s:a");
  }

  /// The interpreter has its libraries and its modules mapped and open; what it imports later it
  /// reads from the root that is given again.
  @Test
  void aDynamicProgramGoesOnWithItsRoot() throws Exception {
    String script =
        """
        import json, sys
        kept = json.dumps({"kept": [1, 2]})
        line = sys.stdin.readline()
        import decimal
        print(kept, line.strip(), decimal.Decimal(1) / 8)
        """;
    assertFine(
        mote(
            "",
            "snapshot",
            "create",
            "--root",
            "/",
            "--output",
            "p",
            "/usr/bin/python3",
            "-c",
            script));
    Ended ended = mote("word\n", "snapshot", "run", "--root", "/", "p");
    assertFine(ended);
    assertThat(ended.output).isEqualTo("{\"kept\": [1, 2]} word 0.125\n");
    Ended without = mote("word\n", "snapshot", "run", "p");
    assertThat(without.status).isEqualTo(125);
    assertThat(without.error).contains("has a root, which must be given again");
    Files.createDirectory(folder.resolve("other"));
    Ended other = mote("word\n", "snapshot", "run", "--root", "other", "p");
    assertThat(other.status).isEqualTo(125);
    assertThat(other.error).contains("any more");
    assertThat(mote("", "snapshot", "show", "p").output).contains("needs    a root");
    Ended traced = mote("word\n", "snapshot", "run", "--trace", "--root", "/", "p");
    assertThat(traced.error).contains("write(1, ").contains("exit_group(0)");
    assertThat(traced.output).isEqualTo(ended.output);
  }

  @Test
  void aMountIsNamedAgain() throws Exception {
    Files.writeString(folder.resolve("text"), "first\nsecond\n");
    String script = "exec 5</text; read a <&5; read line; read b <&5; echo $a $b $line";
    assertFine(
        mote(
            "",
            "snapshot",
            "create",
            "--mount",
            "text:/text",
            "--output",
            "m",
            "/bin/busybox",
            "sh",
            "-c",
            script));
    assertThat(mote("word\n", "snapshot", "run", "--mount", "text:/text", "m").output)
        .isEqualTo("first second word\n");
    Files.writeString(folder.resolve("text"), "first\nSECOND\n");
    Ended changed = mote("word\n", "snapshot", "run", "--mount", "text:/text", "m");
    assertThat(changed.status).isEqualTo(125);
    assertThat(changed.error).contains("/text is not what it was when the snapshot was stored");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "| needs an action",
        "make | no such action of mote snapshot: make",
        "create /bin/busybox | needs --output",
        "create --output d | no program given",
        "create --output :x /bin/busybox cat | names no snapshot",
        "create --output d: /bin/busybox cat | names no snapshot",
        "create --output d:a..b /bin/busybox cat | is no name for an image",
        "create --output d /bin/busybox true | ended before it waited for input",
        "run --root / --image x d | two roots",
        "create --output d nowhere | nowhere",
        "run | no snapshot given",
        "run d | d",
        "run --memory 1MiB d | unknown option --memory",
        "show | takes one",
        "show d e | takes one",
        "show d:x | d",
        "list | takes one DIR",
        "list d | d",
        "rm | takes one",
        "rm d | d",
      })
  void whatIsWrongIsSaid(String words, String error) throws Exception {
    var line = new ArrayList<String>(List.of("snapshot"));
    if (words != null) {
      line.addAll(List.of(words.split(" ")));
    }
    Ended ended = mote("", line.toArray(String[]::new));
    assertThat(ended.error).contains(error).doesNotContain("internal error");
    assertThat(ended.status).isIn(125, 126, 127);
    assertThat(ended.output).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"''", "create", "run", "show", "list", "rm"})
  void eachHasItsHelp(String action) throws Exception {
    Ended ended =
        action.isEmpty() ? mote("", "snapshot", "--help") : mote("", "snapshot", action, "--help");
    assertFine(ended);
    assertThat(ended.output).contains("usage: mote snapshot " + action).contains("--help");
    assertThat(mote("", ("help snapshot " + action).strip().split(" ")).output)
        .isEqualTo(ended.output);
  }

  @Test
  void aDamagedSnapshotIsRefused() throws Exception {
    assertFine(mote("", "snapshot", "create", "--output", "d", "/bin/busybox", "cat"));
    for (Path blob : blobs(folder.resolve("d"))) {
      byte[] content = Files.readAllBytes(blob);
      byte[] spoiled = content.clone();
      spoiled[content.length / 2] ^= 1;
      Files.write(blob, spoiled);
      Ended ended = mote("x", "snapshot", "run", "d");
      assertThat(ended.error).contains("is damaged: its digest is");
      assertThat(ended.status).isEqualTo(125);
      Files.write(blob, content);
    }
    assertThat(mote("x", "snapshot", "run", "d").output).isEqualTo("x");
  }

  private static List<Path> blobs(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("blobs/sha256"))) {
      return files.toList();
    }
  }

  @Test
  void aSecondSnapshotAddsOnlyWhatDiffers() throws Exception {
    SnapshotStore store = SnapshotStore.create(folder.resolve("d"));
    try (var sandbox =
        Sandbox.builder(
                Program.of(Path.of(Corpus.programs().resolve("functions-fresh").toString())))
            .hostFunction("wait", () -> 1L)
            .start()) {
      store.save("first", sandbox.snapshot());
      sandbox.call("change", Long.class, 3L);
      Snapshot second = sandbox.snapshot();
      store.save("second", second);
    }
    List<Descriptor> first = store.find("first").layers();
    List<Descriptor> second = store.find("second").layers();
    assertThat(second).hasSize(first.size() + 1).startsWith(first.getFirst());
    assertThat(second.get(2)).isEqualTo(first.get(2));
    assertThat(second.get(3).size()).isLessThan(first.get(2).size());
    Snapshot loaded = store.load("second");
    try (var sandbox = Sandbox.builder(loaded).hostFunction("wait", () -> 1L).start();
        var other = Sandbox.builder(loaded).hostFunction("wait", () -> 1L).start()) {
      String found = sandbox.call("look", String.class);
      assertThat(found).isNotEqualTo(look(store.load("first")));
      assertThat(other.call("look", String.class)).isEqualTo(found);
      Snapshot below = store.load("first");
      sandbox.restore(below);
      assertThat(sandbox.call("look", String.class)).isEqualTo(look(below));
      sandbox.restore(store.load("second"));
      assertThat(sandbox.call("look", String.class)).isEqualTo(found);
    }
  }

  private static String look(Snapshot snapshot) {
    try (var sandbox = Sandbox.builder(snapshot).hostFunction("wait", () -> 1L).start()) {
      return sandbox.call("look", String.class);
    }
  }
}
