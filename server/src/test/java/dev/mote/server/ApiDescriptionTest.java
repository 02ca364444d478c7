package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.json.JsonValues;
import dev.mote.values.Type;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The API is as its description says.
class ApiDescriptionTest {
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

  private static Map<?, ?> json(String text) {
    return (Map<?, ?>) JsonValues.read(text, Type.Plain.ANY);
  }

  private static Map<?, ?> at(Map<?, ?> map, String... names) {
    Map<?, ?> inner = map;
    for (String name : names) {
      inner = (Map<?, ?>) inner.get(name);
    }
    return inner;
  }

  /// What an object that is answered has is what its schema says.
  private static void assertFits(Map<?, ?> answer, Map<?, ?> description, String schema) {
    Map<?, ?> properties = at(description, "components", "schemas", schema, "properties");
    assertThat(answer.keySet()).isEqualTo(properties.keySet());
  }

  @Test
  void theApiIsAsItsDescriptionSays() throws Exception {
    Map<?, ?> description = json(server.get("/openapi.json").body());
    assertThat(description.get("openapi")).isEqualTo("3.1.0");
    for (Object path : at(description, "paths").keySet()) {
      Map<?, ?> operations = at(description, "paths", (String) path);
      for (Object method : operations.keySet()) {
        if (method.equals("parameters")) {
          continue;
        }
        String name = method.equals("put") || method.equals("delete") ? "nothing" : "shown";
        int status =
            server
                .send(
                    HttpRequest.newBuilder(server.uri(((String) path).replace("{name}", name)))
                        .method(
                            ((String) method).toUpperCase(java.util.Locale.ROOT),
                            BodyPublishers.noBody()))
                .statusCode();
        Set<?> described = at(operations, (String) method, "responses").keySet();
        assertThat(described.contains("default") || described.contains(Integer.toString(status)))
            .as("%s %s: %d", method, path, status)
            .isTrue();
      }
    }
    Map<?, ?> all = json(server.get("/v1/functions").body());
    assertFits(all, description, "Functions");
    assertFits(at(all, "machines"), description, "Machines");
    assertFits((Map<?, ?>) ((List<?>) all.get("functions")).getFirst(), description, "Function");
    String line = server.get("/v1/functions/shown/log?last=1").body();
    assertFits(json(line), description, "LogLine");
  }

  @Test
  void theLogCanBeFollowed() throws Exception {
    HttpResponse<java.io.InputStream> events =
        server.http.send(
            HttpRequest.newBuilder(server.uri("/v1/functions/shown/log?last=0"))
                .header("accept", "text/event-stream")
                .build(),
            java.net.http.HttpResponse.BodyHandlers.ofInputStream());
    assertThat(events.headers().firstValue("content-type")).hasValue("text/event-stream");
    try (var lines =
        new java.io.BufferedReader(new java.io.InputStreamReader(events.body(), UTF_8))) {
      server.post("/fn/shown", "2");
      String line = lines.readLine();
      while (!line.startsWith("data: ")) {
        line = lines.readLine();
      }
      assertThat(line).contains("<b>bold</b>");
    }
  }
}
