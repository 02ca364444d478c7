package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Fault;
import dev.mote.functions.Functions;
import dev.mote.functions.InvocationReport;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http2.Http2Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Functions by HTTP: `/fn/NAME` is a function, and so is the host `NAME.localhost`;
/// `/v1/functions` is the API to deploy and look at them, `/` a page for people, `/openapi.json`
/// the API's description; `/metrics`, `/livez` and `/readyz` are for those who watch over servers.
///
/// Each request has a virtual thread. Thread-safe.
public final class FunctionServer implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(FunctionServer.class.getName());
  private static final int LARGEST_HEAD = 64 << 10;
  private static final int LONGEST_REQUEST_LINE = 16 << 10;
  private static final int MOST_CONNECTIONS = 20_000;

  /// Requests at one time on one connection of HTTP/2, and what may be on its way of their bodies.
  private static final int MOST_STREAMS = 100;

  private static final int WINDOW = 256 << 10;

  /// Requests on one connection of HTTP/2 that a client may take back before they are answered, in
  /// ten seconds.
  private static final int MOST_RESETS = 50;

  /// What is logged of a request whose client went before it was answered, as others log it.
  private static final int CLIENT_GONE = 499;

  private static final int LONGEST_LOGGED_PATH = 1024;

  private final Functions functions;
  private final Patience patience;
  private final Hosts hosts;
  private final @Nullable AccessLog accessLog;
  private final RequestIds ids = new RequestIds();
  private final FunctionRoute functionRoute;
  private final ApiRoute api;
  private final Metrics metrics;
  private final Page page;
  private final WebServer server;
  private final ClientWatch watch = new ClientWatch();
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean draining;

  /// Begins to serve, by the names that are usual for the address, without a log of requests.
  ///
  /// @param address the port 0 is any that is free
  /// @param functions stay the caller's
  /// @param tellsStacks whether clients see where in a function something went wrong
  /// @throws UncheckedIOException if the address cannot be used
  public FunctionServer(InetSocketAddress address, Functions functions, boolean tellsStacks) {
    this(
        address,
        functions,
        tellsStacks,
        new Hosts(address.getAddress().isLoopbackAddress(), List.of(), Hosts.USUAL_DOMAIN),
        null);
  }

  /// Begins to serve.
  ///
  /// @param address the port 0 is any that is free
  /// @param functions stay the caller's
  /// @param tellsStacks whether clients see where in a function something went wrong
  /// @param hosts by which it may be asked
  /// @param accessLog is told of each request, and stays the caller's; may be null
  /// @throws UncheckedIOException if the address cannot be used
  public FunctionServer(
      InetSocketAddress address,
      Functions functions,
      boolean tellsStacks,
      Hosts hosts,
      @Nullable AccessLog accessLog) {
    this(address, functions, tellsStacks, hosts, accessLog, Patience.USUAL);
  }

  /// @param patience with clients that are slow
  FunctionServer(
      InetSocketAddress address,
      Functions functions,
      boolean tellsStacks,
      Hosts hosts,
      @Nullable AccessLog accessLog,
      Patience patience) {
    this.functions = functions;
    this.patience = patience;
    this.hosts = hosts;
    this.accessLog = accessLog;
    functionRoute = new FunctionRoute(functions, watch, tellsStacks);
    api = new ApiRoute(functions);
    metrics = new Metrics(functions);
    page = new Page();
    server =
        WebServer.builder()
            .address(address.getAddress())
            .port(address.getPort())
            .shutdownHook(false)
            .maxTcpConnections(mostConnections())
            .idleConnectionTimeout(patience.idle())
            .idleConnectionPeriod(patience.idle().dividedBy(4))
            .connectionOptions(options -> options.tcpNoDelay(true))
            .addConnectionSelector(protocols())
            .protocolsDiscoverServices(false)
            .routing(routing -> routing.any(this::handle))
            .build()
            .start();
  }

  /// Half of the descriptors that this process may have, if that is less: without any left, it
  /// could not even read its own classes.
  private static int mostConnections() {
    long descriptors =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
            ? system.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    return (int) Math.min(MOST_CONNECTIONS, descriptors / 2);
  }

  private HttpSelector protocols() {
    return new HttpSelector(
        Http1Config.builder()
            .maxHeadersSize(LARGEST_HEAD)
            .maxPrologueLength(LONGEST_REQUEST_LINE)
            .addReceiveListener(new Connections())
            .build(),
        Http2Config.builder()
            .maxHeaderListSize(LARGEST_HEAD)
            .maxConcurrentStreams(MOST_STREAMS)
            .initialWindowSize(WINDOW)
            .flowControlTimeout(patience.silence())
            .maxRapidResets(MOST_RESETS)
            .build(),
        watch,
        patience);
  }

  private void handle(ServerRequest request, ServerResponse response) {
    Exchange exchange = Exchange.of(request, response, ids, patience);
    running.incrementAndGet();
    try {
      serve(exchange);
    } finally {
      running.decrementAndGet();
      tell(exchange);
    }
    exchange.discardRest(watch);
    if (response.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
        && !exchange.notes().isStreamed) {
      throw new CloseConnectionException("as the answer says"); // Helidon would wait for the client
    }
  }

  private void serve(Exchange exchange) {
    try {
      route(exchange);
    } catch (Exchange.SlowClientException _) {
      exchange.closeAfter();
      exchange.sendProblem(
          408,
          "The request came too slowly",
          "its body took more than %d s".formatted(patience.body().toSeconds()));
    } catch (RequestException e) {
      if (!exchange.response().isSent()) {
        exchange.closeAfter();
        exchange.sendProblem(
            e.status().code(), "The request is malformed", String.valueOf(e.getMessage()));
      }
    } catch (UncheckedIOException
        | InsufficientDataAvailableException
        | ServerConnectionException e) {
      // The client has gone, or speaks no more HTTP.
      throw new CloseConnectionException("the connection broke", e);
    } catch (CloseConnectionException e) {
      throw e; // whoever served knows why
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.ERROR, "a request failed by a fault of the server's", e);
      if (!exchange.response().isSent()) {
        exchange.closeAfter();
        exchange.sendProblem(500, "The server failed", "its log says why");
      }
    }
  }

  /// Writes down what came of a request.
  private void tell(Exchange exchange) {
    RequestNotes notes = exchange.notes();
    boolean isSent = exchange.response().isSent();
    long sent = isSent ? exchange.response().bytesWritten() : 0;
    DeployedFunction function = notes.function;
    Fault.Kind fault = notes.fault;
    if (function != null && (isSent || fault != null)) {
      function.meter().record(fault, notes.report, notes.bodyBytes, sent);
    }
    if (accessLog == null) {
      return;
    }
    InvocationReport report = notes.report;
    String path = exchange.path();
    accessLog.add(
        new AccessLog.Entry(
            Instant.now(),
            notes.id,
            notes.trace == null ? null : notes.trace.traceId(),
            exchange.request().remotePeer().host(),
            exchange.isHttp2() ? "HTTP/2" : "HTTP/1.1",
            exchange.method(),
            path.substring(0, Math.min(path.length(), LONGEST_LOGGED_PATH)),
            function == null ? null : function.name(),
            report == null ? 0 : report.version(),
            isSent ? exchange.response().status().code() : CLIENT_GONE,
            fault != null ? fault.word() : isSent && report != null ? "ok" : null,
            System.nanoTime() - notes.begun,
            report == null ? 0 : report.queueNanos(),
            report == null ? 0 : report.restoreNanos(),
            report == null ? 0 : report.runNanos(),
            notes.bodyBytes,
            sent));
  }

  private void route(Exchange exchange) {
    String path = exchange.path();
    String own = hosts.function(exchange.host());
    if (!path.startsWith("/") && !path.equals("*")) {
      exchange.discardBody();
      exchange.sendProblem(400, "The request is malformed", "its target is no path");
    } else if (own != null) {
      functionRoute.handleOwnHost(exchange, own);
    } else if (path.equals("/livez") || path.equals("/healthz")) { // by whatever name
      exchange.sendBytes(200, "text/plain", "ok\n".getBytes(UTF_8));
    } else if (path.equals("/readyz")) {
      exchange.sendBytes(
          draining ? 503 : 200, "text/plain", (draining ? "stopping\n" : "ok\n").getBytes(UTF_8));
    } else if (!hosts.allows(exchange.host())) {
      exchange.discardBody();
      exchange.sendProblem(
          421,
          "Not by this name",
          "the server does not answer to '%s'; `mote up --allowed-host NAME` lets it"
              .formatted(exchange.host()));
    } else if (path.startsWith(FunctionRoute.PREFIX)) {
      functionRoute.handle(exchange);
    } else if (path.equals(ApiRoute.PREFIX) || path.startsWith(ApiRoute.PREFIX + "/")) {
      api.handle(exchange);
    } else if (path.equals("/metrics") && exchange.reads()) {
      metrics.handle(exchange);
    } else if (!page.handle(exchange, path)) {
      exchange.discardBody();
      exchange.sendProblem(
          404, "Nothing is here", "functions are at /fn/NAME, the API at /v1/functions");
    }
  }

  /// Where it listens.
  public int port() {
    return server.port();
  }

  /// Takes no new connections, finishes what runs, and ends.
  ///
  /// @param atMost how long what runs may take
  public void stop(Duration atMost) {
    draining = true;
    long end = System.nanoTime() + atMost.toNanos();
    functions.stop(atMost);
    try {
      while (running.get() > 0 && System.nanoTime() < end) { // answers are on their way
        Thread.sleep(10);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  @Override
  public void close() {
    server.stop();
    watch.close();
  }

  /// A file that is part of the server.
  static byte[] resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(FunctionServer.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
