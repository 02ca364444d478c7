package dev.mote.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that come in pieces, both ways, by real sockets.
class StreamingTest {
  private static final int LARGE = 100 << 20;

  private static final String APP =
      """
      import hashlib, os, sys, time
      sys.path.insert(0, "/mote")
      import mote

      def app(environ, start_response):
          path = environ["PATH_INFO"]
          def start(*headers, status="200 OK"):
              return start_response(status, [("Content-Type", "text/plain"), *headers])
          return globals()[path.strip("/")](environ, start)

      def events(environ, start):
          start()
          for i in range(3):
              if i: time.sleep(0.5)
              yield b"data: %d\\n\\n" % i

      def hash(environ, start):
          digest, total = hashlib.sha256(), 0
          while True:
              piece = environ["wsgi.input"].read(1 << 16)
              if not piece: break
              digest.update(piece)
              total += len(piece)
          start()
          return [b"%d %s %s" % (total, digest.hexdigest().encode(), environ.get("CONTENT_LENGTH", "none").encode())]

      def large(environ, start):
          start()
          for _ in range(1600): yield b"x" * 65536

      def sized(environ, start):
          start(("Content-Length", "200000"))
          for _ in range(20): yield b"x" * 10000

      def short(environ, start):
          start(("Content-Length", "200000"))
          yield b"x" * 10000

      def long(environ, start):
          start(("Content-Length", "20000"))
          for _ in range(5): yield b"x" * 10000

      def pieces(environ, start):
          start()
          yield b"one "
          yield b""
          yield b"two"

      def endless(environ, start):
          start()
          while True:
              print("still writing", flush=True)
              yield b"x" * 65536

      def stubborn(environ, start):
          start()
          while True:
              try: mote.call("response.write", b"x" * 65536)
              except mote.Error: pass

      def silent(environ, start):
          start()
          print("computing", flush=True)
          while True: pass

      def fails(environ, start):
          start()
          yield b"begun"
          raise ValueError("too late")

      def early(environ, start):
          start()
          return [b"no thanks"]

      def nothing(environ, start):
          start(status="204 No Content")
          yield b"there is no body"

      def twice(environ, start):
          mote.call("response.start", 200, [])
          mote.call("response.write", b"once")
          mote.call("response.start", 200, [])

      def before(environ, start):
          mote.call("response.write", b"x")

      def swallowed(environ, start):
          try: mote.call("response.write", b"x")
          except mote.Error: pass
          start()
          return [b"as if nothing were"]

      def status(environ, start):
          mote.call("response.start", 99, [])

      def header(environ, start):
          mote.call("response.start", 200, [["a\\r\\nb", "c"]])

      def value(environ, start):
          mote.call("response.start", 200, [["a", "c\\r\\nd: e"]])

      def pair(environ, start):
          mote.call("response.start", 200, [["a"]])

      def unsized(environ, start):
          mote.call("response.start", 200, [["content-length", "-1"]])

      def untyped(environ, start):
          mote.call("response.start", "200", {})

      def headers(environ, start):
          mote.call("response.start", 200, [["a", "b"]] * 1000)

      def both(environ, start):
          mote.call("response.start", 200, [])
          mote.call("response.write", b"pieces")
          start()
          return [b"and once more"]
      """;

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder);
    deploy(
        "app",
        Map.of(
            "app.py",
            APP,
            "function.toml",
            "timeout = \"60s\"\nrequest-limit = \"101MiB\"\nresponse-limit = \"101MiB\"\n"));
    deploy(
        "small",
        Map.of(
            "app.py",
            APP,
            "function.toml",
            "timeout = \"2s\"\nrequest-limit = \"200KiB\"\nresponse-limit = \"200KiB\"\n"));
  }

  private static void deploy(String name, Map<String, String> files) throws Exception {
    HttpResponse<String> answer = server.deploy(name, files);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  private static String get(String path) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path);
  }

  /// The head of an answer, without the empty line.
  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("no whole head: " + head);
      }
      head.append((char) c);
    }
    return head.substring(0, head.length() - 4);
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("no whole line: " + line);
      }
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  /// A body in chunks, to its end.
  private static String chunks(InputStream in) throws IOException {
    var body = new StringBuilder();
    for (int size = Integer.parseInt(line(in), 16); ; size = Integer.parseInt(line(in), 16)) {
      body.append(new String(in.readNBytes(size), UTF_8));
      line(in);
      if (size == 0) {
        return body.toString();
      }
    }
  }

  private static void deployProgram(String name, String script) throws Exception {
    deploy(name, Map.of("main.sh", "#!/usr/bin/python3\nimport sys, time, hashlib\n" + script));
  }

  @Test
  void eventsArriveOneByOne() throws Exception {
    try (Socket socket = connect()) {
      send(socket, get("/fn/app/events"));
      InputStream in = socket.getInputStream();
      assertThat(head(in)).startsWith("HTTP/1.1 200 ").containsIgnoringCase("chunked");
      long[] at = new long[3];
      for (int i = 0; i < 3; i++) {
        assertThat(line(in)).isEqualTo("9");
        assertThat(line(in)).isEqualTo("data: " + i);
        at[i] = System.nanoTime();
        assertThat(line(in)).isEmpty();
        assertThat(line(in)).isEmpty();
      }
      assertThat(line(in)).isEqualTo("0");
      assertThat(at[1] - at[0]).isGreaterThan(250_000_000);
      assertThat(at[2] - at[1]).isGreaterThan(250_000_000);
    }
  }

  @Test
  void aProgramsWritesArriveOneByOne() throws Exception {
    deployProgram(
        "ticks",
        """
        print("Content-Type: text/event-stream\\n", flush=True)
        for i in range(1, 4):
            print(i, flush=True)
            time.sleep(1)
        """);
    try (Socket socket = connect()) {
      send(socket, get("/fn/ticks"));
      InputStream in = socket.getInputStream();
      assertThat(head(in)).contains("text/event-stream");
      assertThat(line(in)).isEqualTo("2");
      assertThat(line(in)).isEqualTo("1");
      long first = System.nanoTime();
      line(in);
      assertThat(line(in)).isEqualTo("2");
      assertThat(line(in)).isEqualTo("2");
      assertThat(System.nanoTime() - first).isGreaterThan(500_000_000);
    }
  }

  @Test
  void aProgramsShortAnswerIsWhole() throws Exception {
    deployProgram("whole", "print('one', flush=True); print('two')");
    TestServer.await( // this machine may be slow
        "a whole answer",
        () -> {
          HttpResponse<String> answer = server.get("/fn/whole");
          assertThat(answer.body()).isEqualTo("one\ntwo\n");
          return answer.headers().firstValue("content-length").equals(Optional.of("8"));
        });
    deployProgram("late", "print('one', flush=True); time.sleep(0.5); print('two'); sys.exit(3)");
    try (Socket socket = connect()) {
      send(socket, get("/fn/late"));
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .contains("one")
          .doesNotContain("\r\n0\r\n");
    }
    assertThat(server.log("late")).contains("status 3");
  }

  @Test
  void whatComesAtOnceHasItsLength() throws Exception {
    assertThat(server.get("/fn/app/early").headers().firstValue("content-length")).contains("9");
    HttpResponse<String> pieces = server.get("/fn/app/pieces");
    assertThat(pieces.body()).isEqualTo("one two");
    assertThat(pieces.headers().firstValue("content-length")).isEmpty();
    HttpResponse<String> sized = server.get("/fn/app/sized");
    assertThat(sized.body()).hasSize(200_000);
    assertThat(sized.headers().firstValue("content-length")).contains("200000");
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLargeUploadIsReadAsItComes(boolean announced) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256");
    byte[] piece = new byte[1 << 20];
    long before = heap();
    long during = 0;
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      send(
          socket,
          "POST /fn/app/hash HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n"
              .formatted(announced ? "Content-Length: " + LARGE : "Transfer-Encoding: chunked"));
      for (int i = 0; i < LARGE >> 20; i++) {
        piece[0] = (byte) i;
        digest.update(piece);
        if (!announced) {
          send(socket, "100000\r\n");
        }
        out.write(piece);
        if (!announced) {
          send(socket, "\r\n");
        }
        if (i == 60) {
          during = heap() - before;
        }
      }
      if (!announced) {
        send(socket, "0\r\n\r\n");
      }
      InputStream in = socket.getInputStream();
      assertThat(head(in)).startsWith("HTTP/1.1 200 ");
      String expected =
          "%d %s %s"
              .formatted(
                  LARGE, HexFormat.of().formatHex(digest.digest()), announced ? LARGE : "none");
      assertThat(new String(in.readNBytes(expected.length()), UTF_8)).isEqualTo(expected);
      // The connection is good for another request.
      send(socket, get("/fn/app/early"));
      assertThat(head(in)).startsWith("HTTP/1.1 200 ");
    }
    assertThat(during).isLessThan(32L << 20);
  }

  @Test
  void aLargeAnswerIsSentAsItComes() throws Exception {
    long before = heap();
    HttpResponse<InputStream> answer =
        server.http.send(
            HttpRequest.newBuilder(server.uri("/fn/app/large")).build(),
            BodyHandlers.ofInputStream());
    long total = 0;
    long during = 0;
    try (InputStream body = answer.body()) {
      byte[] piece = new byte[1 << 16];
      for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
        if (total < 50 << 20 && total + count >= 50 << 20) {
          during = heap() - before;
        }
        total += count;
      }
    }
    assertThat(total).isEqualTo(LARGE);
    assertThat(during).isLessThan(32L << 20);
  }

  /// The guest waits while the client does not read, and is ended when its time is over.
  @Test
  void aSlowReaderHoldsTheGuest() throws Exception {
    deploy(
        "ahead",
        Map.of("app.py", APP, "function.toml", "timeout = \"3s\"\nresponse-limit = \"1GiB\"\n"));
    try (Socket socket = connect()) {
      send(socket, get("/fn/ahead/endless"));
      assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 200 ");
      TestServer.await("the guest's end", server::isIdle);
    }
    TestServer.await("its log", () -> server.log("ahead").contains("more than 3000 ms"));
    // What the sockets' buffers hold, and hardly more.
    assertThat(server.log("ahead").lines().filter(l -> l.contains("still writing")).count())
        .isLessThan(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"endless", "stubborn", "silent"})
  void aClientThatGoesEndsItsGuest(String what) throws Exception {
    String name = "gone-" + what;
    deploy(
        name,
        Map.of("app.py", APP, "function.toml", "timeout = \"5m\"\nresponse-limit = \"1GiB\"\n"));
    try (Socket socket = connect()) {
      send(socket, get("/fn/" + name + "/" + what));
      TestServer.await("the guest", () -> !server.isIdle());
      Thread.sleep(500);
    }
    TestServer.await("the guest's end", server::isIdle);
    TestServer.await("its log", () -> server.log(name).contains("The client has gone"));
  }

  @Test
  void whatIsWrongAfterTheHeadBreaksTheAnswerOff() throws Exception {
    for (String path :
        new String[] {
          "app/fails", "app/short", "app/long", "small/large", "app/both", "app/twice"
        }) {
      try (Socket socket = connect()) {
        send(socket, get("/fn/" + path));
        String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
        assertThat(all).as(path).startsWith("HTTP/1.1 200 ").doesNotContain("\r\n0\r\n\r\n");
        if (all.contains("Content-Length: ")) {
          assertThat(all.length()).isLessThan(200_000);
        }
      }
    }
    assertThat(server.log("app"))
        .contains("too late")
        .contains("10000 bytes of its content-length");
    assertThat(server.log("small")).contains("larger than 200KiB");
  }

  @ParameterizedTest
  @CsvSource({
    "before, came before its head",
    "swallowed, came before its head",
    "status, 99",
    "header, malformed",
    "value, malformed",
    "pair, no pair",
    "unsized, content-length",
    "headers, more than 200",
  })
  void whatAHostileGuestSaysIsChecked(String what, String why) throws Exception {
    HttpResponse<String> answer = server.get("/fn/small/" + what);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
    assertThat(answer.headers().firstValue("x-function-error")).contains("response");
    assertThat(answer.body()).contains(why);
    assertThat(server.get("/fn/small/early").body()).isEqualTo("no thanks");
  }

  @Test
  void argumentsOfTheWrongTypeAreAnError() throws Exception {
    assertThat(server.get("/fn/small/untyped").statusCode()).isEqualTo(500);
  }

  @Test
  void bodiesThatGrowTooLargeAreRefused() throws Exception {
    for (String framing : new String[] {"Content-Length: 300000", "Transfer-Encoding: chunked"}) {
      try (Socket socket = connect()) {
        send(socket, "POST /fn/small/hash HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n");
        if (framing.startsWith("T")) {
          for (int i = 0; i < 30; i++) {
            send(socket, "2710\r\n" + "x".repeat(10_000) + "\r\n");
          }
          send(socket, "0\r\n\r\n");
        } else {
          send(socket, "x".repeat(300_000));
        }
        assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 413 ").contains("too-large");
      }
    }
    assertThat(server.get("/fn/small/early").statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatStopsSendingIsToldSo() throws Exception {
    try (Socket socket = connect()) {
      send(
          socket,
          "POST /fn/small/hash HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n");
      send(socket, "x".repeat(100_000));
      assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 408 ").contains("slow");
    }
  }

  @Test
  void aBodyThatBreaksOffEndsTheGuest() throws Exception {
    try (Socket socket = connect()) {
      send(
          socket,
          "POST /fn/app/hash HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n");
      send(socket, "x".repeat(100_000));
      TestServer.await("the guest", () -> !server.isIdle());
    }
    TestServer.await("the guest's end", server::isIdle);
    TestServer.await("its log", () -> server.log("app").contains("its body breaks off"));
  }

  @Test
  void anAnswerDoesNotWaitForABodyThatNobodyReads() throws Exception {
    try (Socket socket = connect()) {
      send(
          socket,
          "POST /fn/app/early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n");
      send(socket, "x".repeat(100_000));
      InputStream in = socket.getInputStream();
      assertThat(head(in)).startsWith("HTTP/1.1 200 ");
      assertThat(in.readNBytes(9)).asString(UTF_8).isEqualTo("no thanks");
      send(socket, "x".repeat(100_000) + get("/fn/app/pieces"));
      assertThat(head(in)).startsWith("HTTP/1.1 200 ");
      assertThat(chunks(in)).isEqualTo("one two");
    }
  }

  @Test
  void requestsInARowAreAnsweredInARow() throws Exception {
    try (Socket socket = connect()) {
      send(socket, get("/fn/app/events") + get("/fn/app/pieces") + get("/fn/app/early"));
      InputStream in = socket.getInputStream();
      head(in);
      assertThat(chunks(in)).isEqualTo("data: 0\n\ndata: 1\n\ndata: 2\n\n");
      head(in);
      assertThat(chunks(in)).isEqualTo("one two");
      assertThat(head(in)).containsIgnoringCase("content-length: 9");
      assertThat(in.readNBytes(9)).asString(UTF_8).isEqualTo("no thanks");
      // And after a long one, when somebody watched the connection.
      send(socket, get("/fn/app/events"));
      head(in);
      chunks(in);
      send(socket, get("/fn/app/pieces"));
      head(in);
      assertThat(chunks(in)).isEqualTo("one two");
    }
  }

  @Test
  void connectionsThatAreToCloseDo() throws Exception {
    try (Socket socket = connect()) {
      socket.setSoTimeout(10_000);
      send(socket, "GET /fn/app/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .endsWith("data: 2\n\n\r\n0\r\n\r\n");
    }
  }

  @Test
  void answersWithoutABodyHaveNone() throws Exception {
    try (Socket socket = connect()) {
      InputStream in = socket.getInputStream();
      send(socket, "HEAD /fn/app/sized HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(head(in)).containsIgnoringCase("content-length: 200000");
      send(socket, "HEAD /fn/app/pieces HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(head(in)).containsIgnoringCase("content-length: 7");
      send(socket, get("/fn/app/nothing"));
      assertThat(head(in)).startsWith("HTTP/1.1 204 ");
      send(socket, get("/fn/app/early"));
      assertThat(head(in)).startsWith("HTTP/1.1 200 ");
    }
  }

  /// Helidon speaks HTTP/1.1: who speaks what is older gets nothing that he cannot read.
  @Test
  void olderHttpIsRefused() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /fn/app/events HTTP/1.0\r\n\r\n");
      assertThat(socket.getInputStream().readAllBytes()).asString(UTF_8).doesNotContain(" 200 ");
    }
  }

  @Test
  void whatAHandlerYieldsIsItsAnswer() throws Exception {
    deploy(
        "yields",
        Map.of("main.py", "def handle(event):\n    yield {'n': 1}\n    yield {'n': 2}\n"));
    HttpResponse<String> answer = server.post("/fn/yields", "1");
    assertThat(answer.body()).isEqualTo("{\"n\": 1}\n{\"n\": 2}\n");
    assertThat(answer.headers().firstValue("content-type")).contains("application/x-ndjson");
  }

  @Test
  void aProgramReadsAsItComes() throws Exception {
    deploy(
        "sum",
        Map.of(
            "main.sh",
            """
            #!/usr/bin/python3
            import hashlib, os, sys
            print(os.environ["CONTENT_LENGTH"], hashlib.file_digest(sys.stdin.buffer, "sha256").hexdigest())
            """,
            "function.toml",
            "request-limit = \"20MiB\"\n"));
    byte[] body = new byte[10 << 20];
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/fn/sum")).POST(BodyPublishers.ofByteArray(body)));
    assertThat(answer.body())
        .isEqualTo(
            "%d %s\n"
                .formatted(
                    body.length,
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body))));
  }

  /// A ReadableStream that waits between its pieces, an async generator, and the request's own.
  @Test
  void javaScriptStreams() throws Exception {
    deploy(
        "js",
        Map.of(
            "index.js",
            """
            const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
            async function* count() {
              for (let i = 0; i < 3; i++) { if (i) await wait(500); yield new TextEncoder().encode(`${i}\\n`); }
            }
            export default { async fetch(request) {
              const path = new URL(request.url).pathname;
              if (path.endsWith('/count')) return new Response(count());
              if (path.endsWith('/fails')) return new Response(new ReadableStream({
                start(c) { c.enqueue(new Uint8Array([65])); },
                async pull(c) { await wait(50); c.error(new Error('broken stream')); } }));
              if (path.endsWith('/text')) return new Response(`${(await request.text()).length}`);
              return new Response(request.body, { headers: { 'content-type': 'a/b' } });
            } };
            """,
            "function.toml",
            "request-limit = \"20MiB\"\nresponse-limit = \"20MiB\"\n"));
    try (Socket socket = connect()) {
      send(socket, get("/fn/js/count"));
      InputStream in = socket.getInputStream();
      head(in);
      line(in);
      assertThat(line(in)).isEqualTo("0");
      long first = System.nanoTime();
      line(in);
      line(in);
      assertThat(line(in)).isEqualTo("1");
      assertThat(System.nanoTime() - first).isGreaterThan(250_000_000);
    }
    try (Socket socket = connect()) {
      send(socket, get("/fn/js/fails"));
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .contains("\r\nA\r\n")
          .doesNotContain("\r\n0\r\n\r\n");
    }
    assertThat(server.log("js")).contains("broken stream");
    String body = "echo".repeat(1 << 20);
    assertThat(server.post("/fn/js/echo", body).body()).isEqualTo(body);
    assertThat(server.post("/fn/js/text", body).body()).isEqualTo("" + body.length());
    assertThat(server.post("/fn/js/echo", "short").body()).isEqualTo("short");
  }

  private static final String ECHO =
      """
      (module
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 2)
        (func (export "_start")
          (loop $more
            (i32.store (i32.const 0) (i32.const 1024))
            (i32.store (i32.const 4) (i32.const 65536))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (if (i32.eqz (i32.load (i32.const 8))) (then return))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (br $more))))
      """;

  @Test
  void aWasiCommandStreams() throws Exception {
    String settings = "request-limit = \"20MiB\"\nresponse-limit = \"20MiB\"\n";
    deploy("wasi", Map.of("main.wasm", ECHO, "function.toml", settings));
    String body = "echo".repeat(1 << 20);
    assertThat(server.post("/fn/wasi", body).body()).isEqualTo(body);
    HttpResponse<String> small = server.post("/fn/wasi", "small");
    assertThat(small.body()).isEqualTo("small");
    assertThat(small.headers().firstValue("content-length")).contains("5");
  }

  @Test
  void aComponentStreams() throws Exception {
    String component = Files.readString(Path.of("../guest/wasm/tests/modules/http.wat"));
    String settings = "response-limit = \"1GiB\"\ntimeout = \"5m\"\n";
    deploy("wasm", Map.of("main.wasm", component, "function.toml", settings));
    HttpResponse<String> small = server.get("/fn/wasm/small");
    assertThat(small.body()).isEqualTo("/small1");
    assertThat(small.headers().firstValue("content-length")).contains("7");
    try (Socket socket = connect()) {
      send(socket, get("/fn/wasm/long"));
      InputStream in = socket.getInputStream();
      assertThat(head(in)).containsIgnoringCase("chunked");
      assertThat(in.readNBytes(1 << 16)).hasSize(1 << 16);
    }
    TestServer.await("the guest's end", server::isIdle);
    TestServer.await("its log", () -> server.log("wasm").contains("The client has gone"));
  }
}
