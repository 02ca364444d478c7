package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Fault;
import dev.mote.functions.FunctionRequest;
import dev.mote.functions.FunctionResponse;
import dev.mote.functions.Functions;
import dev.mote.functions.Header;
import dev.mote.functions.InvocationReport;
import dev.mote.functions.RequestBody;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// `/fn/NAME` and all below it: requests to functions, by any method.
final class FunctionRoute {
  static final String PREFIX = "/fn/";

  /// Bodies up to this are whole before a function runs, in bytes.
  private static final int INLINE = 64 << 10;

  /// A page without an origin may run scripts, send forms and open windows; cookies, storage and
  /// what the server answers it does not reach.
  private static final String NO_ORIGIN =
      "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads"
          + " allow-popups-to-escape-sandbox";

  private final Functions functions;
  private final ClientWatch watch;
  private final boolean tellsStacks;

  /// Room for the bodies of all requests, in KiB: however many clients send, a quarter of the heap.
  private final Semaphore bodies = new Semaphore((int) (Runtime.getRuntime().maxMemory() >> 12));

  /// @param tellsStacks whether clients see where in a function something went wrong
  FunctionRoute(Functions functions, ClientWatch watch, boolean tellsStacks) {
    this.functions = functions;
    this.watch = watch;
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
    exchange.notes().place = prefix;
    boolean streams = exchange.hasBodyBeyond(INLINE) && function.takesStreams();
    int room = streams ? (INLINE + Upload.BUFFER) >> 10 : kibibytes(exchange, function);
    if (!bodies.tryAcquire(room)) {
      exchange.discardBody();
      refuse(exchange, Fault.Kind.NO_CAPACITY, "the bodies of other requests take all room");
      return;
    }
    var caller = new Caller(exchange, Connections.present());
    watch.add(caller);
    Http2Frames frames = HttpSelector.frames(exchange.request());
    int stream = exchange.request().id();
    if (frames != null) {
      frames.watch(stream, caller::gone);
    }
    FunctionResponse answer = null;
    try {
      RequestBody body =
          streams ? begunBody(exchange, function, caller) : wholeBody(exchange, function);
      if (body != null) {
        caller.received();
        var report = new InvocationReport();
        exchange.notes().report = report;
        answer = function.serve(request(exchange, prefix, path, body), caller, report);
      }
    } finally { // before the answer is sent, which may take as long as the client likes
      if (frames != null) {
        frames.unwatch(stream);
      }
      caller.end();
      watch.remove(caller);
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
        UnwantedBody.discard(from);
        return null;
      }
      byte[] begun = exchange.read(from, INLINE);
      if (begun.length > limit) {
        UnwantedBody.discard(from);
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

  private void answer(Exchange exchange, Caller caller, FunctionResponse answer) {
    Fault fault = answer.fault();
    InvocationReport report = exchange.notes().report;
    if (report != null && !answer.isSent()) {
      exchange.response().header("server-timing", timing(report));
    }
    if (fault == null) {
      if (answer.isSent()) {
        caller.complete();
      } else {
        exchange.send(answer);
      }
      return;
    }
    exchange.notes().fault = fault.kind();
    if (answer.isSent() || fault.kind() == Fault.Kind.CLIENT_GONE) {
      // Without an end, so that the client does not take what it has for all.
      throw new CloseConnectionException("the answer breaks off: " + fault.detail());
    }
    if (fault.kind() == Fault.Kind.TOO_LARGE || fault.kind() == Fault.Kind.SLOW) {
      exchange.closeAfter();
    }
    exchange.send(FunctionResponse.of(fault, tellsStacks));
  }

  /// All of it, and its parts, in milliseconds (W3C Server Timing).
  static String timing(InvocationReport report) {
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
      Exchange exchange, String prefix, String path, RequestBody body) {
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
