package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.functions.FunctionResponse;
import dev.mote.functions.Header;
import dev.mote.json.JsonValues;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request and its answer.
record Exchange(
    ServerRequest request, ServerResponse response, RequestNotes notes, Patience patience) {
  /// Room that is made for a body before anything of it has come.
  private static final long FIRST_ROOM = 16 << 10;

  static Exchange of(
      ServerRequest request, ServerResponse response, RequestIds ids, Patience patience) {
    var notes =
        new RequestNotes(
            ids.take(onlyValue(request, "x-request-id")),
            TraceParent.parse(onlyValue(request, "traceparent")));
    response.header("x-request-id", notes.id);
    return new Exchange(request, response, notes, patience);
  }

  /// @return null if there is none, or more than one
  private static @Nullable String onlyValue(ServerRequest request, String lowerCaseName) {
    List<String> values = request.headers().values(HeaderNames.createFromLowercase(lowerCaseName));
    return values.size() == 1 ? values.getFirst() : null;
  }

  boolean isHttp2() {
    return request.prologue().protocolVersion().startsWith("2");
  }

  /// Whether the method is one that changes nothing: GET or HEAD.
  boolean reads() {
    return method().equals("GET") || method().equals("HEAD");
  }

  String method() {
    return request.prologue().method().text();
  }

  /// As the client wrote it, percent-encoded.
  String path() {
    String target = request.prologue().uriPath().rawPath();
    int authority = authority(target);
    if (authority < 0) {
      return target;
    }
    int end = target.indexOf('/', authority);
    return end < 0 ? "/" : target.substring(end);
  }

  /// The host that the request is for, with its port; empty if none is named.
  String host() {
    String target = request.prologue().uriPath().rawPath();
    int authority = authority(target);
    if (authority < 0) {
      return Objects.requireNonNullElse(request.authority(), "");
    }
    int end = target.indexOf('/', authority);
    return target.substring(authority, end < 0 ? target.length() : end);
  }

  /// Where the authority begins in a target that is a whole address, as proxies are asked (RFC
  /// 9112, 3.2.2).
  ///
  /// @return negative if it is none
  private static int authority(String target) {
    return target.startsWith("http://")
        ? "http://".length()
        : target.startsWith("https://") ? "https://".length() : -1;
  }

  String query() {
    return request.prologue().hasQuery() ? request.prologue().query().rawValue() : "";
  }

  @Nullable String header(String lowerCaseName) {
    return request.headers().first(HeaderNames.createFromLowercase(lowerCaseName)).orElse(null);
  }

  /// The whole body.
  ///
  /// @param limit in bytes
  /// @return null if it is larger
  /// @throws SlowClientException if it did not come in time
  byte @Nullable [] body(long limit) {
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    if (announced() > limit) {
      discardBody();
      return null;
    }
    InputStream from = bodyStream(); // to close it would be to wait for more
    try {
      byte[] body = read(from, limit + 1);
      if (body.length <= limit) {
        return body;
      }
      UnwantedBody.discard(from);
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether there is a body that may have more than so many bytes.
  boolean hasBodyBeyond(long bytes) {
    long announced = announced();
    return request.content().hasEntity() && (announced < 0 || announced > bytes);
  }

  /// How many bytes the body is to have; -1 if that was not said.
  long announced() {
    return request.headers().contentLength().orElse(-1);
  }

  /// The body as it comes. To be asked for once.
  InputStream bodyStream() {
    return request.content().inputStream();
  }

  /// Reads until the body has ended, or until there are so many bytes or some more.
  ///
  /// @throws SlowClientException if they do not come in time
  byte[] read(InputStream from, long enough) throws IOException {
    long end = System.nanoTime() + patience.body().toNanos();
    var kept = new ByteArrayOutputStream((int) Math.clamp(announced(), 0, FIRST_ROOM));
    byte[] piece = new byte[8 << 10];
    while (kept.size() < enough) {
      int count = from.read(piece);
      if (count < 0) {
        break;
      }
      if (System.nanoTime() > end) {
        throw new SlowClientException();
      }
      kept.write(piece, 0, count);
      notes.bodyBytes += count;
    }
    return kept.toByteArray();
  }

  /// The answer does not depend on the body, which is read for nothing behind it ([#discardRest]).
  /// One of HTTP/2 is not: its connection goes on.
  void discardBody() {
    closeAfter();
    notes.isBodyUnwanted = !isHttp2() && request.content().hasEntity();
  }

  /// Reads the body that nobody wanted, now that the answer was sent. A client that waits to be
  /// asked for it (`Expect: 100-continue`) is not asked.
  void discardRest(ClientWatch watch) {
    if (notes.isBodyUnwanted && !request.headers().containsToken(HeaderValues.EXPECT_100)) {
      UnwantedBody.discard(request.content().inputStream(), watch);
    }
  }

  /// The client took too long to send what it had to say.
  static final class SlowClientException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// Answers what a function, or somebody in its place, has said.
  void send(FunctionResponse answer) {
    head(answer.status(), answer.headers());
    send(answer.status(), answer.body());
  }

  /// Says what the head of the answer will be.
  void head(int status, List<Header> headers) {
    response.status(Status.create(status));
    for (Header header : headers) {
      String value =
          header.name().equals("set-cookie")
              ? Cookies.confined(header.value(), notes.place)
              : header.value();
      response
          .headers()
          .add(HeaderValues.create(HeaderNames.createFromLowercase(header.name()), value));
    }
  }

  /// Whether an answer of that status has a body on the wire.
  boolean hasBody(int status) {
    return !isWithoutBody(status) && !method().equals("HEAD");
  }

  private static boolean isWithoutBody(int status) {
    return status == 204 || status == 205 || status == 304;
  }

  private void send(int status, byte[] body) {
    if (hasBody(status)) {
      response.send(body);
    } else {
      sendHead(body.length);
    }
  }

  /// Answers by a head alone.
  ///
  /// @param length of the body that it would have
  void sendHead(long length) {
    if (!isWithoutBody(response.status().code())) {
      response.contentLength(length);
    }
    response.send();
  }

  /// Whether there will be no other request on the connection.
  boolean closesAfter() {
    return request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
        || response.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
  }

  /// Answers a value as JSON.
  void sendJson(int status, @Nullable Object value) {
    sendBytes(status, "application/json", (JsonValues.write(value) + "\n").getBytes(UTF_8));
  }

  void sendBytes(int status, String type, byte[] body) {
    response.status(Status.create(status));
    response.header("content-type", type);
    response.header("cache-control", "no-store");
    send(status, body);
  }

  void sendNothing(int status) {
    response.status(Status.create(status));
    response.send();
  }

  /// Answers what went wrong (RFC 9457).
  void sendProblem(int status, String title, String detail) {
    var problem = new LinkedHashMap<String, @Nullable Object>();
    problem.put("type", "about:blank");
    problem.put("title", title);
    problem.put("status", (long) status);
    problem.put("detail", detail);
    sendBytes(
        status, "application/problem+json", (JsonValues.write(problem) + "\n").getBytes(UTF_8));
  }

  /// Ends the connection after the answer, because the rest of the request is not wanted. A
  /// connection of HTTP/2 goes on: there only the request ends.
  void closeAfter() {
    if (!isHttp2()) {
      response.header("connection", "close");
    }
  }
}
