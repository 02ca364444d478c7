package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.GuestError;
import dev.mote.GuestFunction;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.ProgramException;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// WebAssembly as functions: modules and components in a sandbox, each call in a fresh one.
class WasmFunctionsTest {
  private static final Path MODULES = Corpus.programs().resolve("functions-wasm");

  private static Snapshot command;
  private static Snapshot reactor;
  private static Snapshot http;

  @TempDir private Path folder;

  interface Arithmetic {
    int add(int a, int b);

    int count();

    double twice(double x);

    float half(float x);
  }

  @BeforeAll
  static void takeSnapshots() {
    command = of("command").snapshot(SnapshotPoint.FUNCTIONS);
    reactor = of("reactor").snapshot(SnapshotPoint.FUNCTIONS);
    http = of("http").snapshot(SnapshotPoint.FUNCTIONS);
  }

  @AfterAll
  static void forget() {
    command = null;
    reactor = null;
    http = null;
  }

  private static SandboxBuilder of(String function) {
    return in(MODULES.resolve(function));
  }

  private static SandboxBuilder in(Path folder) {
    return Sandbox.builder(Program.of(Corpus.programs().resolve("mote-wasm")))
        .mount(folder, "/function")
        .workingDirectory("/function")
        .environment("SETTING", "on")
        .memory(MemorySize.ofMebibytes(256))
        .timeout(Duration.ofSeconds(60));
  }

  private static SandboxPool pool() {
    return SandboxPool.builder().machines(1).machineMemory(MemorySize.ofMebibytes(512)).build();
  }

  private static Map<String, Object> request(String path) {
    return Map.of(
        "method", "POST",
        "url", "http://localhost:8080/f" + path + "?q=1",
        "path", path,
        "prefix", "/f",
        "query", "q=1",
        "headers", List.of(List.of("x-token", "secret"), List.of("content-type", "text/plain")),
        "body", "a body".getBytes(StandardCharsets.UTF_8),
        "remote", "127.0.0.1",
        "id", "1");
  }

  private static Map<?, ?> fetch(PooledSandbox function, String path) {
    return function.call("fetch", Map.class, request(path));
  }

  private static String body(Map<?, ?> response) {
    return new String((byte[]) response.get("body"), StandardCharsets.UTF_8);
  }

  private static GuestError failure(
      PooledSandbox sandbox, String function, @Nullable Object... arguments) {
    Outcome<@Nullable Object> outcome = sandbox.tryCall(function, Object.class, arguments);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).error();
  }

  private static void expectTrap(GuestError error, String message, String... stack) {
    assertThat(error.code()).isEqualTo("trap");
    assertThat(error.message()).isEqualTo(message);
    assertThat((String) ((Map<?, ?>) error.details()).get("stack"))
        .startsWith("    at ")
        .contains(List.of(stack));
  }

  @Test
  void aCommandAnswersEachRequestAsItsFirstOne() {
    try (var pool = pool()) {
      PooledSandbox function = pool.add(Sandbox.builder(command));
      String first = body(fetch(function, "/a%20b"));
      assertThat(first.lines())
          .containsExactly(
              "POST /a b ? q=1",
              "token secret, type text/plain, length 6",
              "1 argument: main.wasm, SETTING on",
              "body of 6: a body",
              "data.txt: some data, new.txt: Operation not permitted",
              "scratch 1");
      for (int i = 0; i < 20; i++) {
        Map<?, ?> response = fetch(function, "/a%20b");
        assertThat(body(response)).isEqualTo(first);
        assertThat(response.get("status")).isEqualTo(200L);
        assertThat(response.get("headers"))
            .isEqualTo(List.of(List.of("content-type", "text/plain"), List.of("x-runs", "1")));
      }
    }
  }

  @Test
  void outputWithAndWithoutHeadersIsAnAnswer() {
    try (var pool = pool()) {
      PooledSandbox function = pool.add(Sandbox.builder(command));
      Map<?, ?> missing = fetch(function, "/missing");
      assertThat(missing.get("status")).isEqualTo(404L);
      assertThat(body(missing)).isEqualTo("no such thing");
      Map<?, ?> plain = fetch(function, "/plain");
      assertThat(plain.get("headers"))
          .isEqualTo(List.of(List.of("content-type", "text/plain; charset=utf-8")));
      assertThat(body(plain)).startsWith("Note: this is no header");
      assertThat(body(fetch(function, "/big"))).hasSize(1 << 20).endsWith("0123456789abcde\n");
      assertThat(body(fetch(function, "/sleep"))).isEqualTo("slept");
    }
  }

  @Test
  void aCommandThatExitsOrTrapsIsAnErrorWithItsPlaceInTheSource() {
    try (var pool = pool()) {
      PooledSandbox function = pool.add(Sandbox.builder(command));
      assertThat(failure(function, "fetch", request("/exit/3")))
          .isEqualTo(
              new GuestError("exited", "the module exited with status 3", Map.of("status", 3L)));
      assertThat(body(fetch(function, "/exit/0"))).isEqualTo("before the end");
      expectTrap(
          failure(function, "fetch", request("/trap")),
          "wasm `unreachable` instruction executed",
          "at innermost (command.c:27:",
          "at outermost (command.c:");
    }
  }

  @Test
  void withoutRestoresACommandHasANewInstanceForEachRequest() {
    try (var sandbox = command.start()) {
      for (int i = 0; i < 5; i++) {
        Map<?, ?> response = sandbox.call("fetch", Map.class, request("/"));
        assertThat(response.get("headers")).asString().contains("[x-runs, 1]");
        assertThat(sandbox.tryCall("fetch", Map.class, request("/trap")))
            .isInstanceOf(Outcome.Failed.class);
      }
    }
  }

  @Test
  void whatAFunctionLogsIsOutputOfTheSandbox() {
    try (var sandbox = command.start()) {
      sandbox.tryCall("fetch", Map.class, request("/trap"));
      assertThat(sandbox.output().errorText()).isEqualTo("log /trap\n");
      assertThat(sandbox.output().outputText()).isEqualTo("before the trap\n");
    }
  }

  @Test
  void randomNumbersDifferFromCallToCallThoughAllElseIsTheSame() {
    try (var pool = pool()) {
      PooledSandbox numbers = pool.add(Sandbox.builder(reactor));
      PooledSandbox function = pool.add(Sandbox.builder(command));
      Set<Object> drawn = new HashSet<>();
      Set<Object> started = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        drawn.add(numbers.call("draw", Long.class));
        drawn.add(body(fetch(function, "/random")));
        started.add(numbers.call("at_start", Integer.class));
        assertThat(numbers.call("count", Integer.class)).isEqualTo(1);
      }
      assertThat(drawn).hasSize(40);
      assertThat(started).hasSize(1);
    }
  }

  @Test
  void exportsAreTypedFunctions() {
    Map<String, String> functions =
        reactor.functions().stream()
            .collect(Collectors.toMap(GuestFunction::name, GuestFunction::signature));
    assertThat(functions)
        .containsEntry("add", "(p0: i32, p1: i32) -> i32")
        .containsEntry("mul64", "(p0: i64, p1: i64) -> i64")
        .containsEntry("half", "(p0: f32) -> f32")
        .containsEntry("nothing", "()")
        .doesNotContainKeys("_initialize", "memory");
    try (var pool = pool()) {
      Arithmetic view = pool.add(Sandbox.builder(reactor)).as(Arithmetic.class);
      assertThat(view.add(Integer.MAX_VALUE, 1)).isEqualTo(Integer.MIN_VALUE);
      assertThat(view.twice(0.75)).isEqualTo(1.5);
      assertThat(view.half(3)).isEqualTo(1.5f);
      assertThat(view.count()).isEqualTo(1);
      assertThat(view.count()).isEqualTo(1);
    }
  }

  @Test
  void stateStaysInASandboxUntilACallTraps() {
    try (var sandbox = reactor.start()) {
      assertThat(sandbox.<Integer>call("count", Integer.class)).isEqualTo(1);
      assertThat(sandbox.<Integer>call("count", Integer.class)).isEqualTo(2);
      assertThat(sandbox.tryCall("fail", Void.class)).isInstanceOf(Outcome.Failed.class);
      assertThat(sandbox.<Integer>call("count", Integer.class)).isEqualTo(1);
    }
  }

  @Test
  void trapsHaveNamesAndPlaces() {
    try (var pool = pool()) {
      PooledSandbox function = pool.add(Sandbox.builder(reactor));
      for (int i = 0; i < 3; i++) {
        expectTrap(
            failure(function, "divide", 1, 0), "integer divide by zero", "at divide (reactor.c:");
        expectTrap(
            failure(function, "divide", Integer.MIN_VALUE, -1),
            "integer overflow",
            "at divide (reactor.c:");
        expectTrap(
            failure(function, "load", -5), "out of bounds memory access", "at load (reactor.c:");
        expectTrap(
            failure(function, "fail"), "wasm `unreachable` instruction executed", "at fail (");
        expectTrap(
            failure(function, "recurse", 1_000_000),
            "call stack exhausted",
            "at recurse (reactor.c:");
        assertThat(function.call("recurse", Integer.class, 1000)).isEqualTo(1000);
        assertThat(function.call("add", Integer.class, 1, 2)).isEqualTo(3);
      }
    }
  }

  @Test
  void memoryGrowsWithinTheSandboxsLimit() {
    try (var pool = pool()) {
      PooledSandbox function = pool.add(Sandbox.builder(reactor));
      assertThat(function.call("allocate", Integer.class, 1024)).isEqualTo(1024);
      assertThat(function.tryCall("allocate", Integer.class, 8192))
          .isNotInstanceOf(Outcome.Returned.class);
      assertThat(function.call("add", Integer.class, 1, 2)).isEqualTo(3);
    }
  }

  @Test
  void aComponentHandlesRequestsEachAsItsFirstOne() {
    try (var pool = pool()) {
      PooledSandbox function = pool.add(Sandbox.builder(http));
      for (int i = 0; i < 10; i++) {
        assertThat(body(fetch(function, "/x"))).isEqualTo("/x?q=11");
        expectTrap(
            failure(function, "fetch", request("/t")),
            "wasm `unreachable` instruction executed",
            "at handle (wasm+0x");
      }
    }
    try (var sandbox = http.start()) {
      for (int i = 0; i < 3; i++) {
        assertThat(body(sandbox.call("fetch", Map.class, request("/x")))).isEqualTo("/x?q=11");
      }
    }
  }

  @Test
  void whatIsWrongIsSaidAtTheStart() throws IOException {
    expectRefusal("/function: there is no .wasm file");
    Files.writeString(folder.resolve("a.wat"), "(module (import \"env\" \"print\" (func)))");
    expectRefusal("a.wat: it imports what is not there", "\n  env.print");
    Files.writeString(folder.resolve("b.wasm"), "#!/bin/sh");
    expectRefusal("which one is the function? Name it main.wasm: a.wat, b.wasm");
    Files.writeString(folder.resolve("index.wasm"), "no module");
    expectRefusal("index.wasm: this is neither WebAssembly nor its text format");
  }

  private void expectRefusal(String... parts) {
    assertThatThrownBy(() -> in(folder).start())
        .isInstanceOf(ProgramException.class)
        .message()
        .contains("status=1")
        .contains(parts);
  }
}
