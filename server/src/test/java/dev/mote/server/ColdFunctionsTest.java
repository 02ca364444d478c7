package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.SandboxPool;
import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Readiness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Functions that have not started, or not any more.
@Timeout(180)
class ColdFunctionsTest {
  @TempDir private Path folder;

  /// As a server leaves it that so many functions were deployed to.
  private void store(int functions) throws Exception {
    Path store = folder.resolve("store");
    try (var server = new TestServer(folder)) {
      assertThat(server.deploy("function-0", "def handle(event): return 'cold'\n").statusCode())
          .isIn(200, 201);
    }
    String entry = Files.readString(store.resolve("functions/function-0.json"));
    for (int i = 1; i < functions; i++) {
      Files.writeString(store.resolve("functions/function-%d.json".formatted(i)), entry);
    }
  }

  private static DeployedFunction.State state(TestServer server, String name) {
    return Objects.requireNonNull(
        Objects.requireNonNull(server.functions.find(name), name).state());
  }

  private static void await(TestServer server, String name, Readiness readiness)
      throws InterruptedException {
    while (state(server, name).readiness() != readiness) {
      Thread.sleep(10);
    }
  }

  private static long starts(TestServer server, String name) {
    return Objects.requireNonNull(server.functions.find(name)).log().linesAfter(0, 1000).stream()
        .filter(line -> line.text().contains(" started in "))
        .count();
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  private static long startThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("mote-start"))
        .count();
  }

  /// A thousand functions cost what one costs, until one is called.
  @Test
  void aThousandThatNobodyCallsCostNothing() throws Exception {
    store(1);
    long descriptorsOfOne;
    try (var server = new TestServer(folder)) {
      assertThat(state(server, "function-0").readiness()).isEqualTo(Readiness.COLD);
      descriptorsOfOne = descriptors();
    }
    store(1000);
    try (var server = new TestServer(folder)) {
      assertThat(server.functions.list()).hasSize(1000);
      assertThat(descriptors()).isLessThan(descriptorsOfOne + 20); // what else the JVM opens
      assertThat(startThreads()).isZero();
      assertThat(server.functions.machines().made()).isLessThanOrEqualTo(1); // that is kept ahead
      String listed = server.get("/v1/functions").body();
      assertThat(listed.split("\"state\":\"cold\"", -1)).hasSize(1001);
      assertThat(listed.split("\"calls\":\"JSON: handle\\(event, context\\)\"", -1)).hasSize(1001);
      assertThat(listed).doesNotContain("\"state\":\"ready\"");
      assertThat(server.get("/fn/function-777").body()).isEqualTo("\"cold\"\n");
      assertThat(server.functions.list().stream().filter(f -> isReady(f))).hasSize(1);
      assertThat(server.get("/v1/functions/function-1").body()).contains("\"sleep-after\":\"900");
      assertThat(state(server, "function-1").readiness()).isEqualTo(Readiness.COLD);
    }
  }

  private static boolean isReady(DeployedFunction function) {
    return Objects.requireNonNull(function.state()).readiness() == Readiness.READY;
  }

  @Test
  void manyFirstRequestsStartItOnce() throws Exception {
    store(1);
    try (var server = new TestServer(folder);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<HttpResponse<String>>>();
      for (int i = 0; i < 100; i++) {
        answers.add(threads.submit(() -> server.get("/fn/function-0")));
      }
      for (Future<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().body()).isEqualTo("\"cold\"\n");
      }
      assertThat(starts(server, "function-0")).isEqualTo(1);
    }
  }

  @Test
  void whatCannotBeStartedAnyMoreSaysSoAndIsTriedAgain() throws Exception {
    store(1);
    Path archive;
    try (Stream<Path> archives = Files.list(folder.resolve("store/archives"))) {
      archive = archives.findFirst().orElseThrow();
    }
    try (var server = new TestServer(folder)) {
      byte[] bytes = Files.readAllBytes(archive);
      Files.writeString(archive, "no archive");
      HttpResponse<String> refused = server.post("/fn/function-0", "1");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("x-function-error")).contains("start");
      assertThat(refused.headers().allValues("retry-after")).hasSize(1).first().isIn("1", "2");
      assertThat(refused.body()).contains("it does not start").contains("no archive of a function");
      String told = server.get("/v1/functions").body();
      assertThat(told)
          .contains("\"state\":\"broken\"")
          .contains("\"retry\":\"2")
          .contains("\"broken\":{\"function-0\":\"");
      assertThat(server.get("/v1/functions/function-0/log").body()).contains("does not start");
      Files.write(archive, bytes);
      int tries = 0;
      while (server.get("/fn/function-0").statusCode() == 503) {
        Thread.sleep(100);
        assertThat(tries++).isLessThan(300);
      }
      assertThat(server.get("/v1/functions").body()).contains("\"broken\":{}");
      HttpRequest.Builder delete =
          HttpRequest.newBuilder(server.uri("/v1/functions/function-0")).DELETE();
      assertThat(server.send(delete).statusCode()).isEqualTo(204);
      assertThat(archive).doesNotExist();
    }
  }

  /// What does not start any more is mended by deploying, without waiting.
  @Test
  void whatIsBrokenIsMendedByDeploying() throws Exception {
    store(1);
    try (var server = new TestServer(folder)) {
      try (Stream<Path> archives = Files.list(folder.resolve("store/archives"))) {
        Files.delete(archives.findFirst().orElseThrow());
      }
      assertThat(server.get("/fn/function-0").statusCode()).isEqualTo(503);
      HttpResponse<String> deployed =
          server.deploy("function-0", "def handle(event): return 'mended'\n");
      assertThat(deployed.statusCode()).isEqualTo(200);
      assertThat(deployed.body()).contains("\"version\":2").contains("\"state\":\"ready\"");
      assertThat(server.get("/fn/function-0").body()).isEqualTo("\"mended\"\n");
    }
  }

  @Test
  void whatNobodyCallsSleepsAndWakes() throws Exception {
    try (var server = new TestServer(folder)) {
      var files =
          Map.of(
              "main.py",
              "import os\nDRAWN = os.urandom(8).hex()\ndef handle(event): return DRAWN\n",
              "function.toml",
              "sleep-after = \"300ms\"\n");
      server.deploy("brief", files);
      String first = server.get("/fn/brief").body();
      await(server, "brief", Readiness.COLD);
      assertThat(state(server, "brief").memory()).isEqualTo(MemorySize.ofBytes(0));
      assertThat(server.get("/v1/functions/brief").body())
          .contains("\"snapshot_bytes\":0")
          .contains("\"calls\":\"JSON")
          .doesNotContain("\"ready\":");
      assertThat(server.get("/fn/brief").body()).isNotEqualTo(first); // another start
      assertThat(starts(server, "brief")).isEqualTo(1);
    }
  }

  @Test
  void instancesKeepTheirFunctionAwake() throws Exception {
    try (var server = new TestServer(folder)) {
      server.deploy(
          "counter",
          Map.of(
              "main.py",
              """
              COUNT = 0
              def handle(event):
                  global COUNT
                  COUNT += 1
                  return COUNT
              """,
              "function.toml",
              "isolation = \"instance\"\nidle = \"2s\"\nsleep-after = \"100ms\"\n"));
      assertThat(server.get("/fn/counter").body()).isEqualTo("1\n");
      Thread.sleep(1000);
      assertThat(server.get("/fn/counter").body()).isEqualTo("2\n");
      await(server, "counter", Readiness.COLD); // once its instance is forgotten
      assertThat(server.get("/fn/counter").body()).isEqualTo("1\n");
    }
  }

  /// Two of five snapshots have room: the others sleep, their memory is used by those that start,
  /// and every answer is of the function that was asked.
  @Test
  void functionsTakeTurnsInTheMemoryOfSnapshots() throws Exception {
    MemorySize one;
    try (var server = new TestServer(folder)) {
      for (int i = 0; i < 5; i++) {
        server.deploy(
            "turn-" + i,
            "TEXT = 'of %d ' * 100000\ndef handle(event): return TEXT[:5]\n".formatted(i));
      }
      one = state(server, "turn-0").memory();
      assertThat(one.bytes()).isGreaterThan(1 << 20);
    }
    var room = MemorySize.ofBytes(one.bytes() * 5 / 2);
    try (var server = new TestServer(folder, 0, SandboxPool.builder().machines(3), room)) {
      for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 5; i++) {
          assertThat(server.get("/fn/turn-" + i).body()).isEqualTo("\"of %d \"\n".formatted(i));
          assertThat(
                  server.functions.list().stream()
                      .mapToLong(f -> Objects.requireNonNull(f.state()).memory().bytes())
                      .sum())
              .isLessThanOrEqualTo(room.bytes());
        }
      }
      assertThat(starts(server, "turn-0")).isEqualTo(4);
    }
  }

  /// Requests while their function is put to sleep, replaced and started all the time.
  @Test
  void noRequestFailsWhileFunctionsSleepAndWake() throws Exception {
    try (var server = new TestServer(folder);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int version = 0; version < 3; version++) {
        server.deploy("restless", restless(version));
        var answers = new ArrayList<Future<HttpResponse<String>>>();
        for (int i = 0; i < 30; i++) {
          int pause = i * 37 % 400;
          answers.add(
              threads.submit(() -> {
                Thread.sleep(pause);
                return server.get("/fn/restless");
              }));
        }
        server.deploy("restless", restless(version));
        for (Future<HttpResponse<String>> answer : answers) {
          assertThat(answer.get().body()).isEqualTo(version + "\n");
        }
      }
      await(server, "restless", Readiness.COLD);
    }
  }

  private static Map<String, String> restless(int version) {
    return Map.of(
        "main.py",
        "def handle(event): return %d\n".formatted(version),
        "function.toml",
        "sleep-after = \"1ms\"\n");
  }

  /// The API's answers about cold functions have what the store knows, whatever that is.
  @Test
  void entriesWithoutADescriptionAreServed() throws Exception {
    store(1);
    Path file = folder.resolve("store/functions/function-0.json");
    String digest = Files.readString(file).replaceAll("(?s).*(sha256:[0-9a-f]{64}).*", "$1");
    assertThat(HexFormat.of().parseHex(digest.substring(7))).hasSize(32);
    Files.writeString(file, "{\"version\": 7, \"digest\": \"%s\"}\n".formatted(digest));
    try (var server = new TestServer(folder)) {
      assertThat(server.get("/v1/functions").body())
          .contains("\"version\":7")
          .doesNotContain("\"language\"");
      var out = new ByteArrayOutputStream();
      var stream = new PrintStream(out, true, UTF_8);
      String address = "http://localhost:" + server.server.port();
      assertThat(new Main(stream, stream).execute(List.of("list", "--server", address))).isZero();
      assertThat(out.toString(UTF_8)).containsPattern("function-0 +7 +cold +- +0 +0");
      assertThat(server.get("/fn/function-0").body()).isEqualTo("\"cold\"\n");
      assertThat(server.get("/v1/functions").body()).contains("\"language\":\"python\"");
    }
  }
}
