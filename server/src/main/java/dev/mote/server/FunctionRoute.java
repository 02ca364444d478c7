package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Fault;
import dev.mote.functions.FunctionRequest;
import dev.mote.functions.FunctionResponse;
import dev.mote.functions.Functions;
import dev.mote.functions.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/// `/fn/NAME` and all below it: requests to functions, by any method.
final class FunctionRoute {
  static final String PREFIX = "/fn/";

  private final Functions functions;
  private final boolean tellsStacks;
  private final long start = new SplittableRandom().nextLong();
  private final AtomicLong count = new AtomicLong();

  /// Room for the bodies of all requests, in KiB: however many clients send, a quarter of the heap.
  private final Semaphore bodies = new Semaphore((int) (Runtime.getRuntime().maxMemory() >> 12));

  /// @param tellsStacks whether clients see where in a function something went wrong
  FunctionRoute(Functions functions, boolean tellsStacks) {
    this.functions = functions;
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
    int room = kibibytes(exchange, function.requestLimit());
    if (!bodies.tryAcquire(room)) {
      exchange.closeAfter();
      refuse(exchange, Fault.Kind.NO_CAPACITY, "the bodies of other requests take all room");
      return;
    }
    try {
      serve(exchange, function, name, end);
    } finally {
      bodies.release(room);
    }
  }

  /// The most that a request's body will take.
  private static int kibibytes(Exchange exchange, long limit) {
    if (!exchange.request().content().hasEntity()) {
      return 1;
    }
    long announced = exchange.request().headers().contentLength().orElse(limit);
    return (int) (Math.min(announced, limit) >> 10) + 1;
  }

  private void serve(Exchange exchange, DeployedFunction function, String name, int end) {
    byte[] body = exchange.body(function.requestLimit());
    if (body == null) {
      exchange.closeAfter();
      refuse(
          exchange,
          Fault.Kind.TOO_LARGE,
          "its body is larger than %d bytes".formatted(function.requestLimit()));
      return;
    }
    long begun = System.nanoTime();
    String id = nextId();
    FunctionResponse answer = function.serve(request(exchange, id, name, end, body));
    double millis = (System.nanoTime() - begun) / 1e6;
    exchange.response().header("x-request-id", id);
    exchange.response().header("server-timing", String.format(Locale.ROOT, "fn;dur=%.2f", millis));
    Fault fault = answer.fault();
    if (fault == null) {
      exchange.send(answer);
      return;
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
      Exchange exchange, String id, String name, int end, byte[] body) {
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
