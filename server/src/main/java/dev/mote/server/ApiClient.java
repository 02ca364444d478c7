package dev.mote.server;

import dev.mote.cli.Options;
import dev.mote.json.JsonValues;
import dev.mote.values.Type;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A running server, as the commands speak to it.
///
/// Not thread-safe.
final class ApiClient {
  /// In the environment: the server's address, for who does not want to give it each time.
  private static final String VARIABLE = "MOTE_SERVER";

  private static final String USUAL = "http://localhost:8080";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private String server = Objects.requireNonNullElse(System.getenv(VARIABLE), USUAL);

  /// Adds the option that says which server.
  void addTo(Options options) {
    options.value(
        "--server", "URL", "the running server; else $" + VARIABLE + ", else " + USUAL, this::use);
  }

  void use(String url) {
    String plain = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    URI uri = URI.create(plain);
    if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
      throw new IllegalArgumentException("must be an address such as " + USUAL);
    }
    server = plain;
  }

  String server() {
    return server;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server + path));
  }

  /// Sends a request.
  ///
  /// @throws ApiException if the server is not there, or breaks off
  <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (ConnectException e) {
      throw new ApiException(
          "no server is at %s; start one: mote up   (or name another by --server)"
              .formatted(server),
          e);
    } catch (IOException e) {
      throw new ApiException("%s: %s".formatted(server, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException("interrupted", e);
    }
  }

  /// The answer's JSON object.
  ///
  /// @throws ApiException if the server refuses; the message is its reason
  Map<?, ?> json(HttpRequest request) {
    HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray());
    requireSuccess(response.statusCode(), response.body());
    return object(response.body());
  }

  Map<?, ?> get(String path) {
    return json(request(path).GET().build());
  }

  Map<?, ?> put(String path, BodyPublisher body) {
    return json(request(path).PUT(body).header("content-type", "application/x-tar").build());
  }

  void delete(String path) {
    HttpResponse<byte[]> response =
        send(
            request(path).method("DELETE", BodyPublishers.noBody()).build(),
            BodyHandlers.ofByteArray());
    requireSuccess(response.statusCode(), response.body());
  }

  /// An answer to be read as it comes.
  InputStream stream(String path) {
    HttpResponse<InputStream> response =
        send(request(path).GET().build(), BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      try (InputStream body = response.body()) {
        requireSuccess(response.statusCode(), body.readAllBytes());
      } catch (IOException e) {
        throw new ApiException(server + ": " + e, e);
      }
    }
    return response.body();
  }

  private static void requireSuccess(int status, byte[] body) {
    if (status >= 300) {
      Map<?, ?> problem = problem(body);
      throw new ApiException(
          "%s (%d): %s"
              .formatted(
                  Objects.requireNonNullElse(problem.get("title"), "refused"),
                  status,
                  Objects.requireNonNullElse(problem.get("detail"), "")));
    }
  }

  private static Map<?, ?> problem(byte[] body) {
    try {
      return object(body);
    } catch (ApiException _) { // some other server answers there
      return Map.of();
    }
  }

  private static Map<?, ?> object(byte[] body) {
    try {
      if (JsonValues.read(body, Type.Plain.ANY) instanceof Map<?, ?> map) {
        return map;
      }
    } catch (IllegalArgumentException e) {
      throw new ApiException("the server's answer is not JSON: " + e.getMessage(), e);
    }
    throw new ApiException("the server's answer is no JSON object");
  }
}
