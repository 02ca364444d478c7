package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.SandboxPool;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Functions by HTTP: what they are asked and answer, how they end, how they are replaced.
///
/// `-Dserver.calls=10000` makes the long runs longer.
class FunctionServerTest {
  private static final int CALLS = Integer.getInteger("server.calls", 300);

  private static final String WAYS =
      """
      import os, random, sys, time
      COUNT = 0
      def inner(x):
          return 1 / x
      def handle(event, context):
          global COUNT
          COUNT += 1
          print("asked for", event)
          if event == "divide": inner(0)
          if event == "loop":
              while True: pass
          if event == "sleep": time.sleep(100)
          if event == "memory": return len([bytearray(1 << 20) for _ in range(1000)])
          if event == "exit": sys.exit(3)
          if event == "leave": os._exit(3)
          if event == "abort": os.abort()
          if event == "object": return object()
          if event == "large": return "x" * (9 << 20)
          if event == "chatter":
              for i in range(100000): print("line", i)
          return {"event": event, "count": COUNT, "method": context["method"]}
      """;

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder);
    assertThat(
            server
                .deploy(
                    "ways",
                    Map.of(
                        "main.py", WAYS, "function.toml", "timeout = \"3s\"\nmemory = \"96MiB\"\n"))
                .statusCode())
        .isEqualTo(201);
  }

  @AfterAll
  static void end() {
    server.close();
  }

  @Test
  void eachRequestIsTheFirstOne() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(server.post("/fn/ways", "{\"n\": [1, 2.5, null]}").body())
          .isEqualTo("{\"event\":{\"n\":[1,2.5,null]},\"count\":1,\"method\":\"POST\"}\n");
    }
    HttpResponse<String> answer = server.get("/fn/ways");
    assertThat(answer.body()).contains("\"event\":null").contains("\"method\":\"GET\"");
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    assertThat(answer.headers().firstValue("server-timing"))
        .hasValueSatisfying(t -> assertThat(t).startsWith("fn;dur="));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "divide | 500 | exception | ZeroDivisionError: division by zero",
        "loop | 504 | timeout | more than 3000 ms",
        "sleep | 504 | timeout | more than 3000 ms",
        "memory | 507 | out-of-memory | 96MiB",
        "exit | 500 | exception | exit (status 3)",
        "leave | 502 | exit | status 3",
        "abort | 502 | crash | SIGABRT",
        "object | 500 | exception | object",
        "large | 502 | response | more than",
      })
  void howeverItEndsTheStatusSaysIt(String event, int status, String error, String detail)
      throws Exception {
    HttpResponse<String> answer = server.post("/fn/ways", "\"" + event + "\"");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("x-function-error")).contains(error);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(answer.body()).contains(detail);
    assertThat(server.post("/fn/ways", "1").body()).contains("\"count\":1");
  }

  @Test
  void whereItFailedIsToldInTheAuthorsOwnFiles() throws Exception {
    assertThat(server.post("/fn/ways", "\"divide\"").body())
        .contains("main.py:4 in inner")
        .doesNotContain("mote_function");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json | {bad | 400",
        "application/json | {\"a\": 1, \"a\": 2} | 400",
        "text/plain | {bad | 200",
        "application/x-www-form-urlencoded | a=b%20c&d | 200",
        "application/x-www-form-urlencoded | {\"a\": 1} | 200",
        "image/png | xyz | 200",
      })
  void theBodyIsWhatItsTypeSays(String type, String body, int status) throws Exception {
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/fn/ways"))
                .POST(BodyPublishers.ofString(body))
                .header("content-type", type));
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  @Test
  void bodiesThatAreTooLargeAreRefused() throws Exception {
    String large = "\"" + "x".repeat(1 << 20) + "\"";
    HttpResponse<String> announced = server.post("/fn/ways", large);
    assertThat(announced.statusCode()).isEqualTo(413);
    assertThat(announced.headers().firstValue("x-function-error")).contains("too-large");
    HttpResponse<String> chunked =
        server.send(
            HttpRequest.newBuilder(server.uri("/fn/ways"))
                .POST(
                    BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[3 << 20]))));
    assertThat(chunked.statusCode()).isEqualTo(413);
    assertThat(server.post("/fn/ways", "1").statusCode()).isEqualTo(200);
  }

  /// A client that goes away is no fault of the server's: nobody could read the log for the noise.
  @Test
  void clientsThatGoAwayAreNotLogged() throws Exception {
    try (var log = new ServerLog()) {
      for (String path : List.of("/fn/ways", "/fn/nothing", "/v1/functions/half")) {
        try (var socket = new Socket("localhost", server.server.port())) {
          String begun =
              "PUT %s HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nhalf"
                  .formatted(path);
          socket.getOutputStream().write(begun.getBytes(UTF_8));
          socket.shutdownOutput();
          socket.setSoTimeout(20_000);
          var _ = socket.getInputStream().readAllBytes();
        }
      }
      assertThat(log.entries()).isEmpty();
    }
  }

  /// Though the client sends for a while what nobody wants, and reads only then.
  @Test
  void answersToWhatIsNotWantedArrive() throws Exception {
    byte[] large = new byte[12 << 20];
    for (int i = 0; i < 10; i++) {
      assertThat(server.put("Bad_Name", large).statusCode()).isEqualTo(400);
      assertThat(server.post("/fn/nothing", "x".repeat(large.length)).statusCode()).isEqualTo(404);
      assertThat(server.post("/fn/ways", "x".repeat(large.length)).statusCode()).isEqualTo(413);
      assertThat(server.post("/nothing", "x".repeat(large.length)).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void theLogHasWhatItWrote() throws Exception {
    String id =
        server.post("/fn/ways", "\"chatter\"").headers().firstValue("x-request-id").orElseThrow();
    List<String> lines =
        server
            .get("/v1/functions/ways/log?last=10000")
            .body()
            .lines()
            .filter(l -> l.contains(id))
            .toList();
    assertThat(lines).hasSizeGreaterThan(1000);
    assertThat(lines.get(0)).contains("\"source\":\"out\",\"text\":\"asked for chatter\"");
    assertThat(lines.getLast()).contains("ends here");
  }

  @Test
  void whatIsBrokenIsNotDeployed() throws Exception {
    assertThat(server.deploy("mend", "def handle(event): return 1\n").statusCode()).isEqualTo(201);
    HttpResponse<String> refused = server.deploy("mend", "def handle(event) return 2\n");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("main.py").contains("line 1").contains("SyntaxError");
    assertThat(server.deploy("mend", "import nothing_like_it\n").body())
        .contains("ModuleNotFoundError")
        .contains("main.py:1");
    assertThat(server.deploy("mend", "x = 1\n").body()).contains("neither");
    assertThat(
            server
                .deploy(
                    "mend",
                    Map.of(
                        "main.py",
                        "while True: pass\n",
                        "function.toml",
                        "start-timeout = \"1s\"\n"))
                .body())
        .contains("1000 ms");
    assertThat(
            server
                .deploy(
                    "mend",
                    Map.of("main.py", "def handle(e): return 3", "function.toml", "memory = 7\n"))
                .body())
        .contains("function.toml: memory");
    assertThat(server.put("mend", "no archive".getBytes(UTF_8)).statusCode()).isEqualTo(422);
    assertThat(server.put("mend", new byte[0]).statusCode()).isEqualTo(400);
    assertThat(
            server
                .put("Bad_Name", server.archive(Map.of("main.py", "def handle(e): return 3")))
                .statusCode())
        .isEqualTo(400);
    assertThat(server.get("/fn/mend").body()).isEqualTo("1\n");
    assertThat(server.deploy("mend", "def handle(event): return 4\n").statusCode()).isEqualTo(200);
    assertThat(server.get("/fn/mend").body()).isEqualTo("4\n");
  }

  @Test
  void nothingOfTheHostIsThere() throws Exception {
    server.deploy(
        "look",
        """
        import os, socket
        def handle(event):
            found = []
            for place in ("/root", "/home", "/work", "/var", "/srv", "/opt", "/mnt", "/usr/local"):
                if os.path.isdir(place) and os.listdir(place): found.append(place)
            try:
                socket.create_connection(("127.0.0.1", event), 1)
                found.append("network")
            except OSError: pass
            return {"found": found, "function": sorted(os.listdir("/function")), "user": os.environ.get("USER")}
        """);
    assertThat(server.post("/fn/look", Integer.toString(server.server.port())).body())
        .isEqualTo("{\"found\":[],\"function\":[\"main.py\"],\"user\":null}\n");
  }

  /// What any request leaves behind, none of the others finds; and no two have the same randomness.
  @Test
  void noRequestSeesAnother() throws Exception {
    server.deploy(
        "fresh",
        """
        import os, random, sys, uuid
        SEEN = []
        def handle(event):
            before = [len(SEEN), os.path.exists("/tmp/left"), "LEFT" in os.environ, hasattr(sys, "left"), os.getcwd()]
            SEEN.append(event)
            open("/tmp/left", "w").write("x")
            os.environ["LEFT"] = "x"
            sys.left = event
            os.chdir("/tmp")
            return [before, random.random(), str(uuid.uuid4()), os.urandom(8).hex()]
        """);
    var random = new HashSet<String>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<String>>();
      for (int i = 0; i < CALLS; i++) {
        String event = Integer.toString(i);
        answers.add(threads.submit(() -> server.inTurn(() -> patiently("/fn/fresh", event))));
      }
      for (Future<String> answer : answers) {
        String body = answer.get(5, TimeUnit.MINUTES);
        assertThat(body).startsWith("[[0,false,false,false,\"/function\"],");
        for (String word :
            body.substring(body.indexOf(']') + 2, body.lastIndexOf(']')).split(",")) {
          assertThat(random.add(word)).as(word).isTrue();
        }
      }
    }
    assertThat(random).hasSize(3 * CALLS);
  }

  /// The body of the answer, once the function has room.
  private static String patiently(String path, String event) throws Exception {
    while (true) {
      HttpResponse<String> answer = server.post(path, event);
      if (answer.statusCode() == 200) {
        return answer.body();
      }
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
      Thread.sleep(50);
    }
  }

  @Test
  void whoIsBusySaysSo() throws Exception {
    server.deploy(
        "busy",
        Map.of(
            "main.py",
            "import time\ndef handle(event): time.sleep(1.5); return 1\n",
            "function.toml",
            "concurrency = 1\nqueue = 1\n"));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<HttpResponse<String>>>();
      for (int i = 0; i < 5; i++) {
        answers.add(threads.submit(() -> server.get("/fn/busy")));
      }
      var statuses = new ArrayList<Integer>();
      for (Future<HttpResponse<String>> answer : answers) {
        HttpResponse<String> each = answer.get(1, TimeUnit.MINUTES);
        statuses.add(each.statusCode());
        if (each.statusCode() == 429) {
          assertThat(each.headers().firstValue("retry-after")).isPresent();
        }
      }
      assertThat(statuses).containsOnly(200, 429).contains(200, 429);
    }
  }

  @Test
  void anInstanceKeepsWhatItIsTold() throws Exception {
    server.deploy(
        "counter",
        Map.of(
            "main.py",
            """
            COUNT = 0
            def handle(event):
                global COUNT
                COUNT += 1
                if event == "fail": raise ValueError("no")
                if event == "leave":
                    import os
                    os._exit(1)
                return COUNT
            """,
            "function.toml",
            "isolation = \"instance\"\ninstance-key = \"x-user\"\n"));
    assertThat(asUser("ada", "1")).isEqualTo("1\n");
    assertThat(asUser("ada", "1")).isEqualTo("2\n");
    assertThat(asUser("bob", "1")).isEqualTo("1\n");
    assertThat(asUser("ada", "\"fail\"")).contains("ValueError");
    assertThat(asUser("ada", "1")).isEqualTo("4\n");
    assertThat(asUser("ada", "\"leave\"")).contains("status 1");
    assertThat(asUser("ada", "1")).isEqualTo("5\n"); // as before the call that did not finish
    assertThat(server.get("/v1/functions/counter").body()).contains("\"instances\":2");
  }

  private static String asUser(String name, String json) throws Exception {
    return server
        .send(
            HttpRequest.newBuilder(server.uri("/fn/counter"))
                .POST(BodyPublishers.ofString(json))
                .header("content-type", "application/json")
                .header("x-user", name))
        .body();
  }

  @Test
  void aWsgiApplicationIsServed() throws Exception {
    server.deploy(
        "wsgi",
        Map.of(
            "app.py",
            """
            def app(environ, start_response):
                body = environ["wsgi.input"].read()
                start_response("201 Created", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1; Path=/; Domain=localhost"), ("Set-Cookie", "b=2"), ("Connection", "close")])
                yield ("%s %s %s|%s|" % (environ["REQUEST_METHOD"], environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["QUERY_STRING"])).encode("latin-1")
                yield body + environ.get("HTTP_X_A", "-").encode()
            """));
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/fn/wsgi/a%20b/%C3%BC?x=1&y=%20"))
                .POST(BodyPublishers.ofString("body"))
                .header("x-a", "1"));
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.body()).isEqualTo("POST /fn/wsgi /a b/ü|x=1&y=%20|body1");
    assertThat(answer.headers().allValues("set-cookie"))
        .containsExactly("a=1; Path=/fn/wsgi", "b=2; Path=/fn/wsgi");
    HttpResponse<String> head =
        server.send(
            HttpRequest.newBuilder(server.uri("/fn/wsgi")).method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(201);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void answersThatAreNoneAreRefused() throws Exception {
    server.deploy(
        "odd",
        Map.of(
            "app.py",
            """
            def app(environ, start_response):
                path = environ["PATH_INFO"]
                if path == "/status": start_response("99 No", [])
                elif path == "/switch": start_response("101 Switching", [])
                elif path == "/name": start_response("200 OK", [("a b", "c")])
                elif path == "/split": start_response("200 OK", [("a", "b\\r\\nset-cookie: x=y")])
                elif path == "/many": start_response("200 OK", [("a", "b")] * 300)
                elif path == "/length": start_response("200 OK", [("Content-Length", "1000")])
                elif path == "/none": start_response("204 No Content", [])
                return [b"body"]
            """));
    for (String path : List.of("/status", "/switch", "/name", "/split", "/many")) {
      HttpResponse<String> answer = server.get("/fn/odd" + path);
      assertThat(answer.statusCode()).as(path).isEqualTo(502);
      assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
    }
    assertThat(server.get("/fn/odd/length").body()).isEqualTo("body");
    assertThat(server.get("/fn/odd/none").statusCode()).isEqualTo(204);
    assertThat(server.get("/fn/odd/other").body()).contains("start_response");
  }

  @Test
  void aScriptIsACgiProgram() throws Exception {
    HttpResponse<String> deployed =
        server.deploy(
            "script",
            Map.of(
                "main.sh",
                """
                #!/bin/bash
                read body
                echo "Content-Type: text/x-answer"
                echo
                echo "$REQUEST_METHOD $PATH_INFO $QUERY_STRING $body"
                echo "for the log" >&2
                [ "$PATH_INFO" != /fail ] || exit 4
                """));
    assertThat(deployed.body()).contains("\"calls\":\"program: CGI");
    HttpResponse<String> answer = server.post("/fn/script/where?q=1", "text\n");
    assertThat(answer.body()).isEqualTo("POST /where q=1 text\n");
    assertThat(answer.headers().firstValue("content-type")).contains("text/x-answer");
    assertThat(server.get("/v1/functions/script/log").body()).contains("for the log");
    assertThat(server.get("/fn/script/fail").statusCode()).isEqualTo(502);
    try (var socket = new java.net.Socket("localhost", server.server.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /fn/script/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 400");
    }
  }

  private static HttpResponse<String> withHeader(String path, String name, String value)
      throws Exception {
    return server.send(HttpRequest.newBuilder(server.uri(path)).header(name, value));
  }

  @Test
  void aProgramFindsTheVariablesOfItsRequestAlone() throws Exception {
    server.deploy(
        "variables",
        Map.of(
            "main.sh",
            """
            #!/bin/bash
            mapfile -d '' -t all < /proc/self/environ
            echo "$HTTP_X_ONE|$HTTP_X_TWO|$KEPT|$PATH|${#all[@]}"
            """,
            "function.toml",
            "[environment]\nKEPT = \"yes\"\n"));
    String first = withHeader("/fn/variables", "X-One", "1").body();
    assertThat(first).startsWith("1||yes|/usr/bin:/bin|");
    assertThat(withHeader("/fn/variables", "X-Two", "2").body())
        .isEqualTo(first.replace("1||", "|2|"));
    assertThat(withHeader("/fn/variables", "X-One", "x".repeat(2000)).body())
        .isEqualTo(first.replace("1||", "x".repeat(2000) + "||"));
    assertThat(withHeader("/fn/variables", "X-One", "1").body()).isEqualTo(first);
  }

  @Test
  void headersThatDoNotFitTheEnvironmentAreRefused() throws Exception {
    server.deploy("headers", Map.of("main.sh", "#!/bin/bash\necho $HTTP_X_499\n"));
    var request = HttpRequest.newBuilder(server.uri("/fn/headers"));
    for (int i = 0; i < 520; i++) {
      request.header("X-" + i, "" + i);
    }
    HttpResponse<String> refused = server.send(request);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(431);
    assertThat(refused.headers().firstValue("x-function-error")).contains("headers-too-large");
    assertThat(withHeader("/fn/headers", "X-499", "last").body()).isEqualTo("last\n");
  }

  @Test
  void aProgramMayGoOnFromItsFirstWaitForInput() throws Exception {
    String program =
        """
        #!/bin/bash
        START=$SRANDOM
        read body
        mapfile -d '' -t all < /proc/self/environ
        echo "$START|$body|$REQUEST_METHOD|${all[*]}"
        """;
    HttpResponse<String> deployed =
        server.deploy(
            "input", Map.of("main.sh", program, "function.toml", "snapshot = \"input\"\n"));
    assertThat(deployed.body())
        .contains("\"calls\":\"program: CGI, from its first wait for input\"")
        .contains("\"snapshot\":\"input\"");
    String[] first = server.post("/fn/input", "one\n").body().split("\\|");
    String[] second = server.post("/fn/input", "two\n").body().split("\\|");
    assertThat(second[0]).isEqualTo(first[0]);
    assertThat(List.of(first[1], second[1])).containsExactly("one", "two");
    assertThat(first[2]).as("the shell's own copy").isEmpty();
    assertThat(first[3]).contains("REQUEST_METHOD=POST", "CONTENT_LENGTH=4", "HOME=/tmp");
  }

  @Test
  void aProgramThatNeverWaitsForInputIsNotTakenThere() throws Exception {
    HttpResponse<String> refused =
        server.deploy(
            "output",
            Map.of(
                "main.sh", "#!/bin/bash\necho done >&2\n",
                "function.toml", "snapshot = \"input\"\n"));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body())
        .contains("the program ended before it waited for input (Exited[status=0])")
        .contains("its standard error: done");
    assertThat(
            server
                .deploy(
                    "output",
                    Map.of(
                        "main.py", "def handle(event): return 1\n",
                        "function.toml", "snapshot = \"input\"\n"))
                .body())
        .contains("is for programs");
  }

  @Test
  void programsRunInTheMachinesThatThereAre() throws Exception {
    var pool =
        SandboxPool.builder()
            .machines(1)
            .machineMemory(MemorySize.ofGibibytes(1))
            .waitTime(Duration.ofSeconds(60));
    try (var small = new TestServer(folder.resolve("small"), 0, pool);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      small.deploy("slow", Map.of("main.sh", "#!/bin/bash\necho slow\nexec sleep 0.4\n"));
      long begun = System.nanoTime();
      var answers = new ArrayList<Future<String>>();
      for (int i = 0; i < 3; i++) {
        answers.add(threads.submit(() -> small.get("/fn/slow").body()));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get()).isEqualTo("slow\n");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThan(Duration.ofMillis(1200));
    }
  }

  @Test
  void functionsComeAndGo() throws Exception {
    server.deploy("brief", "def handle(event): return 1\n");
    assertThat(server.get("/v1/functions").body()).contains("\"name\":\"brief\"");
    HttpRequest.Builder delete = HttpRequest.newBuilder(server.uri("/v1/functions/brief")).DELETE();
    assertThat(server.send(delete).statusCode()).isEqualTo(204);
    assertThat(server.send(delete).statusCode()).isEqualTo(404);
    HttpResponse<String> gone = server.get("/fn/brief");
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(gone.headers().firstValue("x-function-error")).contains("not-found");
    assertThat(server.get("/v1/functions").body()).doesNotContain("\"name\":\"brief\"");
    assertThat(server.deploy("brief", "def handle(event): return 2\n").body())
        .contains("\"version\":1");
  }

  @Test
  void aServerThatIsStartedAgainHasThem() throws Exception {
    Path place = folder.resolve("again");
    try (var first = new TestServer(place)) {
      first.deploy("kept", "def handle(event): return 'kept'\n");
      first.deploy("kept", "def handle(event): return 'kept twice'\n");
    }
    try (var second = new TestServer(place)) {
      assertThat(second.get("/fn/kept").body()).isEqualTo("\"kept twice\"\n");
      assertThat(second.get("/v1/functions/kept").body()).contains("\"version\":2");
    }
  }

  /// No request fails while a function is replaced again and again.
  @Test
  void versionsAreReplacedWithoutAFailedRequest() throws Exception {
    server.deploy("swap", "def handle(event): return 0\n");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 3; i++) {
        answers.add(
            threads.submit(() -> {
              int last = 0;
              while (last < 5) {
                HttpResponse<String> answer = server.get("/fn/swap");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                int version = Integer.parseInt(answer.body().strip());
                assertThat(version).isGreaterThanOrEqualTo(last);
                last = version;
              }
              return last;
            }));
      }
      for (int version = 1; version <= 5; version++) {
        assertThat(
                server
                    .deploy("swap", "def handle(event): return %d\n".formatted(version))
                    .statusCode())
            .isEqualTo(200);
      }
      for (Future<Integer> answer : answers) {
        assertThat(answer.get(2, TimeUnit.MINUTES)).isEqualTo(5);
      }
    }
  }

  @Test
  void pagesMayNotDeploy() throws Exception {
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/v1/functions/evil"))
                .PUT(
                    BodyPublishers.ofByteArray(
                        server.archive(Map.of("main.py", "def handle(e): pass"))))
                .header("origin", "http://localhost:" + server.server.port()));
    assertThat(answer.statusCode()).isEqualTo(403);
  }
}
