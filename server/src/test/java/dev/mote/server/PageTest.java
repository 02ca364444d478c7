package dev.mote.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser, of a real server.
///
/// `-Dpage.pictures=DIR` writes pictures of it.
class PageTest {
  @TempDir private static Path folder;
  private static TestServer server;
  private static int browsers;
  private Browser browser;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder.resolve("server"));
  }

  @AfterAll
  static void end() {
    server.close();
  }

  @BeforeEach
  void browse() throws Exception {
    browser = new Browser(Files.createDirectory(folder.resolve("browser" + browsers++)));
  }

  @AfterEach
  void leave() {
    browser.close();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aFunctionIsSeenOpenedAndInvoked() throws Exception {
    server.deploy(
        "hello",
        Map.of(
            "main.py",
            """
            import sys
            def handle(event, context):
                print("asked by", context["method"], context["path"], context["headers"].get("x-a"))
                print("a warning", file=sys.stderr)
                if event == "fail": raise ValueError("no such luck")
                return {"hello": event}
            """,
            "function.toml",
            "timeout = '7s'\n[environment]\nTOKEN = 'secret-value'\n"));
    browser.open(server.uri("/"));
    browser.awaitText("#rows", "hello");
    assertThat(browser.text("#rows"))
        .contains("python")
        .contains("JSON: handle(event, context)")
        .containsPattern("[0-9] m?s\\s")
        .contains("MiB");
    assertThat(browser.text("#machines")).containsIgnoringCase("snapshots loaded");

    browser.click("#rows a");
    browser.awaitText("#name", "hello");
    browser.awaitText("#log", "version 1 is live");
    browser.awaitText("#quantiles", "None yet");
    assertThat(browser.value("document.activeElement.id")).isEqualTo("name");
    assertThat(browser.text("#settings"))
        .contains("7s")
        .contains("TOKEN")
        .doesNotContain("secret-value");

    browser.type("#path", "/some%20where?q=1");
    browser.type("#headers", "content-type: application/json\nX-A: b");
    browser.type("#body", "[1, \"ü\"]");
    browser.click("#send");
    browser.awaitText("#status", "200 · ");
    assertThat(browser.text("#status")).contains(" ms in the server)");
    assertThat(browser.text("#answer-body")).isEqualTo("{\"hello\":[1,\"ü\"]}\n");
    browser.awaitText("#log", "asked by POST /some%20where b");
    browser.await("document.querySelector('#log .latest.err')?.innerText.includes('a warning')");
    browser.awaitText("#quantiles", "1 in all");
    assertThat(browser.value("[...document.querySelectorAll('#latencies .some')].length"))
        .isEqualTo(1L);
    browser.click("#answer-head summary");
    browser.awaitText("#answer-headers", "content-type: application/json");
    browser.picture("answer");

    browser.type("#body", "\"fail\"");
    browser.click("#send");
    browser.awaitText("#status", "500 · ");
    assertThat(browser.text("#fault")).contains("ValueError: no such luck").contains("main.py:5");
    browser.awaitText("#facts", "Faults\n1");
    browser.picture("fault");

    browser.click("#function a");
    browser.await("document.querySelector('#rows .bad')?.innerText === '1'");
    assertThat(browser.text("#rows")).containsPattern("2\\s+1$");
  }

  /// Whoever writes a function writes its log, its answers and the names of its files and of what
  /// it offers; and whoever makes a link to the page writes what is behind `#`.
  @Test
  void nothingThatAFunctionWritesIsMarkup() throws Exception {
    String evil = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";
    server.deploy(
        "evil",
        Map.of(
            "<img src=x onerror=pwned=1>.py",
            """
            EVIL = '''%s'''
            def app(environ, start_response):
                print(EVIL)
                start_response("200 OK", [("Content-Type", "text/html"), ("X-Evil", EVIL)])
                return [EVIL.encode()]
            """
                .formatted(evil),
            "function.toml",
            "language = 'python'\nmain = '<img src=x onerror=pwned=1>.py'\n"));
    browser.open(server.uri("/#/evil"));
    browser.awaitText("#summary", "<img src=x onerror=pwned=1>.py");
    browser.click("#send");
    browser.awaitText("#answer-body", evil);
    browser.awaitText("#log", evil);
    browser.click("#answer-head summary");
    browser.awaitText("#answer-headers", "x-evil: " + evil);
    browser.value("location.hash = '#/' + encodeURIComponent('%s')".formatted(evil));
    browser.awaitText("#name", evil);
    browser.awaitText("#missing", "There is no function " + evil);
    browser.value("location.hash = '#/%zz'");
    browser.awaitText("#name", "%zz");
    assertThat(browser.value("document.querySelectorAll('img, body script').length")).isEqualTo(0L);
    assertThat(browser.value("'pwned' in window")).isEqualTo(false);
  }

  /// The policy would stop what is forgotten elsewhere.
  @Test
  void thePolicyForbidsScriptsInMarkup() throws Exception {
    browser.open(server.uri("/"));
    browser.await("document.querySelector('#list:not([hidden])') !== null");
    browser.value(
        """
        new Promise(done => {
          document.addEventListener('securitypolicyviolation', () => done(true));
          document.body.insertAdjacentHTML('beforeend', '<b onclick="window.pwned=1">x</b>');
          document.body.lastElementChild.click();
        })
        """);
    assertThat(browser.value("'pwned' in window")).isEqualTo(false);
    assertThat(browser.complaints()).hasSize(1);
    browser.forgive();
  }

  @Test
  void aServerThatIsStartedAgainIsFoundAgain() throws Exception {
    Path place = folder.resolve("again");
    String python = "def handle(event): print('said', event)\n";
    URI page;
    int port;
    try (var first = new TestServer(place)) {
      port = first.server.port();
      first.deploy("kept", python);
      for (int i = 0; i < 3; i++) {
        first.post("/fn/kept", "\"before\"");
      }
      page = first.uri("/#/kept");
      browser.open(page);
      browser.awaitText("#log", "said before");
      assertThat(browser.text("#trouble")).isEmpty();
    }
    browser.awaitText("#trouble", "The server cannot be reached.");
    browser.awaitText("#log-state", "broken off");
    assertThat(browser.text("#name")).isEqualTo("kept");
    browser.click("#send");
    browser.awaitText("#status", "There was no answer");
    browser.picture("gone");
    try (var second = new TestServer(place, port)) {
      browser.await("document.querySelector('#trouble').hidden");
      second.post("/fn/kept", "\"after\"");
      browser.awaitText("#log", "said after");
      assertThat(browser.text("#log")).contains("said before").containsOnlyOnce("said after");
      browser.click("#send");
      browser.awaitText("#status", "200 · ");
      second.deploy("kept", python);
      browser.awaitText("#facts", "Version\n2");
    }
  }
}
