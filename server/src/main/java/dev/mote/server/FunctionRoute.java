package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Fault;
import dev.mote.functions.FunctionRequest;
import dev.mote.functions.FunctionResponse;
import dev.mote.functions.Functions;
import dev.mote.functions.Header;
import dev.mote.functions.RequestBody;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// `/fn/NAME` and all below it: requests to functions, by any method.
final class FunctionRoute {
  static final String PREFIX = "/fn/";

  /// Bodies up to this are whole before a function runs, in bytes.
  private static final int INLINE = 64 << 10;

  private final Functions functions;
  private final Callers callers;
  private final boolean tellsStacks;
  private final long start = new SplittableRandom().nextLong();
  private final AtomicLong count = new AtomicLong();

  /// Room for the bodies of all requests, in KiB: however many clients send, a quarter of the heap.
  private final Semaphore bodies = new Semaphore((int) (Runtime.getRuntime().maxMemory() >> 12));

  /// @param tellsStacks whether clients see where in a function something went wrong
  FunctionRoute(Functions functions, Callers callers, boolean tellsStacks) {
    this.functions = functions;
    this.callers = callers;
    this.tellsStacks = tellsStacks;
  }

  void handle(Exchange exchange) {
    String path = exchange.path();
    int end = path.indexOf('/', PREFIX.length());
    String name = path.substring(PREFIX.length(), end < 0 ? path.length() : end);
    DeployedFunction function = functions.find(name);
    if (function == null) {
      exchange.discardBody();
      refuse(exchange, Fault.Kind.NOT_FOUND, "no function is called '%s' here".formatted(name));
      return;
    }
    boolean streams = exchange.hasBodyBeyond(INLINE) && function.takesStreams();
    int room = streams ? (INLINE + Upload.BUFFER) >> 10 : kibibytes(exchange, function);
    if (!bodies.tryAcquire(room)) {
      exchange.closeAfter();
      refuse(exchange, Fault.Kind.NO_CAPACITY, "the bodies of other requests take all room");
      return;
    }
    var caller = new Caller(exchange, Connections.present());
    callers.add(caller);
    FunctionResponse answer = null;
    try {
      RequestBody body =
          streams ? begunBody(exchange, function, caller) : wholeBody(exchange, function);
      if (body != null) {
        caller.received();
        answer = serve(exchange, function, caller, request(exchange, nextId(), name, end, body));
      }
    } finally { // before the answer is sent, which may take as long as the client likes
      caller.end();
      callers.remove(caller);
      bodies.release(room);
    }
    if (answer != null) {
      answer(exchange, caller, answer);
    } else {
      exchange.closeAfter();
      refuse(
          exchange,
          Fault.Kind.TOO_LARGE,
          "its body is larger than %d bytes".formatted(function.requestLimit()));
    }
  }

  /// The most that a request's body will take.
  private static int kibibytes(Exchange exchange, DeployedFunction function) {
    if (!exchange.request().content().hasEntity()) {
      return 1;
    }
    long announced = exchange.announced();
    long limit = function.requestLimit();
    return (int) ((announced < 0 ? limit : Math.min(announced, limit)) >> 10) + 1;
  }

  /// @return null if it is too large
  private static @Nullable RequestBody wholeBody(Exchange exchange, DeployedFunction function) {
    byte[] body = exchange.body(function.requestLimit());
    return body == null ? null : RequestBody.of(body);
  }

  /// The body of a request as soon as its beginning has come: a client that is slow to send even
  /// that much keeps no function waiting.
  ///
  /// @return null if it is too large
  private static @Nullable RequestBody begunBody(
      Exchange exchange, DeployedFunction function, Caller caller) {
    long limit = function.requestLimit();
    long announced = exchange.announced();
    try {
      InputStream from = exchange.bodyStream();
      if (announced > limit) {
        Exchange.discard(from);
        return null;
      }
      byte[] begun = exchange.read(from, INLINE);
      if (begun.length > limit) {
        Exchange.discard(from);
        return null;
      }
      if (begun.length < INLINE) {
        return RequestBody.of(begun);
      }
      Upload rest = caller.upload(from, limit - begun.length);
      return RequestBody.of(begun, rest, announced);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FunctionResponse serve(
      Exchange exchange, DeployedFunction function, Caller caller, FunctionRequest request) {
    exchange.response().header("x-request-id", request.id());
    long begun = System.nanoTime();
    FunctionResponse answer = function.serve(request, caller);
    double millis = (System.nanoTime() - begun) / 1e6;
    if (!answer.isSent()) {
      exchange
          .response()
          .header("server-timing", String.format(Locale.ROOT, "fn;dur=%.2f", millis));
    }
    return answer;
  }

  private void answer(Exchange exchange, Caller caller, FunctionResponse answer) {
    Fault fault = answer.fault();
    if (fault == null) {
      if (answer.isSent()) {
        caller.complete();
      } else {
        exchange.send(answer);
      }
      return;
    }
    if (answer.isSent() || fault.kind() == Fault.Kind.CLIENT_GONE) {
      // Without an end, so that the client does not take what it has for all.
      throw new CloseConnectionException("the answer breaks off: " + fault.detail());
    }
    if (fault.kind() == Fault.Kind.TOO_LARGE || fault.kind() == Fault.Kind.SLOW) {
      exchange.closeAfter();
    }
    exchange.send(FunctionResponse.of(fault, tellsStacks));
  }

  private static void refuse(Exchange exchange, Fault.Kind kind, String detail) {
    exchange.send(FunctionResponse.of(new Fault(kind, detail, null), false));
  }

  /// Ids differ between processes, and count within one.
  private String nextId() {
    return "%016x".formatted(start + count.incrementAndGet() * 0x9E3779B97F4A7C15L);
  }

  private static FunctionRequest request(
      Exchange exchange, String id, String name, int end, RequestBody body) {
    String path = exchange.path();
    List<Header> headers = new ArrayList<>();
    exchange
        .request()
        .headers()
        .forEach(header -> {
          for (String value : header.allValues()) {
            headers.add(new Header(header.headerName().lowerCase(), value));
          }
        });
    String host = Objects.requireNonNullElse(exchange.header("host"), "localhost");
    String query = exchange.query();
    return new FunctionRequest(
        id,
        exchange.method(),
        "http://" + host + path + (query.isEmpty() ? "" : "?" + query),
        PREFIX + name,
        end < 0 ? "/" : path.substring(end),
        query,
        headers,
        body,
        exchange.request().remotePeer().host());
  }
}
