package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Ending;
import dev.mote.EnvironmentTooLargeException;
import dev.mote.MemorySize;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.ProgramException;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs of one snapshot, each with an environment of its own: a program finds it by whatever way it
/// has, and nothing of another run's.
@Tag("every-kvm")
class EnvironmentSnapshotsTest {
  private static final String C = "snapshots-environment";
  private static final String DYNAMIC = "snapshots-environment-dynamic";
  private static final String GO = "snapshots-environment-go";
  private static final Map<String, String> BASE =
      new TreeMap<>(Map.of("GREETING", "base", "KEPT", "yes"));

  private final SandboxPool pool =
      SandboxPool.builder().machines(1).waitTime(Duration.ofSeconds(60)).build();

  @AfterEach
  void close() {
    pool.close();
  }

  private static SandboxBuilder builder(Program program) {
    var builder =
        Sandbox.builder(program)
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofSeconds(20))
            .mount(Corpus.programs(), Corpus.programs().toString());
    for (String folder : List.of("/bin", "/lib", "/lib64", "/usr/lib")) {
      builder.mount(Path.of(folder), folder);
    }
    BASE.forEach(builder::environment);
    return builder;
  }

  private static SandboxBuilder builder(String name, String... arguments) {
    return builder(Program.of(Corpus.programs().resolve(name), arguments));
  }

  /// What a run said.
  private record Told(List<String> environment, Map<String, String> facts) {
    static Told of(String output) {
      var environment = new ArrayList<String>();
      var facts = new LinkedHashMap<String, String>();
      for (String line : output.split("\n")) {
        if (line.startsWith("= ")) {
          String[] words = line.split(" ", 3);
          facts.put(words[1], words[2]);
        } else {
          environment.add(line);
        }
      }
      return new Told(environment, facts);
    }

    String fact(String name) {
      return String.valueOf(facts.get(name));
    }
  }

  private static Told run(PooledSandbox program, Map<String, String> environment) {
    var streams = Streams.capture("line\n");
    assertThat(program.run(streams, environment))
        .as(streams.errorText())
        .isEqualTo(new Ending.Exited(0));
    return Told.of(streams.outputText());
  }

  private static List<String> entries(Map<String, String> environment) {
    var all = new TreeMap<>(BASE);
    all.putAll(environment);
    return all.entrySet().stream().map(v -> v.getKey() + "=" + v.getValue()).toList();
  }

  private static Map<String, String> many(int count) {
    var variables = new LinkedHashMap<String, String>();
    for (int i = 0; i < count; i++) {
      variables.put("MANY_" + i, "value " + i);
    }
    return variables;
  }

  /// None, fewer and more than before, as many as there may be, and as long.
  private static List<Map<String, String>> environments() {
    return List.of(
        Map.of(),
        Map.of("GREETING", "run 1", "REQUEST_METHOD", "GET"),
        many(500),
        Map.of(),
        Map.of("LONG", "x".repeat(65_000), "GREETING", "ä"),
        Map.of("EMPTY", "", "KEPT", "no"),
        Map.of("GREETING", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {C, C + "-pie", C + "-musl", DYNAMIC, DYNAMIC + "-nopie", DYNAMIC + "-musl"})
  void eachRunFromTheEntryFindsItsOwn(String name) {
    PooledSandbox program = pool.add(Sandbox.builder(builder(name).snapshot(SnapshotPoint.ENTRY)));
    Set<String> random = new HashSet<>();
    for (Map<String, String> environment : environments()) {
      Told told = run(program, environment);
      assertThat(told.environment).containsExactlyInAnyOrderElementsOf(entries(environment));
      String greeting = environment.getOrDefault("GREETING", "base");
      assertThat(told.fact("greeting")).isEqualTo(greeting);
      // musl's start code runs the libraries' initialisers, glibc's dynamic loader has done so.
      boolean early = name.contains("dynamic") && !name.endsWith("musl");
      assertThat(told.fact("initialiser")).isEqualTo(early ? "base" : greeting);
      assertThat(told.fact("proc"))
          .isEqualTo("1, main 1, constructor 1, walked 1, page 4096, entry 1, name 1, command 1");
      assertThat(random.add(told.fact("random"))).isTrue();
    }
  }

  @Test
  void aGoProgramFromItsEntryToo() {
    PooledSandbox program = pool.add(Sandbox.builder(builder(GO).snapshot(SnapshotPoint.ENTRY)));
    Set<String> random = new HashSet<>();
    for (Map<String, String> environment : environments()) {
      Told told = run(program, environment);
      assertThat(told.environment).containsExactlyInAnyOrderElementsOf(entries(environment));
      assertThat(told.fact("page")).isEqualTo("4096");
      assertThat(random.add(told.fact("random"))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {C, C + "-pie", C + "-musl", DYNAMIC, DYNAMIC + "-musl"})
  void atTheFirstWaitForInputGetenvFindsIt(String name) {
    PooledSandbox program =
        pool.add(Sandbox.builder(builder(name, "wait").snapshot(SnapshotPoint.INPUT)));
    Set<String> random = new HashSet<>();
    for (Map<String, String> environment : environments()) {
      Told told = run(program, environment);
      assertThat(told.environment).containsExactlyInAnyOrderElementsOf(entries(environment));
      assertThat(told.fact("greeting")).isEqualTo(environment.getOrDefault("GREETING", "base"));
      assertThat(told.fact("initialiser")).isEqualTo("base");
      assertThat(told.fact("proc"))
          .isEqualTo("1, main 1, constructor 1, walked 1, page 4096, entry 1, name 1, command 1");
      assertThat(random.add(told.fact("random"))).isTrue();
    }
  }

  @Test
  void whoHasCopiedItBeforeTheWaitDoesNotFindIt() {
    PooledSandbox program =
        pool.add(Sandbox.builder(builder(GO, "wait").snapshot(SnapshotPoint.INPUT)));
    for (Map<String, String> environment : environments()) {
      assertThat(run(program, environment).fact("greeting")).isEqualTo("base");
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndTheNextRunIsNot() {
    PooledSandbox program = pool.add(Sandbox.builder(builder(C).snapshot(SnapshotPoint.ENTRY)));
    for (Map<String, String> tooLarge :
        List.of(many(501), Map.of("A", "x".repeat(64 << 10)), many(100_000))) {
      assertThatThrownBy(() -> run(program, tooLarge))
          .isInstanceOf(EnvironmentTooLargeException.class)
          .hasMessageContaining("there is room for");
      assertThat(run(program, Map.of()).environment).containsExactlyElementsOf(entries(Map.of()));
    }
    assertThatThrownBy(() -> run(program, Map.of("A=B", "")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> run(program, Map.of("A", "a\0B=b")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLargeEnvironmentOfTheBuilderTakesNoneOfTheRoom() {
    SandboxBuilder large = builder(C);
    for (int i = 0; i < 1000; i++) {
      large.environment("BASE_" + i, "x".repeat(100));
    }
    PooledSandbox program = pool.add(Sandbox.builder(large.snapshot(SnapshotPoint.ENTRY)));
    assertThat(run(program, many(500)).environment).hasSize(1502);
    assertThat(run(program, Map.of("BASE_7", "run")).environment)
        .hasSize(1002)
        .contains("BASE_7=run");
  }

  @Test
  void aSandboxIsPutBackToTheEntry() {
    Snapshot snapshot = builder(DYNAMIC).snapshot(SnapshotPoint.ENTRY);
    try (Sandbox sandbox = Sandbox.builder(snapshot).build();
        Sandbox other = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < 3; i++) {
        for (Sandbox one : List.of(sandbox, other)) {
          var streams = Streams.capture();
          one.restore(snapshot);
          assertThat(one.run(streams, Map.of("RUN", "" + i))).isEqualTo(new Ending.Exited(0));
          assertThat(streams.outputText()).contains("RUN=" + i + "\n");
        }
      }
    }
  }

  @Test
  void aScriptIsTakenAtTheEntryOfItsInterpreter() {
    PooledSandbox script =
        pool.add(
            Sandbox.builder(
                builder(Program.inTree("/bin/bash", "-c", "echo $GREETING; exec env"))
                    .snapshot(SnapshotPoint.ENTRY)));
    Told told = run(script, Map.of("GREETING", "hello"));
    assertThat(told.environment).contains("hello", "GREETING=hello", "KEPT=yes");
  }

  @Test
  void anInitialiserThatEndsTheProgramLeavesNoSnapshot() {
    assertThatThrownBy(
            () -> builder(DYNAMIC).environment("INITIALISER", "exit").snapshot(SnapshotPoint.ENTRY))
        .isInstanceOf(ProgramException.class)
        .hasMessage(
            "the program ended before it came to its own code (Exited[status=7]);"
                + " its standard error: no licence");
  }

  @Test
  void anInitialiserThatWaitsForInputIsWhereTheSnapshotIs() {
    Snapshot snapshot =
        builder(DYNAMIC).environment("INITIALISER", "read").snapshot(SnapshotPoint.ENTRY);
    PooledSandbox program = pool.add(Sandbox.builder(snapshot));
    for (int i = 0; i < 2; i++) {
      Told told = run(program, Map.of("GREETING", "run " + i));
      assertThat(told.fact("initialiser")).isEqualTo("base");
      assertThat(told.fact("greeting")).isEqualTo("run " + i);
      assertThat(told.fact("proc")).startsWith("1, main 1, constructor 1, walked 1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {C, DYNAMIC})
  void anInitialiserThatReplacesTheProgramLeadsToTheEntryOfTheOther(String other) {
    Snapshot snapshot =
        builder(DYNAMIC)
            .environment("INITIALISER", "exec")
            .environment("PROGRAM", Corpus.programs().resolve(other).toString())
            .snapshot(SnapshotPoint.ENTRY);
    Told told = run(pool.add(Sandbox.builder(snapshot)), Map.of("GREETING", "run"));
    assertThat(told.environment)
        .containsExactlyInAnyOrder(
            "GREETING=run",
            "KEPT=yes",
            "INITIALISER=done",
            "PROGRAM=" + Corpus.programs().resolve(other));
    assertThat(told.fact("proc")).startsWith("1, main 1, constructor 1, walked 1");
  }

  @Test
  void onlySnapshotsOfRunsTakeAnEnvironment() {
    try (Sandbox sandbox = builder(C).build()) {
      assertThatThrownBy(() -> sandbox.run(Streams.capture(), Map.of("A", "b")))
          .isInstanceOf(IllegalStateException.class);
    }
    Snapshot entry = builder(C, "wait").snapshot(SnapshotPoint.ENTRY);
    assertThatThrownBy(() -> Sandbox.builder(entry).snapshot(SnapshotPoint.ENTRY))
        .isInstanceOf(IllegalStateException.class);
    Snapshot input = Sandbox.builder(entry).snapshot(SnapshotPoint.INPUT);
    PooledSandbox program = pool.add(Sandbox.builder(input));
    assertThatThrownBy(() -> run(program, Map.of("A", "b")))
        .isInstanceOf(IllegalStateException.class);
    Told told = run(program, Map.of());
    assertThat(told.environment).containsExactlyElementsOf(entries(Map.of()));
    assertThat(told.fact("proc")).endsWith("page 4096, entry 1, name 1, command 1");
  }
}
