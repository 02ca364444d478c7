package dev.mote.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.SandboxPool;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import org.junit.jupiter.params.provider.ValueSource;

/// Clients and functions that mean harm. After each, the server answers as before.
///
/// `-Dabuse.clients=1000`, `-Dabuse.requests=10000` and `-Dabuse.deploys=20` make it worse.
class AbuseTest {
  private static final int CLIENTS = Integer.getInteger("abuse.clients", 200);
  private static final int DEPLOYS = Integer.getInteger("abuse.deploys", 5);
  private static final int REQUESTS = Integer.getInteger("abuse.requests", 1000);

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server =
        new TestServer(
            folder,
            0,
            SandboxPool.builder()
                .machines(2)
                .machineMemory(MemorySize.ofMebibytes(600))
                .waitTime(Duration.ofSeconds(60)));
    assertThat(
            server
                .deploy(
                    "good",
                    Map.of(
                        "main.py",
                        "def handle(event): return event\n",
                        "function.toml",
                        "queue = 100\n"))
                .statusCode())
        .isEqualTo(201);
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static void assertServes() throws Exception {
    assertThat(server.post("/fn/good", "5").body()).isEqualTo("5\n");
  }

  private static Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port());
    socket.setSoTimeout(60_000);
    return socket;
  }

  /// Sends bytes and reads the answer until the connection is closed or there is a whole head.
  private static String raw(String text) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    } catch (IOException _) {
      return ""; // reset: it would not hear more
    }
  }

  /// The answer to a client that announces so many MiB and does not look for an answer before it
  /// has sent some of them.
  private static String sendsFirst(String path, int mebibytes, int sent) throws IOException {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      String head =
          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
              .formatted(path, mebibytes << 20);
      out.write(head.getBytes(ISO_8859_1));
      byte[] piece = new byte[1 << 20];
      for (int i = 0; i < sent; i++) {
        out.write(piece);
      }
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /fn/good HTTP/1.1\r\n\r\n",
        "GET /fn/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fn/%2e%2e/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fn/good HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        "GET /fn/good HTTP/1.1\r\nHost: localhost\r\nA: b\0c\r\n\r\n",
        "POST /fn/good HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        "POST /fn/good HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /fn/good HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc",
        "POST /fn/good HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        "POST /fn/good HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        "POST /fn/good HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "PUT /v1/functions/good HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001",
      })
  void requestsThatAreNone(String text) throws Exception {
    String answer = raw(text);
    assertThat(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] [245][0-9][0-9] .*"))
        .as(answer)
        .isTrue();
    assertThat(answer).doesNotContain("root:");
    assertServes();
  }

  @Test
  void headsWithoutEnd() throws Exception {
    assertThat(raw("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .doesNotContain(" 200 ");
    assertThat(
            raw(
                "GET /fn/good HTTP/1.1\r\nHost: localhost\r\nA: "
                    + "b".repeat(200_000)
                    + "\r\n\r\n"))
        .doesNotContain(" 200 ");
    assertThat(
            raw(
                "GET /fn/good HTTP/1.1\r\nHost: localhost\r\n"
                    + "A: b\r\n".repeat(50_000)
                    + "\r\n"))
        .doesNotContain(" 200 ");
    assertServes();
  }

  /// Clients that send a byte now and then, or nothing, keep nobody else from being served.
  @Test
  void slowClients() throws Exception {
    var sockets = new ArrayList<Socket>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        Socket socket = connect();
        sockets.add(socket);
        String begun =
            i % 2 == 0
                ? "GET /fn/good HTTP/1.1\r\nHost:"
                : "POST /fn/good HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\na";
        socket.getOutputStream().write(begun.getBytes(ISO_8859_1));
      }
      for (int i = 0; i < 10; i++) {
        assertServes();
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertServes();
  }

  /// Each of very many requests at the same time gets an answer, and it is the right one.
  @Test
  void manyRequestsAtOnce() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<HttpResponse<String>>>();
      for (int i = 0; i < REQUESTS; i++) {
        String event = Integer.toString(i);
        answers.add(threads.submit(() -> server.inTurn(() -> server.post("/fn/good", event))));
      }
      int served = 0;
      for (int i = 0; i < REQUESTS; i++) {
        HttpResponse<String> answer = answers.get(i).get(5, TimeUnit.MINUTES);
        if (answer.statusCode() == 200) {
          assertThat(answer.body()).isEqualTo(i + "\n");
          served++;
        } else {
          assertThat(answer.statusCode()).as(answer.body()).isIn(429, 503);
        }
      }
      assertThat(served).isGreaterThan(Math.min(REQUESTS, 150) - 1);
    }
    assertServes();
  }

  /// Functions that loop, fill memory, write without end or crash, beside one that is to be served.
  @Test
  void badNeighbours() throws Exception {
    server.deploy(
        "bad",
        Map.of(
            "main.py",
            """
            import os, threading
            def handle(event):
                if event % 5 == 0:
                    while True: pass
                if event % 5 == 1: return len([bytearray(1 << 20) for _ in range(10000)])
                if event % 5 == 2:
                    while True: print("x" * 10000)
                if event % 5 == 3: os.abort()
                with open("/tmp/f", "wb") as f:
                    while True: f.write(bytes(1 << 20))
            """,
            "function.toml",
            "timeout = \"1s\"\nmemory = \"64MiB\"\nconcurrency = 1\n"));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var bad = new ArrayList<Future<HttpResponse<String>>>();
      for (int i = 0; i < 20; i++) {
        String event = Integer.toString(i);
        bad.add(threads.submit(() -> server.post("/fn/bad", event)));
      }
      for (int i = 0; i < 20; i++) {
        assertServes();
      }
      for (Future<HttpResponse<String>> answer : bad) {
        assertThat(answer.get(5, TimeUnit.MINUTES).statusCode()).isIn(429, 500, 502, 504, 507);
      }
    }
    assertServes();
  }

  @Test
  void uploadsThatAreNotWhatTheySay() throws Exception {
    List<byte[]> uploads =
        List.of(
            new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0},
            new byte[10_240],
            "PK\u0003\u0004".getBytes(ISO_8859_1),
            new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0},
            server.archive(Map.of("readme.txt", "no function")),
            server.archive(Map.of("main.wasm", "not wasm")),
            server.archive(Map.of("program", "#!/not/there\n")),
            server.archive(Map.of("main.py", "def handle(e): pass", "function.toml", "\u0000")));
    for (byte[] upload : uploads) {
      HttpResponse<String> answer = server.put("upload", upload);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    }
    assertThat(server.get("/fn/upload").statusCode()).isEqualTo(404);
    assertServes();
  }

  /// Bodies have room together, a quarter of the heap: clients that announce some and send none use
  /// it up, and who comes then is told to come again. When they go, there is room.
  @Test
  void bodiesHaveRoomTogether() throws Exception {
    server.deploy(
        "large",
        Map.of(
            "main.py",
            "def handle(event): return 1\n",
            "function.toml",
            "request-limit = \"64MiB\"\n"));
    String large =
        "POST /fn/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
            .formatted(64 << 20);
    byte[] goOn = "HTTP/1.1 100 ".getBytes(ISO_8859_1); // it has room
    long room = (Runtime.getRuntime().maxMemory() >> 12) / ((64 << 10) + 1); // KiB, one more each
    var sockets = new ArrayList<Socket>();
    try {
      for (int i = 0; i < room; i++) {
        Socket socket = connect();
        sockets.add(socket);
        socket.getOutputStream().write(large.getBytes(ISO_8859_1));
        assertThat(socket.getInputStream().readNBytes(goOn.length)).isEqualTo(goOn);
      }
      assertThat(raw(large))
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("retry-after: 1\r\n")
          .contains("x-function-error: no-capacity");
      assertThat(sendsFirst("/fn/large", 64, 32)).startsWith("HTTP/1.1 503 ");
      assertServes(); // a small one has room
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    int status = 503;
    for (int i = 0; i < 100 && status == 503; i++) {
      status = server.post("/fn/large", "\"" + "x".repeat(20 << 20) + "\"").statusCode();
    }
    assertThat(status).isEqualTo(200);
  }

  /// Deploys, some of them broken, while everybody asks: each answer is the old version's or the
  /// new one's, and later answers are never of an older one.
  @Test
  void deploysUnderLoad() throws Exception {
    server.deploy("swap", "def handle(event): return 0\n");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 8; i++) {
        answers.add(
            threads.submit(() -> {
              int last = 0;
              while (last < DEPLOYS) {
                HttpResponse<String> answer = server.post("/fn/swap", "1");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                int version = Integer.parseInt(answer.body().strip());
                assertThat(version).isBetween(last, DEPLOYS);
                last = version;
              }
              return last;
            }));
      }
      for (int version = 1; version <= DEPLOYS; version++) {
        assertThat(server.deploy("swap", "def handle(event) return 1\n").statusCode())
            .isEqualTo(422);
        assertThat(
                server
                    .deploy("swap", "def handle(event): return %d\n".formatted(version))
                    .statusCode())
            .isEqualTo(200);
      }
      for (Future<Integer> answer : answers) {
        assertThat(answer.get(5, TimeUnit.MINUTES)).isEqualTo(DEPLOYS);
      }
    }
  }

  /// What a process holds.
  private record Held(long descriptors, long threads, long heapMiB, long residentMiB) {
    static Held now() throws Exception {
      Thread.sleep(4000); // connections that nobody uses are closed by then
      for (int i = 0; i < 3; i++) {
        System.gc();
        Thread.sleep(300); // what is cleaned behind it
      }
      var runtime = Runtime.getRuntime();
      long heap = runtime.totalMemory() - runtime.freeMemory();
      String status = Files.readString(Path.of("/proc/self/status"));
      try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
        return new Held(
            descriptors.count(),
            number(status, "Threads:"),
            heap >> 20,
            number(status, "VmRSS:") >> 10);
      }
    }

    private static long number(String status, String name) {
      return status
          .lines()
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  /// After all that, and some time, nothing of it is held: the second and third time around costs
  /// what the first one did.
  @Test
  void abuseLeavesNothingBehind() throws Exception {
    allAtOnce();
    Held before = Held.now();
    allAtOnce();
    allAtOnce();
    Held after = Held.now();
    String both = before + " " + after;
    assertThat(after.descriptors()).as(both).isLessThanOrEqualTo(before.descriptors() + 20);
    assertThat(after.threads()).as(both).isLessThanOrEqualTo(before.threads() + 20);
    assertThat(after.heapMiB()).as(both).isLessThanOrEqualTo(before.heapMiB() + 30);
    assertThat(after.residentMiB()).as(both).isLessThanOrEqualTo(before.residentMiB() + 150);
    assertThat(server.functions.machines().busy()).isZero();
    assertThat(server.functions.machines().machines()).isLessThanOrEqualTo(2);
  }

  @SuppressWarnings("JUnitMethodInvoked") // what they do is to be done again
  private void allAtOnce() throws Exception {
    slowClients();
    manyRequestsAtOnce();
    badNeighbours();
    uploadsThatAreNotWhatTheySay();
    headsWithoutEnd();
  }
}
