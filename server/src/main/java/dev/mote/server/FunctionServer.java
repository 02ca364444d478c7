package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.functions.Functions;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

/// Functions by HTTP: `/fn/NAME` is a function, `/v1/functions` the API to deploy and look at them,
/// `/` a page for people, `/openapi.json` the API's description, `/livez` and `/readyz` for those
/// who watch over servers.
///
/// Each request has a virtual thread. Thread-safe.
public final class FunctionServer implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(FunctionServer.class.getName());
  private static final int LARGEST_HEAD = 64 << 10;
  private static final int MOST_CONNECTIONS = 20_000;
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration IDLE_CONNECTION = Duration.ofMinutes(2);

  private final Functions functions;
  private final FunctionRoute functionRoute;
  private final ApiRoute api;
  private final Page page;
  private final WebServer server;
  private final Callers callers = new Callers();
  private volatile boolean draining;

  /// Begins to serve.
  ///
  /// @param address the port 0 is any that is free
  /// @param functions stay the caller's
  /// @param tellsStacks whether clients see where in a function something went wrong
  /// @throws UncheckedIOException if the address cannot be used
  public FunctionServer(InetSocketAddress address, Functions functions, boolean tellsStacks) {
    this.functions = functions;
    functionRoute = new FunctionRoute(functions, callers, tellsStacks);
    api = new ApiRoute(functions);
    page = new Page();
    server =
        WebServer.builder()
            .address(address.getAddress())
            .port(address.getPort())
            .shutdownHook(false)
            .maxTcpConnections(MOST_CONNECTIONS)
            .idleConnectionTimeout(IDLE_CONNECTION)
            .connectionOptions(options -> options.readTimeout(READ_TIMEOUT).tcpNoDelay(true))
            .addProtocol(
                Http1Config.builder()
                    .maxHeadersSize(LARGEST_HEAD)
                    .maxPrologueLength(16 << 10)
                    .addReceiveListener(new Connections())
                    .build())
            .routing(routing -> routing.any(this::handle))
            .build()
            .start();
  }

  private void handle(ServerRequest request, ServerResponse response) {
    var exchange = new Exchange(request, response);
    try {
      route(exchange);
    } catch (Exchange.SlowClientException _) {
      exchange.closeAfter();
      exchange.sendProblem(408, "The request came too slowly", "its body took more than a minute");
    } catch (RequestException | CloseConnectionException e) {
      throw e; // Helidon knows best what to do
    } catch (UncheckedIOException | InsufficientDataAvailableException e) {
      // The client has gone, or speaks no more HTTP.
      throw new CloseConnectionException("the connection broke", e);
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.ERROR, "a request failed by a fault of the server's", e);
      if (!response.isSent()) {
        exchange.closeAfter();
        exchange.sendProblem(500, "The server failed", "its log says why");
      }
    }
  }

  private void route(Exchange exchange) {
    String path = exchange.path();
    if (path.startsWith(FunctionRoute.PREFIX)) {
      functionRoute.handle(exchange);
    } else if (path.equals(ApiRoute.PREFIX) || path.startsWith(ApiRoute.PREFIX + "/")) {
      api.handle(exchange);
    } else if (path.equals("/livez") || path.equals("/healthz")) {
      exchange.sendBytes(200, "text/plain", "ok\n".getBytes(UTF_8));
    } else if (path.equals("/readyz")) {
      exchange.sendBytes(
          draining ? 503 : 200, "text/plain", (draining ? "stopping\n" : "ok\n").getBytes(UTF_8));
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
    functions.stop(atMost);
    close();
  }

  @Override
  public void close() {
    server.stop();
    callers.close();
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
