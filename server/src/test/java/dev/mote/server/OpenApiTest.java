package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.SandboxPool;
import dev.mote.json.JsonValues;
import dev.mote.values.Type;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `openapi.json` is valid, and true: each answer that it documents is had from a server, and looks
/// as it says.
class OpenApiTest {
  private static final List<String> METHODS =
      List.of("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH");
  private static final List<String> FUNCTION_PATHS = List.of("/fn/{name}", "/fn/{name}/{path}");

  private static final String WAYS =
      """
      import os, time
      def handle(event, context):
          print("asked for", context["query"])
          way = context["query"]
          if way == "exception": raise ValueError("no")
          if way == "exit": os._exit(3)
          if way == "timeout":
              while True: pass
          if way == "memory": return len([bytearray(1 << 20) for _ in range(1000)])
          if way == "sleep": time.sleep(8)
          return 1
      """;
  private static final String TYPED =
      """
      #!/usr/bin/python3
      import mote
      @mote.function("(a: i32, b: i32) -> i32")
      def add(a, b): return a + b
      mote.serve()
      """;

  /// An answer, and of which path of the document.
  private record Answer(String path, String method, HttpResponse<String> response) {
    String what() {
      return "%s %s %d".formatted(method, path, response.statusCode());
    }
  }

  @TempDir private static Path folder;
  private static Map<?, ?> document;
  private static final List<Answer> answers = new ArrayList<>();

  @BeforeAll
  static void ask() throws Exception {
    document =
        (Map<?, ?>)
            Objects.requireNonNull(
                JsonValues.read(FunctionServer.resource("openapi.json"), Type.Plain.ANY));
    try (var server = new TestServer(folder.resolve("server"))) {
      deployAll(server);
      askFunctions(server);
      askTheApi(server);
      askForFiles(server);
    }
    askWithoutRoom();
    askWithoutADisk();
    askWhileItEnds();
  }

  private static void add(String path, HttpResponse<String> response) {
    answers.add(new Answer(path, response.request().method(), response));
  }

  private static HttpResponse<String> send(
      TestServer server, String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri(path))
            .method(
                method,
                body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body, UTF_8));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return server.send(request);
  }

  private static void deployAll(TestServer server) throws Exception {
    var files = Map.of("main.py", WAYS, "function.toml", "timeout = '1s'\nmemory = '64MiB'\n");
    add("/v1/functions/{name}", server.deploy("ways", files)); // 201
    add("/v1/functions/{name}", server.deploy("ways", files)); // 200
    server.deploy("busy", Map.of("main.py", WAYS, "function.toml", "concurrency = 1\nqueue = 0\n"));
    String library = Files.readString(Path.of("../guest/python/mote.py"));
    HttpResponse<String> typed =
        server.deploy("typed", Map.of("program", TYPED, "mote.py", library));
    assertThat(typed.statusCode()).as(typed.body()).isEqualTo(201);
    server.deploy("program", Map.of("main.sh", "#!/bin/bash\n"));
  }

  private static void askFunctions(TestServer server) throws Exception {
    var many = new ArrayList<String>();
    for (int i = 0; i < 520; i++) {
      many.addAll(List.of("X-" + i, "" + i));
    }
    String[] headers = many.toArray(new String[0]);
    ask(server, "/fn/ways", List.of("?none", "?exception", "?exit", "?timeout", "?memory"));
    ask(server, "/fn/nothing", List.of(""));
    for (String method : METHODS) {
      add(FUNCTION_PATHS.get(0), send(server, method, "/fn/typed", "[1, 2]")); // 404
      add(FUNCTION_PATHS.get(1), send(server, method, "/fn/typed/add", "[1, 2]")); // 405, or 3
      for (String path : FUNCTION_PATHS) {
        String ways = "/fn/ways" + below(path);
        add(path, send(server, method, ways, "{", "content-type", "application/json"));
        add(path, send(server, method, ways, "x".repeat(2 << 20))); // 413
        add(path, send(server, method, "/fn/program" + below(path), "", headers)); // 431
      }
    }
    var held = hold(server, "busy");
    ask(server, "/fn/busy", List.of("")); // 429
    held.get(1, TimeUnit.MINUTES);
  }

  private static String below(String path) {
    return path.endsWith("{path}") ? "/a" : "";
  }

  /// By every method, with and without a path.
  private static void ask(TestServer server, String function, List<String> queries)
      throws Exception {
    for (String path : FUNCTION_PATHS) {
      for (String method : METHODS) {
        for (String query : queries) {
          add(path, send(server, method, function + below(path) + query, ""));
        }
      }
    }
  }

  /// Keeps a function at work for some seconds.
  private static Future<?> hold(TestServer server, String name) throws Exception {
    var held =
        server.http.sendAsync(
            HttpRequest.newBuilder(server.uri("/fn/" + name + "?sleep")).build(),
            HttpResponse.BodyHandlers.discarding());
    while (!server.get("/v1/functions").body().contains("\"busy\":1")) {
      Thread.sleep(20);
    }
    return held;
  }

  private static void askTheApi(TestServer server) throws Exception {
    add("/v1/functions", server.get("/v1/functions"));
    String one = "/v1/functions/{name}";
    for (String name : List.of("ways", "busy", "typed", "nothing")) {
      add(one, server.get("/v1/functions/" + name));
      add(one + "/log", server.get("/v1/functions/" + name + "/log?last=1000"));
    }
    add(one + "/log", server.get("/v1/functions/ways/log?last=many"));
    add(one, server.put("Bad_Name", server.archive(Map.of("main.py", WAYS))));
    add(one, server.put("ways", new byte[0]));
    add(one, server.deploy("ways", "def handle("));
    for (String method : List.of("PUT", "DELETE")) {
      add(one, send(server, method, "/v1/functions/ways", "x", "origin", "http://localhost"));
    }
    var events =
        server.http.sendAsync(
            HttpRequest.newBuilder(server.uri("/v1/functions/busy/log"))
                .header("accept", "text/event-stream")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    awaitLogReader();
    add(one, send(server, "DELETE", "/v1/functions/busy", ""));
    add(one + "/log", events.get(1, TimeUnit.MINUTES)); // ends with the function
    add(one, send(server, "DELETE", "/v1/functions/busy", ""));
    assertThat(tooLargeAnArchive(server.server.port())).startsWith("HTTP/1.1 413 ");
  }

  /// Long enough for the request to have found the function before it is removed.
  private static void awaitLogReader() throws InterruptedException {
    Thread.sleep(500);
  }

  /// Half a gigabyte is announced; some of it is sent, and the server wants no more.
  private static String tooLargeAnArchive(int port) throws Exception {
    try (var socket = new Socket("localhost", port)) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          "PUT /v1/functions/large HTTP/1.1\r\nhost: localhost\r\ncontent-length: 600000000\r\n\r\n"
              .getBytes(UTF_8));
      out.write(new byte[64 << 20]);
      return new String(socket.getInputStream().readNBytes(13), UTF_8);
    }
  }

  private static void askForFiles(TestServer server) throws Exception {
    for (String path :
        List.of(
            "/metrics",
            "/livez",
            "/healthz",
            "/readyz",
            "/",
            "/page.js",
            "/page.css",
            "/openapi.json")) {
      add(path, server.get(path));
    }
  }

  private static void askWithoutRoom() throws Exception {
    SandboxPool.Builder pool =
        SandboxPool.builder()
            .machines(1)
            .machineMemory(MemorySize.ofGibibytes(1))
            .waitTime(Duration.ofMillis(50));
    try (var server = new TestServer(folder.resolve("small"), 0, pool)) {
      server.deploy("ways", WAYS);
      var held = hold(server, "ways");
      ask(server, "/fn/ways", List.of(""));
      held.get(1, TimeUnit.MINUTES);
    }
  }

  private static void askWithoutADisk() throws Exception {
    Path place = folder.resolve("gone");
    try (var server = new TestServer(place)) {
      server.deploy("ways", WAYS);
      for (String part : List.of("incoming", "functions")) {
        Files.move(place.resolve("store").resolve(part), place.resolve(part));
      }
      add("/v1/functions/{name}", server.deploy("ways", WAYS));
      add("/v1/functions/{name}", send(server, "DELETE", "/v1/functions/ways", ""));
    }
  }

  private static void askWhileItEnds() throws Exception {
    var server = new TestServer(folder.resolve("ends"));
    server.deploy("ways", WAYS);
    var held = hold(server, "ways");
    Thread ending = Thread.ofVirtual().start(server::close);
    HttpResponse<String> ready = server.get("/readyz");
    while (ready.statusCode() == 200) {
      Thread.sleep(20);
      ready = server.get("/readyz");
    }
    add("/readyz", ready);
    held.get(1, TimeUnit.MINUTES);
    ending.join();
  }

  @Test
  void eachAnswerIsAsTheDocumentSays() throws Exception {
    var told = new ArrayList<Object>();
    for (Answer answer : answers) {
      var headers = new LinkedHashMap<String, Object>();
      answer.response().headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
      told.add(
          Map.of(
              "path",
              answer.path(),
              "method",
              answer.method(),
              "status",
              (long) answer.response().statusCode(),
              "headers",
              headers,
              "body",
              answer.response().body()));
    }
    assertThat(check(Map.of("document", document, "answers", told))).isEmpty();
  }

  /// The comparison finds what is wrong, if something is.
  @Test
  void theComparisonCanFail() throws Exception {
    var answer =
        Map.of(
            "path",
            "/livez",
            "method",
            "GET",
            "status",
            200L,
            "headers",
            Map.of("content-type", "text/plain"),
            "body",
            "fine\n");
    var listed =
        Map.of(
            "path",
            "/v1/functions",
            "method",
            "GET",
            "status",
            200L,
            "headers",
            Map.of("content-type", "application/json"),
            "body",
            "{\"functions\":[],\"broken\":{},\"new\":1}");
    var broken = new LinkedHashMap<Object, Object>(document);
    broken.remove("info");
    assertThat(check(Map.of("document", broken, "answers", List.of(answer, listed))))
        .contains("'info' is a required property")
        .contains("GET /livez 200: $: 'ok\\n' was expected")
        .contains("'machines' is a required property")
        .contains("'new' was unexpected");
  }

  private static String check(Object told) throws Exception {
    Path script =
        Path.of(Objects.requireNonNull(OpenApiTest.class.getResource("check_openapi.py")).toURI());
    Path input = Files.writeString(folder.resolve("told.json"), JsonValues.write(told));
    Process python =
        new ProcessBuilder("python3", script.toString())
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .start();
    return new String(python.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void eachAnswerOfTheDocumentIsHad() {
    var documented = new TreeSet<String>();
    ((Map<?, ?>) Objects.requireNonNull(document.get("paths")))
        .forEach((path, item) ->
            ((Map<?, ?>) item)
                .forEach((method, operation) -> {
                  if (operation instanceof Map<?, ?> fields) {
                    ((Map<?, ?>) Objects.requireNonNull(fields.get("responses")))
                        .keySet()
                        .forEach(status ->
                            documented.add(
                                "%s %s %s"
                                    .formatted(
                                        String.valueOf(method).toUpperCase(Locale.ROOT),
                                        path,
                                        status)));
                  }
                }));
    documented.removeIf(what -> what.endsWith(" default"));
    documented.removeIf(what -> what.endsWith(" 408")); // each takes more than a minute
    documented.remove("PUT /v1/functions/{name} 413"); // had by hand
    var had = new TreeSet<String>();
    answers.forEach(answer -> had.add(answer.what()));
    assertThat(had).containsAll(documented);
    assertThat(documented).hasSizeGreaterThan(150);
  }
}
