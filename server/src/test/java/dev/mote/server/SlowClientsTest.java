package dev.mote.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that stop in the middle, each at another place, against a server that has less patience
/// than usual: none keeps its connection, its thread, or a function.
@Timeout(60)
class SlowClientsTest {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration BODY = Duration.ofSeconds(2);

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder, new Patience(BODY, SHORT, BODY, BODY));
    server.deploy("echo", "def handle(event): return event\n");
    server.deploy("sleepy", "import time\ndef handle(event): time.sleep(4)\n");
    server.deploy(
        "count",
        Map.of(
            "main.py",
            """
            def app(environ, start_response):
                body = environ["wsgi.input"].read()
                start_response("200 OK", [("content-type", "text/plain")])
                return [b"%d" % len(body)]
            """,
            "function.toml",
            "timeout = \"50s\"\n"));
    server.deploy(
        "endless",
        Map.of(
            "main.py",
            """
            def app(environ, start_response):
                start_response("200 OK", [])
                while True:
                    yield b"x" * 65536
            """,
            "function.toml",
            "timeout = \"50s\"\nresponse-limit = \"1TiB\"\nconcurrency = 1\nqueue = 0\n"));
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port());
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /// What comes until the server closes the connection.
  private static String rest(Socket socket) throws IOException {
    var all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketException _) {
      // reset: what has come by then counts
    }
    return all.toString(ISO_8859_1);
  }

  private static String head(String function, int length) {
    return "POST /fn/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
        .formatted(function, length);
  }

  private static void everythingStillWorks() throws Exception {
    assertThat(server.post("/fn/echo", "7").body()).isEqualTo("7\n");
  }

  @Test
  void aHeadThatDoesNotEnd() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /fn/echo HTTP/1.1\r\nHost: loc");
      rest(socket);
    }
    everythingStillWorks();
  }

  @Test
  void aConnectionThatNobodyUses() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(rest(socket)).startsWith("HTTP/1.1 200");
    }
  }

  /// A connection is idle from the end of its last request on, and not from its beginning.
  @Test
  void aConnectionIsNotIdleBehindALongRequest() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /fn/sleepy HTTP/1.1\r\nHost: localhost\r\n\r\n");
      InputStream in = socket.getInputStream();
      var answer = new StringBuilder();
      while (!answer.toString().endsWith("null\n")) {
        int next = in.read();
        assertThat(next).as(answer.toString()).isNotNegative();
        answer.append((char) next);
      }
      Thread.sleep(BODY.dividedBy(4));
      send(socket, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(rest(socket)).startsWith("HTTP/1.1 200");
    }
  }

  /// It is the function that takes long, longer than a client may take for anything.
  @Test
  void whoWaitsForTheServerIsNotSlow() throws Exception {
    try (var both =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) { // by an upgrade
      var request = HttpRequest.newBuilder(server.uri("/fn/sleepy")).build();
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> answer = both.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      }
    }
    assertThat(server.get("/fn/sleepy").statusCode()).isEqualTo(200);
    try (Socket socket = connect()) { // HTTP/2 from the first byte
      send(socket, Http2Test.PREFACE);
      OutputStream out = socket.getOutputStream();
      out.write(Http2Test.frame(Http2Test.SETTINGS, 0, 0, new byte[0]));
      out.write(Http2Test.head(0x82, 0x5, 1, "/fn/sleepy"));
      var in = new DataInputStream(socket.getInputStream());
      int type = -1;
      while (type != Http2Test.HEADERS) {
        type = Http2Test.read(in).type();
        assertThat(type).isNotIn(Http2Test.RST_STREAM, Http2Test.GOAWAY);
      }
    }
  }

  @Test
  void aBodyOfWhichNothingComes() throws Exception {
    try (Socket socket = connect()) {
      send(socket, head("echo", 10));
      assertThat(rest(socket)).matches("(?s)|HTTP/1.1 408.*");
    }
    everythingStillWorks();
  }

  /// Who is answered without his body gets the answer, and is not waited for.
  @Test
  void aBodyThatNobodyWantsAndThatDoesNotCome() throws Exception {
    for (String path : new String[] {"/fn/nothing", "/nowhere"}) {
      long begun = System.nanoTime();
      try (Socket socket = connect()) {
        send(socket, head("echo", 1000).replace("/fn/echo", path));
        assertThat(rest(socket)).startsWith("HTTP/1.1 404").contains("x-request-id");
      }
      assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
      try (Socket socket = connect()) {
        send(socket, Http2Test.PREFACE);
        OutputStream out = socket.getOutputStream();
        out.write(Http2Test.frame(Http2Test.SETTINGS, 0, 0, new byte[0]));
        out.write(Http2Test.head(0x83, 0x4, 1, path));
        var in = new DataInputStream(socket.getInputStream());
        while (Http2Test.read(in).type() != Http2Test.HEADERS) {}
      }
    }
    everythingStillWorks();
  }

  @Test
  void aBodyThatTrickles() throws Exception {
    try (Socket socket = connect()) {
      send(socket, head("echo", 1000));
      Thread writer = Thread.ofVirtual().start(() -> trickle(socket));
      assertThat(rest(socket)).startsWith("HTTP/1.1 408").contains("2 s");
      writer.interrupt();
    }
    everythingStillWorks();
  }

  private static void trickle(Socket socket) {
    try {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < 1000; i++) {
        out.write('1');
        Thread.sleep(100);
      }
    } catch (IOException | InterruptedException _) {
      // the other end has had enough
    }
  }

  @Test
  void aBodyThatStopsWhileItIsServed() throws Exception {
    try (Socket socket = connect()) {
      send(socket, head("count", 1 << 20));
      socket.getOutputStream().write(new byte[300_000]);
      assertThat(rest(socket)).startsWith("HTTP/1.1 408").contains("nothing of its body");
    }
    everythingStillWorks();
  }

  @Test
  void anAnswerThatNobodyTakes() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /fn/endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
      // Nothing is read. The function has one place, which is free again when this is given up.
      while (server.get("/fn/endless?then").statusCode() == 429) {
        Thread.sleep(100);
      }
    } catch (IOException e) {
      assertThat(e)
          .hasMessageContaining("closed"); // the second was served, and its answer broken off
    }
  }

  /// A client of HTTP/2 shows that it is there all the while, and yet sends nothing of its body.
  @Test
  void aStreamThatStopsWhileItsConnectionLives() throws Exception {
    for (String function : new String[] {"echo", "count"}) {
      try (Socket socket = connect()) {
        send(socket, Http2Test.PREFACE);
        OutputStream out = socket.getOutputStream();
        out.write(Http2Test.frame(Http2Test.SETTINGS, 0, 0, new byte[0]));
        out.write(Http2Test.head(0x83, 0x4, 1, "/fn/" + function));
        out.write(Http2Test.frame(0, 0, 1, new byte[function.equals("echo") ? 10 : 16_000]));
        Thread pings = Thread.ofVirtual().start(() -> ping(socket));
        var in = new DataInputStream(socket.getInputStream());
        Set<Integer> ends = Set.of(Http2Test.HEADERS, Http2Test.RST_STREAM, Http2Test.GOAWAY);
        while (!ends.contains(Http2Test.read(in).type())) {}
        pings.interrupt();
      }
    }
    everythingStillWorks();
  }

  private static void ping(Socket socket) {
    try {
      for (int i = 0; i < 300; i++) {
        socket.getOutputStream().write(Http2Test.frame(6, 0, 0, new byte[8]));
        Thread.sleep(100);
      }
    } catch (IOException | InterruptedException _) {
      // it is over
    }
  }
}
