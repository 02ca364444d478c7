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

/// The page for people is whole, and the API is as its description says.
class PageTest {
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
  void thePageHasAllThatItNames() throws Exception {
    HttpResponse<String> page = server.get("/");
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("content-security-policy"))
        .hasValueSatisfying(
            policy -> assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"));
    for (String file : List.of("page.js", "page.css")) {
      assertThat(page.body()).contains("\"" + file + "\"");
      assertThat(server.get("/" + file).statusCode()).isEqualTo(200);
    }
    String script = server.get("/page.js").body();
    assertThat(script).doesNotContain("innerHTML").doesNotContain("eval(");
    var named = java.util.regex.Pattern.compile("byId\\(\"([a-z]+)\"\\)").matcher(script);
    while (named.find()) {
      assertThat(page.body()).contains("id=\"" + named.group(1) + "\"");
    }
    assertThat(
            server
                .send(HttpRequest.newBuilder(server.uri("/")).POST(BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(404);
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
