package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.FunctionException;
import dev.mote.functions.FunctionName;
import dev.mote.functions.Functions;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `/v1/functions` and all below it: the API by which functions are deployed, looked at and
/// removed. `openapi.json` describes it.
final class ApiRoute {
  static final String PREFIX = "/v1/functions";

  private final Functions functions;
  private final LogRoute logs;

  ApiRoute(Functions functions) {
    this.functions = functions;
    logs = new LogRoute();
  }

  void handle(Exchange exchange) {
    String[] names = exchange.path().substring(PREFIX.length()).split("/", -1);
    String method = exchange.method();
    boolean reads = exchange.reads();
    if (isFromPage(exchange, reads)) {
      exchange.discardBody();
      exchange.sendProblem(403, "Not from a page", "the API is not for pages in a browser");
    } else if (names.length == 1 && reads) {
      list(exchange);
    } else if (names.length == 2 && reads) {
      withFunction(exchange, names[1], function -> show(exchange, function));
    } else if (names.length == 2 && method.equals("PUT")) {
      deploy(exchange, names[1]);
    } else if (names.length == 2 && method.equals("DELETE")) {
      remove(exchange, names[1]);
    } else if (names.length == 3 && names[2].equals("log") && reads) {
      withFunction(exchange, names[1], function -> logs.handle(exchange, function.log()));
    } else {
      exchange.discardBody();
      boolean known = names.length < 3 || (names.length == 3 && names[2].equals("log"));
      exchange.sendProblem(
          known ? 405 : 404, known ? "Not by this method" : "Nothing is here", "see /openapi.json");
    }
  }

  /// Browsers say of a request whether it comes from a page, and of which site. A page may read
  /// what has its own origin, as the server's own page does; none may change something. Functions'
  /// pages have no origin, or one of their own.
  private static boolean isFromPage(Exchange exchange, boolean reads) {
    String site = exchange.header("sec-fetch-site");
    boolean isForeign = site != null && !site.equals("same-origin") && !site.equals("none");
    return isForeign || (!reads && exchange.header("origin") != null);
  }

  private void list(Exchange exchange) {
    var all = new LinkedHashMap<String, @Nullable Object>();
    all.put(
        "functions",
        functions.list().stream()
            .map(DeployedFunction::state)
            .filter(Objects::nonNull)
            .map(StateJson::of)
            .toList());
    all.put("broken", functions.broken());
    all.put("machines", machines());
    exchange.sendJson(200, all);
  }

  private Map<String, @Nullable Object> machines() {
    var statistics = functions.machines();
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("machines", (long) statistics.machines());
    fields.put("busy", (long) statistics.busy());
    fields.put("made", statistics.made());
    fields.put("calls", statistics.calls());
    fields.put("waits", statistics.waits());
    fields.put("refusals", statistics.refusals());
    fields.put("loads", statistics.loads());
    return fields;
  }

  private interface Use {
    void with(DeployedFunction function);
  }

  private void withFunction(Exchange exchange, String name, Use use) {
    DeployedFunction function = functions.find(name);
    if (function == null) {
      exchange.sendProblem(404, "There is no such function", name);
    } else {
      use.with(function);
    }
  }

  private static void show(Exchange exchange, DeployedFunction function) {
    function.readSettings();
    DeployedFunction.State state = function.state();
    if (state == null) {
      exchange.sendProblem(404, "There is no such function", function.name());
      return;
    }
    Map<String, @Nullable Object> fields = StateJson.of(state);
    fields.put("latencies", StateJson.of(function.latencies()));
    exchange.sendJson(200, fields);
  }

  private void deploy(Exchange exchange, String name) {
    if (exchange.request().headers().contentLength().orElse(0) > Functions.LARGEST_ARCHIVE) {
      exchange.discardBody();
      exchange.sendProblem(
          413,
          "The archive is too large",
          "it may have %d bytes".formatted(Functions.LARGEST_ARCHIVE));
      return;
    }
    try {
      FunctionName.check(name);
    } catch (IllegalArgumentException e) {
      exchange.discardBody();
      exchange.sendProblem(400, "The name is none", String.valueOf(e.getMessage()));
      return;
    }
    if (!exchange.request().content().hasEntity()) {
      exchange.sendProblem(
          400, "The archive is missing", "send a tar archive of the function's folder");
      return;
    }
    try (InputStream archive = exchange.request().content().inputStream()) {
      boolean isNew = functions.find(name) == null;
      DeployedFunction deployed = functions.deploy(name, archive);
      DeployedFunction.State state = deployed.state();
      exchange.sendJson(isNew ? 201 : 200, state == null ? null : StateJson.of(state));
    } catch (FunctionException e) {
      exchange.closeAfter();
      exchange.sendProblem(422, "The function was not deployed", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      exchange.closeAfter();
      exchange.sendProblem(500, "The archive could not be kept", String.valueOf(e.getMessage()));
    }
  }

  private void remove(Exchange exchange, String name) {
    try {
      if (functions.remove(name)) {
        exchange.sendNothing(204);
      } else {
        exchange.sendProblem(404, "There is no such function", name);
      }
    } catch (IOException e) {
      exchange.sendProblem(500, "The server's disk failed", String.valueOf(e.getMessage()));
    }
  }
}
