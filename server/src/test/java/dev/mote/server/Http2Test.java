package dev.mote.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/2 in clear text: by an upgrade, as Java's client asks for it, and from the first byte on.
class Http2Test {
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int GOAWAY = 7;

  @TempDir private static Path folder;
  private static TestServer server;
  private static HttpClient http;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder);
    server.deploy("echo", "def handle(event): return event\n");
    server.deploy(
        "slow",
        Map.of("main.py", "import time\ndef handle(event): time.sleep(1)\n", "function.toml", ""));
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
  }

  @AfterAll
  static void end() {
    http.close();
    server.close();
  }

  private static HttpRequest post(String path, String json) {
    return HttpRequest.newBuilder(server.uri(path))
        .POST(BodyPublishers.ofString(json))
        .header("content-type", "application/json")
        .build();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return http.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString());
  }

  @Test
  void everyPartOfTheServerSpeaksIt() throws Exception {
    for (String path : List.of("/fn/echo", "/v1/functions", "/metrics", "/", "/livez")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(answer.headers().firstValue("connection")).isEmpty();
    }
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/fn/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void requestsShareAConnection() throws Exception {
    get("/livez"); // the upgrade
    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    for (int i = 0; i < 90; i++) {
      answers.add(http.sendAsync(post("/fn/echo", Integer.toString(i)), BodyHandlers.ofString()));
    }
    for (int i = 0; i < answers.size(); i++) {
      HttpResponse<String> answer = answers.get(i).join();
      assertThat(answer.body()).isEqualTo(i + "\n");
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    }
  }

  @Test
  void bodiesMayBeLarge() throws Exception {
    get("/livez");
    String large = "\"" + "x".repeat(1_000_000) + "\"";
    assertThat(http.send(post("/fn/echo", large), BodyHandlers.ofString()).body())
        .isEqualTo(large + "\n");
    String tooLarge = "\"" + "x".repeat(3 << 20) + "\"";
    assertThat(http.send(post("/fn/echo", tooLarge), BodyHandlers.ofString()).statusCode())
        .isEqualTo(413);
    assertThat(http.send(post("/fn/echo", "7"), BodyHandlers.ofString()).body()).isEqualTo("7\n");
  }

  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .putInt(payload.length << 8 | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /// A GET, its head compressed as little as may be (RFC 7541): two fields by their numbers, two
  /// with their text.
  private static byte[] get(int stream, String path) {
    return head(0x82, 0x5, stream, path);
  }

  /// @param method by its number in the static table
  /// @param flags END_HEADERS, and END_STREAM if there is no body
  static byte[] head(int method, int flags, int stream, String path) {
    var head = new ByteArrayOutputStream();
    head.writeBytes(new byte[] {(byte) method, (byte) 0x86, 0x04, (byte) path.length()});
    head.writeBytes(path.getBytes(US_ASCII));
    head.writeBytes(new byte[] {0x01, 9});
    head.writeBytes("localhost".getBytes(US_ASCII));
    return frame(HEADERS, flags, stream, head.toByteArray());
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Frame(int type, byte[] payload) {}

  static Frame read(DataInputStream in) throws IOException {
    int lengthAndType = in.readInt();
    var _ = in.readNBytes(5);
    return new Frame(lengthAndType & 0xff, in.readNBytes(lengthAndType >>> 8));
  }

  @Test
  void theServerSaysHowManyRequestsItTakes() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      socket.setSoTimeout(20_000);
      for (byte b : PREFACE.getBytes(US_ASCII)) {
        socket.getOutputStream().write(b); // however it comes
      }
      socket.getOutputStream().write(frame(SETTINGS, 0, 0, new byte[0]));
      Frame first = read(new DataInputStream(socket.getInputStream()));
      assertThat(first.type()).isEqualTo(SETTINGS);
      ByteBuffer settings = ByteBuffer.wrap(first.payload());
      long streams = -1;
      while (settings.hasRemaining()) {
        int id = settings.getShort();
        int value = settings.getInt();
        streams = id == 3 ? value : streams;
      }
      assertThat(streams).isEqualTo(100);
    }
  }

  /// Requests that are taken back at once, again and again, cost the client its connection ("rapid
  /// reset").
  @Test
  void whoTakesManyRequestsBackIsCutOff() throws Exception {
    var out = new ByteArrayOutputStream();
    out.writeBytes(PREFACE.getBytes(US_ASCII));
    out.writeBytes(frame(SETTINGS, 0, 0, new byte[0]));
    for (int i = 0; i < 300; i++) {
      out.writeBytes(get(2 * i + 1, "/fn/slow"));
      out.writeBytes(frame(RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8}));
    }
    try (var log = new ServerLog()) {
      assertThat(isCutOff(out.toByteArray())).isTrue();
      Thread.sleep(3000); // those that had begun find nobody to answer
      assertThat(log.entries()).isEmpty();
    }
    assertThat(server.post("/fn/echo", "7").body()).isEqualTo("7\n");
  }

  /// By whatever way a connection has become one of HTTP/2, and however the client goes: the guest
  /// of a function that says nothing is ended.
  @ParameterizedTest
  @ValueSource(strings = {"reset", "close", "cancel"})
  void aClientThatGoesEndsItsGuest(String how) throws Exception {
    String name = "gone-" + how;
    server.deploy(
        name,
        Map.of(
            "main.py", "import time\ndef handle(event): time.sleep(300)\n",
            "function.toml", "timeout = \"5m\"\n"));
    if (how.equals("cancel")) {
      get("/livez"); // the upgrade
      var answer = http.sendAsync(post("/fn/" + name, "7"), BodyHandlers.ofString());
      TestServer.await("the guest", () -> !server.isIdle());
      answer.cancel(true);
    } else {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
        OutputStream out = socket.getOutputStream();
        out.write(PREFACE.getBytes(US_ASCII));
        out.write(frame(SETTINGS, 0, 0, new byte[0]));
        out.write(get(1, "/fn/" + name));
        TestServer.await("the guest", () -> !server.isIdle());
        if (how.equals("reset")) {
          out.write(get(3, "/livez")); // the connection serves others
          out.write(frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8}));
          TestServer.await("the guest's end", server::isIdle);
        }
      }
    }
    TestServer.await("the guest's end", server::isIdle);
    TestServer.await("its log", () -> server.log(name).contains("The client has gone"));
  }

  /// In the middle of a body nobody is served yet.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientMayGoWithinABody(boolean reset) throws Exception {
    try (var log = new ServerLog()) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
        OutputStream out = socket.getOutputStream();
        out.write(PREFACE.getBytes(US_ASCII));
        out.write(frame(SETTINGS, 0, 0, new byte[0]));
        out.write(head(0x83, 0x4, 1, "/fn/echo")); // POST
        out.write(frame(0, 0, 1, new byte[100]));
        Thread.sleep(300);
        if (reset) {
          out.write(frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8}));
          out.write(get(3, "/livez"));
          var in = new DataInputStream(socket.getInputStream());
          Frame answer = read(in);
          while (answer.type() != HEADERS) {
            answer = read(in);
          }
        }
      }
      Thread.sleep(1000);
      assertThat(log.entries()).isEmpty();
    }
    assertThat(server.isIdle()).isTrue();
    assertThat(server.post("/fn/echo", "7").body()).isEqualTo("7\n");
  }

  private static boolean isCutOff(byte[] frames) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(frames);
      var in = new DataInputStream(socket.getInputStream());
      while (true) {
        if (read(in).type() == GOAWAY) {
          return true;
        }
      }
    } catch (EOFException | SocketException _) {
      return true;
    }
  }

  /// Frames that are none end the connection, and leave no trace in the log.
  @Test
  void whatIsMalformedEndsTheConnection() throws Exception {
    List<byte[]> ends =
        List.of(
            new byte[0],
            PREFACE.substring(3).getBytes(US_ASCII),
            "x".repeat(200).getBytes(US_ASCII),
            frame(SETTINGS, 0, 0, new byte[5]),
            frame(HEADERS, 0x5, 0, new byte[0]),
            frame(HEADERS, 0x5, 2, new byte[] {(byte) 0x82}),
            frame(HEADERS, 0x5, 1, new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f}),
            frame(0x7f, 0, 0, new byte[100]),
            frame(RST_STREAM, 0, 77, new byte[] {0, 0, 0, 8}),
            new byte[] {0x7f, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0, 0, 1});
    for (byte[] end : ends) {
      try (var log = new ServerLog();
          var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
        socket.setSoTimeout(40_000);
        try {
          socket.getOutputStream().write(PREFACE.getBytes(US_ASCII));
          socket.getOutputStream().write(end);
          socket.shutdownOutput();
          var _ = socket.getInputStream().readAllBytes();
        } catch (SocketException _) {
          assertThat(end).isNotEmpty(); // it would not hear more
        } finally {
          assertThat(log.entries()).as("%s", (Object) end).isEmpty();
        }
      }
    }
    assertThat(server.post("/fn/echo", "7").body()).isEqualTo("7\n");
  }
}
