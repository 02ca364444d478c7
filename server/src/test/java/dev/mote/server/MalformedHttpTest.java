package dev.mote.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests by HTTP/1.1 that are malformed, or nearly: each gets the status that RFC 9110 and 9112
/// want, nothing is logged, and the connection of one whose end nobody knows is closed.
class MalformedHttpTest {
  private static final String HOST = "Host: localhost\r\n";
  private static final String GET = "GET /fn/echo HTTP/1.1\r\n" + HOST;
  private static final String POST = "POST /fn/echo HTTP/1.1\r\n" + HOST;
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder);
    assertThat(server.deploy("echo", "def handle(event): return event\n").statusCode())
        .isEqualTo(201);
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static String post(String headers, String body) {
    return POST + headers + "\r\n" + body;
  }

  private static String chunked(String body) {
    return CHUNKED + body;
  }

  private static Arguments bad(String what, String request) {
    return Arguments.of(what, request, 400);
  }

  private static Arguments fine(String what, String request) {
    return Arguments.of(what, request, 200);
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        bad("empty lines", "\r\n\r\n\r\n"),
        bad("a method alone", "GET\r\n\r\n"),
        bad("HTTP/0.9", "GET /\r\n\r\n"),
        Arguments.of("HTTP/1.0", "GET /fn/echo HTTP/1.0\r\n\r\n", 505),
        bad("HTTP/9.9", "GET / HTTP/9.9\r\n" + HOST + "\r\n"),
        bad("another protocol", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"),
        bad("no method", " /fn/echo HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("a method that is no token", "G(T /fn/echo HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("a very long method", "A".repeat(9000) + " / HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("two spaces", "GET  /fn/echo HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("tabs", "GET\t/fn/echo\tHTTP/1.1\r\n" + HOST + "\r\n"),
        bad("a target that is no path", "GET fn/echo HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("CONNECT", "CONNECT a:1 HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("a half escape", "GET /fn/echo/%zz HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("NUL in the path", "GET /fn/echo\0 HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("bytes beyond ASCII in the path", "GET /fn/echo/\u00fc HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of("a long path", "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n", 414),
        fine("the whole address", "GET http://localhost/fn/echo HTTP/1.1\r\n" + HOST + "\r\n"),
        bad("no host", "GET /fn/echo HTTP/1.1\r\n\r\n"),
        bad("two hosts", GET + HOST + "\r\n"),
        bad("a host that is none", "GET /fn/echo HTTP/1.1\r\nHost: a b\r\n\r\n"),
        bad("LF alone", "GET /fn/echo HTTP/1.1\nHost: localhost\n\n"),
        bad("LF alone in the head", "GET /fn/echo HTTP/1.1\r\nHost: localhost\n\r\n"),
        bad("CR alone", "GET /fn/echo HTTP/1.1\rHost: localhost\r\r"),
        bad("CR within a value", GET + "a: b\rc: d\r\n\r\n"),
        bad("no colon", GET + "bad header\r\n\r\n"),
        bad("a space before the colon", GET + "a : b\r\n\r\n"),
        bad("no name", GET + ": b\r\n\r\n"),
        bad("NUL in a name", GET + "a\0: b\r\n\r\n"),
        bad("NUL in a value", GET + "a: b\0c\r\n\r\n"),
        bad("a control character in a value", GET + "a: b\u0001c\r\n\r\n"),
        bad("a folded line", GET + "a: b\r\n c\r\n\r\n"),
        bad("a folded first line", "GET /fn/echo HTTP/1.1\r\n a: b\r\n" + HOST + "\r\n"),
        bad("a long value", GET + "a: " + "b".repeat(200_000) + "\r\n\r\n"),
        bad("a long name", GET + "b".repeat(200_000) + ": a\r\n\r\n"),
        bad("very many headers", GET + "a: b\r\n".repeat(50_000) + "\r\n"),
        bad("a negative length", post("Content-Length: -5\r\n", "")),
        bad("a signed length", post("Content-Length: +1\r\n", "1")),
        bad("a length in hex", post("Content-Length: 0x1\r\n", "1")),
        bad("an empty length", post("Content-Length:\r\n", "")),
        bad("two lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "1")),
        bad("a list of lengths", post("Content-Length: 1, 1\r\n", "1")),
        bad("a length of no number's size", post("Content-Length: 99999999999999999999\r\n", "")),
        bad("both", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")),
        bad("gzip", post("Transfer-Encoding: gzip\r\n", "")),
        Arguments.of(
            "gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501),
        bad("chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")),
        bad("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
        bad("xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
        bad("a vertical tab", post("Transfer-Encoding: \u000bchunked\r\n", "0\r\n\r\n")),
        fine("CHUNKED", post("Transfer-Encoding: CHUNKED\r\n", "1\r\n5\r\n0\r\n\r\n")),
        bad("a size that is none", chunked("zzz\r\n")),
        // Which is answered without a look at its body.
        Arguments.of(
            "a size that is none, of what nobody takes",
            chunked("zz\r\n").replace("echo", "none"),
            404),
        bad(
            "a size that is none, of an archive",
            chunked("zz\r\n").replace("POST /fn/", "PUT /v1/functions/")),
        bad("a negative size", chunked("-5\r\n")),
        bad("a signed size", chunked("+1\r\n5\r\n0\r\n\r\n")),
        bad("a size with 0x", chunked("0x1\r\n5\r\n0\r\n\r\n")),
        bad("a size of no number's size", chunked("ffffffffffffffff\r\n")),
        bad("an empty size", chunked("\r\n")),
        bad("a space behind a size", chunked("1 \r\n5\r\n0\r\n\r\n")),
        bad("a chunk longer than it says", chunked("1\r\n55\r\n0\r\n\r\n")),
        bad("LF alone behind sizes", chunked("1\n5\n0\n\n")),
        bad("an extension without end", chunked("1;" + "a".repeat(1_000_000))),
        bad("trailers without end", chunked("1\r\n5\r\n0\r\n" + "a: b\r\n".repeat(10_000))),
        fine("an extension", chunked("1 ;a=\"b\"\r\n5\r\n0\r\n\r\n")),
        fine("trailers", chunked("1\r\n5\r\n0\r\na: b\r\nc: d\r\n\r\n")),
        fine("leading zeros", chunked("0000001\r\n5\r\n000\r\n\r\n")),
        fine("an upgrade that is none", GET + "Upgrade: h2c\r\nHTTP2-Settings: ###\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void eachGetsItsStatus(String what, String request, int status) throws Exception {
    try (var log = new ServerLog()) {
      assertThat(raw(request)).as(what).startsWith("HTTP/1.1 " + status + " ");
      assertThat(log.entries()).isEmpty();
    }
    assertThat(server.post("/fn/echo", "7").body()).isEqualTo("7\n");
  }

  /// Sends something, and then nothing more. What is malformed is answered and closed at once; what
  /// is not is followed by a request that is the last one.
  private static String raw(String text) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      socket.setSoTimeout(20_000);
      var answer = new StringBuilder();
      try {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        byte[] piece = new byte[8 << 10];
        int count = socket.getInputStream().read(piece);
        answer.append(new String(piece, 0, Math.max(count, 0), ISO_8859_1));
        if (answer.indexOf(" 200 ") > 0) {
          String last = "GET /livez HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n";
          socket.getOutputStream().write(last.getBytes(ISO_8859_1));
        }
        answer.append(new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
        assertThat(answer.indexOf(" 200 ") < 0 || answer.indexOf("ok\n") > 0).isTrue();
      } catch (SocketException e) {
        // It would not hear more than it had answered. Who sends very much may never read that.
        if (text.length() > 64 << 10 && answer.isEmpty()) {
          return "HTTP/1.1 400 ";
        }
        assertThat(answer).as(e.toString()).isNotEmpty();
      }
      return answer.toString();
    }
  }

  /// Wherever in a head that is.
  @Test
  void aClientThatGoesIsNotLogged() throws Exception {
    String head = GET + "a: b\r\n";
    try (var log = new ServerLog()) {
      for (int length = 0; length <= head.length(); length++) {
        assertThat(half(head.substring(0, length))).isEmpty();
      }
      assertThat(log.entries()).isEmpty();
    }
  }

  private static String half(String head) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(head.getBytes(ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  /// A chunk is handed on as it comes: what it says that it has is not waited for, nor kept.
  @Test
  void aChunkOfAnySizeIsReadInPieces() throws Exception {
    String large = "\"" + "x".repeat(600_000) + "\"";
    String size = Integer.toHexString(large.length());
    assertThat(raw(CHUNKED + size + "\r\n" + large + "\r\n0\r\n\r\n")).contains(large);
    byte[] piece = new byte[1 << 20];
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((CHUNKED + "200000\r\n").getBytes(ISO_8859_1));
      socket.getOutputStream().write(piece);
      socket.getOutputStream().write(piece); // more than the function takes
      socket.getOutputStream().write("\r\n7fffffffffff\r\n".getBytes(ISO_8859_1));
      socket.shutdownOutput();
      byte[] head = socket.getInputStream().readNBytes(12);
      assertThat(new String(head, ISO_8859_1)).isEqualTo("HTTP/1.1 413");
    }
  }

  /// An upload that is refused anyway is not asked for.
  @Test
  void whoWaitsToBeAskedIsToldAtOnce() throws Exception {
    String length = "Content-Length: 3000000\r\nExpect: 100-continue\r\n";
    assertThat(raw(post(length, ""))).startsWith("HTTP/1.1 413 ").doesNotContain("100 Continue");
    assertThat(raw(post(length, "").replace("echo", "none")))
        .startsWith("HTTP/1.1 404 ")
        .doesNotContain("100 Continue");
    assertThat(raw(post(length, "").replace("POST /fn/echo", "PUT /v1/functions/Bad_Name")))
        .startsWith("HTTP/1.1 400 ")
        .doesNotContain("100 Continue");
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(post("Content-Length: 1\r\nExpect: 100-continue\r\n", "").getBytes(ISO_8859_1));
      byte[] asked = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
      assertThat(new String(asked, ISO_8859_1)).startsWith("HTTP/1.1 100 ");
      socket.getOutputStream().write('7');
      assertThat(new String(socket.getInputStream().readNBytes(12), ISO_8859_1))
          .isEqualTo("HTTP/1.1 200");
    }
  }
}
