import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// A server on virtual threads and a client, in one process.
public class HttpBoth {
  public static void main(String[] arguments) throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          byte[] answer = (exchange.getRequestURI() + " " + body.length).getBytes();
          exchange.sendResponseHeaders(200, answer.length);
          try (var out = exchange.getResponseBody()) {
            out.write(answer);
          }
        });
    server.start();
    String base = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    try (var client = HttpClient.newHttpClient()) {
      var answers =
          IntStream.range(0, 100)
              .mapToObj(
                  i ->
                      client.sendAsync(
                          HttpRequest.newBuilder(URI.create(base + i))
                              .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[i * 100]))
                              .build(),
                          HttpResponse.BodyHandlers.ofString()))
              .toList();
      for (var answer : answers) {
        System.out.println(answer.get().body());
      }
    }
    server.stop(0);
    System.exit(0);
  }
}
