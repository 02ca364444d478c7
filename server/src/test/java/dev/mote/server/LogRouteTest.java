package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A function's log by HTTP.
class LogRouteTest {
  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder);
    server.deploy("shown", "def handle(event): print('<b>bold</b>'); return event\n");
    server.post("/fn/shown", "1");
  }

  @AfterAll
  static void end() {
    server.close();
  }

  @Test
  void theLogCanBeFollowed() throws Exception {
    HttpResponse<InputStream> events =
        server.http.send(
            HttpRequest.newBuilder(server.uri("/v1/functions/shown/log?last=0"))
                .header("accept", "text/event-stream")
                .build(),
            BodyHandlers.ofInputStream());
    assertThat(events.headers().firstValue("content-type")).hasValue("text/event-stream");
    try (var lines = new BufferedReader(new InputStreamReader(events.body(), UTF_8))) {
      server.post("/fn/shown", "2");
      String line = lines.readLine();
      while (!line.startsWith("data: ")) {
        line = lines.readLine();
      }
      assertThat(line).contains("<b>bold</b>");
    }
  }
}
