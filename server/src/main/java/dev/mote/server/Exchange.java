package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.functions.FunctionResponse;
import dev.mote.functions.Header;
import dev.mote.json.JsonValues;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
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
import org.jspecify.annotations.Nullable;

/// One request and its answer. For one thread.
final class Exchange {
  /// How long a client may take to send a body, whatever it sends.
  private static final long BODY_NANOS = 60_000_000_000L;

  /// How long, and how much, of a body that is not wanted is taken.
  private static final long REST_NANOS = 2_000_000_000L;

  private static final int REST_BYTES = 16 << 20;

  private final ServerRequest request;
  private final ServerResponse response;
  private @Nullable InputStream input;

  Exchange(ServerRequest request, ServerResponse response) {
    this.request = request;
    this.response = response;
  }

  ServerRequest request() {
    return request;
  }

  ServerResponse response() {
    return response;
  }

  String method() {
    return request.prologue().method().text();
  }

  /// As the client wrote it, percent-encoded.
  String path() {
    return request.prologue().uriPath().rawPath();
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
  /// @return null if it is larger; then it is not read to its end
  /// @throws SlowClientException if it did not come within a minute
  byte @Nullable [] body(long limit) {
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    long announced = request.headers().contentLength().orElse(0);
    if (announced > limit) {
      return null;
    }
    long end = System.nanoTime() + BODY_NANOS;
    var kept = new ByteArrayOutputStream((int) announced);
    byte[] piece = new byte[8 << 10];
    InputStream from = input();
    try {
      for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
        if (count > limit - kept.size()) {
          return null;
        }
        if (System.nanoTime() > end) {
          throw new SlowClientException();
        }
        kept.write(piece, 0, count);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return kept.toByteArray();
  }

  /// The body as it comes; the same stream each time. It is not for closing.
  InputStream input() {
    InputStream known = input;
    if (known == null) {
      known = request.content().inputStream();
      input = known;
    }
    return known;
  }

  /// Takes what a client goes on to send of a body that was not wanted. If the connection ended
  /// with bytes unread, TCP would reset it, and the client would lose the answer too.
  void takeRest() {
    boolean comes = request.content().hasEntity() && header("expect") == null;
    if (!comes || request.content().consumed()) {
      return;
    }
    long end = System.nanoTime() + REST_NANOS;
    int left = REST_BYTES;
    byte[] piece = new byte[64 << 10];
    try {
      for (int count = 0; count >= 0 && left > 0 && System.nanoTime() < end; left -= count) {
        count = input().read(piece);
      }
    } catch (IOException | UncheckedIOException | InsufficientDataAvailableException _) {
      return; // the client has gone
    }
  }

  /// The client took too long to send what it had to say.
  static final class SlowClientException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// Answers what a function, or somebody in its place, has said.
  void send(FunctionResponse answer) {
    response.status(Status.create(answer.status()));
    for (Header header : answer.headers()) {
      response
          .headers()
          .add(HeaderValues.create(HeaderNames.createFromLowercase(header.name()), header.value()));
    }
    send(answer.status(), answer.body());
  }

  private void send(int status, byte[] body) {
    if (status == 204 || status == 205 || status == 304) {
      response.send();
    } else if (method().equals("HEAD")) {
      response.contentLength(body.length);
      response.send();
    } else {
      response.send(body);
    }
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

  /// Ends the connection after the answer, because the rest of the request is not wanted.
  void closeAfter() {
    response.header("connection", "close");
  }
}
