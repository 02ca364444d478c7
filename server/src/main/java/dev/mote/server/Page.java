package dev.mote.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/`: a page that shows functions and how they do; and the description of the API.
final class Page {
  /// Nothing but this server's own files and API; none of what a function writes is ever markup.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record File(String type, byte[] bytes) {}

  private final Map<String, File> files =
      Map.of(
          "/", file("text/html; charset=utf-8", "page.html"),
          "/page.js", file("text/javascript; charset=utf-8", "page.js"),
          "/page.css", file("text/css; charset=utf-8", "page.css"),
          "/openapi.json", file("application/json", "openapi.json"));

  private static File file(String type, String name) {
    return new File(type, FunctionServer.resource(name));
  }

  /// @return false if it is none of its
  boolean handle(Exchange exchange, String path) {
    @Nullable File file = files.get(path);
    if (file == null || !(exchange.method().equals("GET") || exchange.method().equals("HEAD"))) {
      return false;
    }
    exchange.response().header("content-security-policy", POLICY);
    exchange.response().header("x-content-type-options", "nosniff");
    exchange.response().header("referrer-policy", "no-referrer");
    exchange.sendBytes(200, file.type(), file.bytes());
    return true;
  }
}
