package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Fault;
import dev.mote.functions.FunctionRequest;
import dev.mote.functions.FunctionResponse;
import dev.mote.functions.Functions;
import dev.mote.functions.Header;
import dev.mote.functions.InvocationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/// `/fn/NAME` and all below it: requests to functions, by any method.
final class FunctionRoute {
  static final String PREFIX = "/fn/";

  /// A page without an origin may run scripts, send forms and open windows; cookies, storage and
  /// what the server answers it does not reach.
  private static final String NO_ORIGIN =
      "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads"
          + " allow-popups-to-escape-sandbox";

  private final Functions functions;
  private final boolean tellsStacks;

  /// Room for the bodies of all requests, in KiB: however many clients send, a quarter of the heap.
  private final Semaphore bodies = new Semaphore((int) (Runtime.getRuntime().maxMemory() >> 12));

  /// @param tellsStacks whether clients see where in a function something went wrong
  FunctionRoute(Functions functions, boolean tellsStacks) {
    this.functions = functions;
    this.tellsStacks = tellsStacks;
  }

  /// A request to a function by its path. What it answers has the origin of the API and of all the
  /// other functions: a browser is told to treat it as one of no origin.
  void handle(Exchange exchange) {
    exchange.response().header("content-security-policy", NO_ORIGIN);
    String path = exchange.path();
    int end = path.indexOf('/', PREFIX.length());
    String name = path.substring(PREFIX.length(), end < 0 ? path.length() : end);
    handle(exchange, name, PREFIX + name, end < 0 ? "/" : path.substring(end));
  }

  /// A request to a function by the name of its own host, all of which is its.
  void handleOwnHost(Exchange exchange, String name) {
    handle(exchange, name, "", exchange.path());
  }

  private void handle(Exchange exchange, String name, String prefix, String path) {
    DeployedFunction function = functions.find(name);
    if (function == null) {
      exchange.discardBody();
      refuse(exchange, Fault.Kind.NOT_FOUND, notFound(name));
      return;
    }
    exchange.notes().function = function;
    int room = kibibytes(exchange, function.requestLimit());
    if (!bodies.tryAcquire(room)) {
      exchange.closeAfter();
      exchange.response().header("retry-after", "1");
      refuse(exchange, Fault.Kind.NO_CAPACITY, "the bodies of other requests take all room");
      return;
    }
    try {
      serve(exchange, function, prefix, path);
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

  private void serve(Exchange exchange, DeployedFunction function, String prefix, String path) {
    byte[] body = exchange.body(function.requestLimit());
    if (body == null) {
      exchange.closeAfter();
      refuse(
          exchange,
          Fault.Kind.TOO_LARGE,
          "its body is larger than %d bytes".formatted(function.requestLimit()));
      return;
    }
    var report = new InvocationReport();
    exchange.notes().report = report;
    FunctionResponse answer = function.serve(request(exchange, prefix, path, body), report);
    exchange.response().header("server-timing", timing(report));
    Fault fault = answer.fault();
    if (fault == null) {
      exchange.send(answer);
      return;
    }
    if (fault.kind() == Fault.Kind.BUSY || fault.kind() == Fault.Kind.NO_CAPACITY) {
      exchange.response().header("retry-after", "1");
    }
    exchange.notes().fault = fault.kind();
    exchange.send(FunctionResponse.of(fault, tellsStacks));
  }

  /// All of it, and its parts, in milliseconds (W3C Server Timing).
  private static String timing(InvocationReport report) {
    return "fn;dur="
        + AccessLog.millis(report.totalNanos())
        + ", queue;dur="
        + AccessLog.millis(report.queueNanos())
        + ", restore;dur="
        + AccessLog.millis(report.restoreNanos())
        + ", run;dur="
        + AccessLog.millis(report.runNanos());
  }

  private static void refuse(Exchange exchange, Fault.Kind kind, String detail) {
    exchange.notes().fault = kind;
    exchange.send(FunctionResponse.of(new Fault(kind, detail, null), false));
  }

  private String notFound(String name) {
    String broken = functions.broken().get(name);
    return broken == null
        ? "no function is called '%s' here".formatted(name)
        : "it could not be started: " + broken;
  }

  private static FunctionRequest request(
      Exchange exchange, String prefix, String path, byte[] body) {
    boolean isTraced = exchange.notes().trace != null;
    List<Header> headers = new ArrayList<>();
    exchange
        .request()
        .headers()
        .forEach(header -> {
          String name = header.headerName().lowerCase();
          if (!isTraced && (name.equals("traceparent") || name.equals("tracestate"))) {
            return; // malformed, or the state of nothing
          }
          for (String value : header.allValues()) {
            headers.add(new Header(name, value));
          }
        });
    String host = exchange.host().isEmpty() ? "localhost" : exchange.host();
    String query = exchange.query();
    return new FunctionRequest(
        exchange.notes().id,
        exchange.method(),
        "http://" + host + exchange.path() + (query.isEmpty() ? "" : "?" + query),
        prefix,
        path,
        query,
        headers,
        body,
        exchange.request().remotePeer().host());
  }
}
