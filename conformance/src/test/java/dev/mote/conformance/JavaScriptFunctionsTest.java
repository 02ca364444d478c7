package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.FileTree;
import dev.mote.GuestError;
import dev.mote.GuestFunction;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import dev.mote.Streams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions in JavaScript and TypeScript: files of the author's in a tree, which `mote-js` loads
/// once and whose handlers are called in a fresh guest each time.
@Tag("every-kvm")
class JavaScriptFunctionsTest {
  private static final Program RUNTIME = Program.of(Corpus.programs().resolve("mote-js"));

  @TempDir Path root;

  private void write(String file, String text) throws IOException {
    Path path = root.resolve("function").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private SandboxBuilder builder(FileTree tree) {
    return Sandbox.builder(RUNTIME)
        .root(tree)
        .workingDirectory("/function")
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(20));
  }

  private Snapshot deploy() {
    try (var tree = FileTree.ofDirectory(root);
        var sandbox = builder(tree).start()) {
      return sandbox.snapshot();
    }
  }

  /// Calls in fresh guests of what is deployed now.
  private void withPool(Calls calls) {
    try (var pool =
        SandboxPool.builder().machines(1).machineMemory(MemorySize.ofMebibytes(256)).build()) {
      calls.make(pool.add(Sandbox.builder(deploy()).timeout(Duration.ofSeconds(20))));
    }
  }

  private interface Calls {
    void make(PooledSandbox function);
  }

  private static Map<String, Object> request(String method, String body) {
    return Map.of(
        "method", method,
        "url", "http://localhost:8080/hello/a%20b?x=1",
        "path", "/a%20b",
        "prefix", "/hello",
        "query", "x=1",
        "headers", List.of(List.of("x-name", "Ada")),
        "body", body.getBytes(StandardCharsets.UTF_8),
        "remote", "192.0.2.1",
        "id", "7");
  }

  private static Map<?, ?> fetch(PooledSandbox function, String method, String body) {
    return (Map<?, ?>) function.<Object>call("fetch", Object.class, request(method, body));
  }

  private static String text(Map<?, ?> response) {
    return new String(
        (byte[]) Objects.requireNonNull(response.get("body")), StandardCharsets.UTF_8);
  }

  private static @Nullable Object handle(PooledSandbox function, @Nullable Object event) {
    return function.<@Nullable Object>call("handle", Object.class, event, Map.of("id", "7"));
  }

  private static GuestError failure(PooledSandbox function, Object event) {
    Outcome<@Nullable Object> outcome = function.tryCall("handle", Object.class, event, Map.of());
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).error();
  }

  private static String stack(GuestError error) {
    return (String)
        Objects.requireNonNull(((Map<?, ?>) Objects.requireNonNull(error.details())).get("stack"));
  }

  @Test
  void requestsAreAnsweredEachByAFreshGuest() throws Exception {
    write(
        "index.js",
        """
        import { greeting } from './lib/greeting';
        let count = 0;
        export default {
          async fetch(request, env, ctx) {
            const url = new URL(request.url);
            const body = await request.text();
            return new Response(`${greeting} ${request.headers.get('X-Name')} ${++count} ${url.pathname} ${body}`,
              { status: 201, headers: { 'x-a': 'b' } });
          },
        };
        """);
    write("lib/greeting.js", "export const greeting = 'Hello';");
    withPool(function -> {
      assertThat(function.functions())
          .extracting(GuestFunction::toString)
          .containsExactly("fetch(request: any) -> any");
      for (int i = 0; i < 5; i++) {
        Map<?, ?> response = fetch(function, "POST", "data");
        assertThat(response.get("status")).isEqualTo(201L);
        assertThat(response.get("headers").toString())
            .isEqualTo("[[x-a, b], [content-type, text/plain;charset=UTF-8]]");
        assertThat(text(response)).isEqualTo("Hello Ada 1 /hello/a%20b data");
      }
    });
  }

  @Test
  void valuesAreHandledInTypeScript() throws Exception {
    write(
        "index.ts",
        """
        interface Order { items: { price: number; count: number }[] }
        enum_free();
        function enum_free(): void {}
        export async function handle(order: Order, context: { id: string }) {
          await new Promise<void>((resolve) => setTimeout(resolve, 20));
          const total = order.items.reduce((sum: number, item) => sum + item.price * item.count, 0);
          return { total, id: context.id, at: new Date(0) };
        }
        """);
    withPool(function -> {
      var order =
          Map.of(
              "items", List.of(Map.of("price", 1.25, "count", 2), Map.of("price", 3, "count", 1)));
      long start = System.nanoTime();
      assertThat(handle(function, order))
          .isEqualTo(Map.of("total", 5.5, "id", "7", "at", "1970-01-01T00:00:00.000Z"));
      assertThat(System.nanoTime() - start).isGreaterThan(19_000_000);
    });
  }

  @Test
  void randomnessIsNewAfterEachRestore() throws Exception {
    write(
        "index.js",
        """
        const before = [Math.random(), crypto.randomUUID()];
        export const handle = () => [Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(16)), before];
        """);
    withPool(function -> {
      Set<Object> numbers = new HashSet<>();
      Set<Object> ids = new HashSet<>();
      Set<String> bytes = new HashSet<>();
      Set<Object> before = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        List<?> found = (List<?>) Objects.requireNonNull(handle(function, null));
        assertThat(numbers.add(found.get(0))).isTrue();
        assertThat(ids.add(found.get(1))).isTrue();
        assertThat(bytes.add(Arrays.toString((byte[]) found.get(2)))).isTrue();
        before.add(found.get(3));
      }
      assertThat(before).hasSize(1);
    });
  }

  @Test
  void errorsSayWhereInTheAuthorsFilesAndLeaveTheGuestUsable() throws Exception {
    write(
        "index.ts",
        """
        import { length } from './lib/length.ts';
        export function handle(what: string): unknown {
          switch (what) {
            case 'null': return length(null!);
            case 'text': throw 'just text';
            case 'recursion': return [handle(what)];
            case 'never': return new Promise(() => {});
            case 'memory': { const all: number[][] = []; for (;;) all.push(new Array(10_000).fill(1.5)); }
            default: return what;
          }
        }
        """);
    write(
        "lib/length.ts",
        "type Text = string;\n\nexport const length = (text: Text) => text.length;\n");
    withPool(function -> {
      GuestError ofNull = failure(function, "null");
      assertThat(ofNull.code()).isEqualTo("exception");
      assertThat(ofNull.message()).isEqualTo("TypeError: cannot read property 'length' of null");
      assertThat(stack(ofNull).lines().map(String::strip))
          .satisfiesExactly(
              line -> assertThat(line).startsWith("at length (lib/length.ts:3:"),
              line -> assertThat(line).startsWith("at handle (index.ts:4:"));
      assertThat(failure(function, "text").message()).isEqualTo("just text");
      assertThat(failure(function, "never").message()).contains("can never settle");
      assertThat(failure(function, "recursion").message())
          .isEqualTo("RangeError: Maximum call stack size exceeded");
      assertThat(failure(function, "memory").message()).contains("out of memory");
    });
    try (var sandbox = deploy().start()) {
      for (String what : List.of("null", "recursion", "memory", "text")) {
        assertThat(sandbox.tryCall("handle", Object.class, what, Map.of()))
            .isInstanceOf(Outcome.Failed.class);
        assertThat(sandbox.<Object>call("handle", Object.class, "fine", Map.of()))
            .isEqualTo("fine");
      }
    }
  }

  @Test
  void whatIsPrintedIsTheLogOfTheCall() throws Exception {
    write(
        "index.js",
        """
        console.log('at the start');
        export function handle(event) {
          console.log('event', { a: [1, 'x'] }, new Map([[1, 2]]));
          console.error(new Error('seen'));
          setTimeout(() => console.log('not waited for'), 10_000);
          return null;
        }
        """);
    try (var tree = FileTree.ofDirectory(root);
        var sandbox = builder(tree).start()) {
      assertThat(sandbox.output().outputText()).isEqualTo("at the start\n");
      Snapshot snapshot = sandbox.snapshot();
      sandbox.restore(snapshot);
      sandbox.call("handle", Object.class, null, Map.of());
      assertThat(sandbox.output().outputText())
          .isEqualTo("event { a: [ 1, 'x' ] } Map(1) { 1 => 2 }\n");
      assertThat(sandbox.output().errorText())
          .matches("Error: seen\n    at handle \\(index.js:4:\\d+\\)\n");
    }
  }

  @Test
  void whatIsWrongAtTheStartIsSaidOnStandardError() throws Exception {
    for (var wrong :
        Map.of(
                "export const handle = (event) => {\n  return event..a;\n};",
                "SyntaxError: .*\n    at index.js:2:\\d+\n",
                "\nimport { x } from './none.js';",
                "Error: Cannot find './none.js', which index.js imports\n    at index.js:2:19\n",
                "\n\nconfigure({});",
                "ReferenceError: configure is not defined\n    at <anonymous> \\(index.js:3:1\\)\n",
                "export const a = 1;",
                "index.js offers nothing: .*\n")
            .entrySet()) {
      write("index.js", wrong.getKey());
      var streams = Streams.capture();
      try (var tree = FileTree.ofDirectory(root);
          var sandbox = builder(tree).build()) {
        assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(1));
      }
      assertThat(streams.errorText()).matches(wrong.getValue());
    }
  }

  @Test
  void aLoopWithoutEndIsTheHostsToEnd() throws Exception {
    write("index.js", "export const handle = (forever) => { while (forever); return 'done'; };");
    try (var pool = SandboxPool.builder().machines(1).build()) {
      PooledSandbox function = pool.add(Sandbox.builder(deploy()).timeout(Duration.ofSeconds(1)));
      Outcome<?> outcome = function.tryCall("handle", Object.class, true, Map.of());
      assertThat(outcome).isInstanceOf(Outcome.Ended.class);
      assertThat(((Outcome.Ended<?>) outcome).ending()).isInstanceOf(Ending.TimedOut.class);
      assertThat(handle(function, false)).isEqualTo("done");
    }
  }
}
