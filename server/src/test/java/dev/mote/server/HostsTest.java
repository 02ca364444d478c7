package dev.mote.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// By which names a server is asked, and what a page that a function makes may do in a browser.
class HostsTest {
  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(Files.createDirectory(folder.resolve("server")));
    server.deploy("echo", "def handle(event, context): return context['path']\n");
    server.deploy(
        "evil",
        Map.of(
            "app.py",
            """
            PAGE = '''<body>not yet<script>
            const api = location.protocol + "//localhost:" + location.port;
            async function attempt(what) {
              try { return String(await what()); } catch (e) { return "refused"; }
            }
            const list = async (...how) => (await fetch(api + "/v1/functions", ...how)).status;
            (async () => {
              const results = {
                read: await attempt(() => list()),
                page: await attempt(async () => (await fetch(api + "/")).status),
                log: await attempt(async () => (await fetch(api + "/v1/functions/echo/log")).status),
                other: await attempt(async () => (await fetch(api + "/fn/echo")).status),
                put: await attempt(async () => (await fetch(api + "/v1/functions/x", {method: "PUT", body: "x"})).status),
                remove: await attempt(async () => (await fetch(api + "/v1/functions/echo", {method: "DELETE"})).status),
                frame: await attempt(() => new Promise(done => {
                  const frame = document.createElement("iframe");
                  frame.src = api + "/";
                  frame.onload = () => done(frame.contentDocument ? frame.contentDocument.title : "refused");
                  document.body.append(frame);
                })),
                storage: await attempt(() => { localStorage.x = "kept"; return localStorage.x; }),
                cookie: await attempt(() => { document.cookie = "a=kept"; return document.cookie; }),
                own: await attempt(async () => (await fetch("data")).text()),
              };
              document.body.innerText = JSON.stringify(results);
            })();
            </script>'''
            def app(environ, start_response):
                if environ["PATH_INFO"] == "/data":
                    start_response("200 OK", [("Content-Type", "text/plain")])
                    return [b"mine"]
                start_response("200 OK", [("Content-Type", "text/html"), ("Content-Security-Policy", "default-src * 'unsafe-inline'")])
                return [PAGE.encode()]
            """));
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static String status(String host, String path) throws Exception {
    return server
        .raw("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(path, host))
        .substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "LOCALHOST:8080, 200",
    "localhost., 200",
    "127.0.0.1, 200",
    "127.0.0.2:80, 200",
    "[::1]:8080, 200",
    "evil.example, 421",
    "evil.example:8080, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "10.0.0.1, 421",
    "evillocalhost, 421",
  })
  void aLocalServerAnswersToNamesOfThisMachine(String host, String expected) throws Exception {
    for (String path : List.of("/", "/v1/functions", "/fn/echo", "/metrics", "/openapi.json")) {
      assertThat(status(host, path)).as(path).isEqualTo(expected);
    }
    assertThat(status(host, "/livez")).isEqualTo("200");
  }

  @Test
  void moreNamesCanBeAllowed() {
    var open = new Hosts(false, List.of(), "localhost");
    assertThat(open.allows("anything.example:80")).isTrue();
    var some = new Hosts(false, List.of("Functions.example"), "fn.example");
    assertThat(some.allows("functions.EXAMPLE:80")).isTrue();
    assertThat(some.allows("localhost")).isTrue();
    assertThat(some.allows("other.example")).isFalse();
    assertThat(some.allows("hello.fn.example")).isTrue();
    assertThat(some.function("hello.fn.example:8080")).isEqualTo("hello");
    assertThat(some.function("a.b.fn.example")).isNull();
    assertThat(some.function("fn.example")).isNull();
    assertThat(some.function(".fn.example")).isNull();
    assertThat(some.function("hellofn.example")).isNull();
    var local = new Hosts(true, List.of("functions.example"), "localhost");
    assertThat(local.allows("functions.example")).isTrue();
    assertThat(local.allows("other.example")).isFalse();
  }

  @Test
  void aFunctionHasAHostOfItsOwn() throws Exception {
    String answer =
        server.raw(
            "GET /v1/functions HTTP/1.1\r\nHost: echo.localhost:1\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\"/v1/functions\"\n");
    assertThat(answer).doesNotContain("sandbox");
    assertThat(status("nothing.localhost", "/")).isEqualTo("404");
    assertThat(server.get("/fn/echo/a").body()).isEqualTo("\"/a\"\n");
  }

  @Test
  void whatAnotherSitesPageAsksIsRefused() throws Exception {
    for (String site : List.of("cross-site", "same-site")) {
      HttpResponse<String> answer =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/functions")).header("sec-fetch-site", site));
      assertThat(answer.statusCode()).isEqualTo(403);
    }
    for (String site : List.of("same-origin", "none")) {
      assertThat(
              server
                  .send(
                      HttpRequest.newBuilder(server.uri("/v1/functions"))
                          .header("sec-fetch-site", site))
                  .statusCode())
          .isEqualTo(200);
    }
    HttpResponse<String> changed =
        server.send(
            HttpRequest.newBuilder(server.uri("/v1/functions/echo"))
                .method("DELETE", BodyPublishers.noBody())
                .header("sec-fetch-site", "same-origin")
                .header("origin", "null"));
    assertThat(changed.statusCode()).isEqualTo(403);
  }

  /// In a real browser: a page that a function makes reaches nothing of the server, nor of another
  /// function, by whichever of its two names it was opened.
  @Test
  void aFunctionsPageReachesNothingElse() throws Exception {
    var browser = new Browser(Files.createDirectory(folder.resolve("browser")));
    try {
      browser.open(server.uri("/fn/evil/"));
      browser.awaitText("body", "own");
      assertThat(browser.text("body"))
          .isEqualTo(
              "{\"read\":\"refused\",\"page\":\"refused\",\"log\":\"refused\",\"other\":\"refused\","
                  + "\"put\":\"refused\",\"remove\":\"refused\",\"frame\":\"refused\","
                  + "\"storage\":\"refused\",\"cookie\":\"refused\",\"own\":\"refused\"}");
      browser.open(URI.create("http://evil.localhost:" + server.server.port() + "/"));
      browser.awaitText("body", "own");
      assertThat(browser.text("body"))
          .isEqualTo(
              "{\"read\":\"refused\",\"page\":\"refused\",\"log\":\"refused\",\"other\":\"refused\","
                  + "\"put\":\"refused\",\"remove\":\"refused\",\"frame\":\"refused\","
                  + "\"storage\":\"kept\",\"cookie\":\"a=kept\",\"own\":\"mine\"}");
    } finally {
      browser.close();
    }
    assertThat(server.get("/fn/echo").statusCode()).isEqualTo(200);
  }
}
