package dev.mote.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.json.JsonValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The page with what servers say that are hard to have: none, a thousand, hostile or broken
/// functions. What it asks for is answered, and counted, in the browser.
class PageDataTest {
  private static final String EVIL = "<img src=x onerror=pwned=1>";

  @TempDir private static Path folder;
  private static TestServer server;
  private static int browsers;
  private Browser browser;

  @BeforeAll
  static void serve() {
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

  /// Opens the page of a server that says this.
  private void open(String hash, List<Map<String, Object>> functions, Map<String, String> broken)
      throws Exception {
    Map<String, Long> machines =
        Map.of(
            "machines",
            4L,
            "busy",
            1L,
            "made",
            4L,
            "calls",
            48_211L,
            "waits",
            17L,
            "refusals",
            0L,
            "loads",
            39L);
    String state =
        JsonValues.write(Map.of("functions", functions, "broken", broken, "machines", machines));
    browser.before(
        """
        window.asked = [];
        window.fetch = async path => {
          asked.push(path);
          const state = %s;
          const name = path.split('/')[3];
          const counts = [0, 0, 2, 31, 812, 9120, 31400, 6012, 702, 90, 31, 12, 2, 0, 1, 0, 0, 0, 0];
          const bounds = [50, 100, 250, 500, 1e3, 2500, 5e3, 1e4, 25e3, 5e4, 1e5, 25e4, 5e5, 1e6, 25e5, 5e6, 1e7, 6e7, null];
          return Response.json(name === undefined ? state : {
            ...state.functions[0],
            latencies: counts.map((count, i) => ({ up_to_us: bounds[i], count })),
          });
        };
        const words = ['GET /prices 200', 'cache is cold, asking upstream', 'POST /orders {"id": 4711}', 'order 4711 is priced at 12.40'];
        const lines = [{ number: 1, time: new Date().toISOString(), invocation: '', source: 'mote', text: 'version 1 is live' }];
        for (let i = 2; i < 40; i++) {
          lines.push({ number: i, time: new Date(Date.now() + i * 37).toISOString(), invocation: `${i >> 1}`, source: i %% 7 ? 'out' : 'err', text: words[i %% 4] });
        }
        window.EventSource = class {
          constructor() { setTimeout(() => lines.forEach(line => this.onmessage?.({ data: JSON.stringify(line) })), 10); }
          close() { this.onmessage = null; }
        };
        """
            .formatted(state));
    browser.open(server.uri("/" + hash));
    browser.await("document.querySelector('main:not([hidden])') !== null");
  }

  private static Map<String, Object> function(String name, String calls, long invocations) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("name", name);
    fields.put("path", "/fn/" + name);
    fields.put("version", 3L);
    fields.put("digest", "sha256:" + "0123456789abcdef".repeat(4));
    fields.put("state", "ready");
    fields.put("ready", "2026-11-28T12:00:00Z");
    fields.put("start_ms", 61.25);
    fields.put("language", calls.startsWith("HTTP") ? "javascript" : "python");
    fields.put("main", calls.startsWith("HTTP") ? "index.js" : "main.py");
    fields.put("calls", calls);
    fields.put("snapshot_bytes", 7_340_032L);
    fields.put("running", invocations % 3);
    fields.put("waiting", 0L);
    fields.put("instances", 0L);
    fields.put("invocations", invocations);
    fields.put("faults", invocations % 5);
    var settings = new LinkedHashMap<String, Object>();
    settings.put("arguments", List.of());
    settings.put("memory", "256MiB");
    settings.put("timeout", "10000ms");
    settings.put("concurrency", 64L);
    settings.put("isolation", "request");
    settings.put("environment", List.of("GREETING", "TOKEN"));
    fields.put("settings", settings);
    return fields;
  }

  private static List<Map<String, Object>> some() {
    return List.of(
        function("greeter", "JSON: handle(event, context)", 48_213),
        function("prices", "HTTP: fetch(request)", 7),
        function(
            "rules", "typed functions: score(order: any, limit: i64) -> f64, explain(id: text)", 0),
        function("thumbnail", "program: CGI", 121));
  }

  @Test
  void whereThereAreNoFunctionsItSaysWhatToType() throws Exception {
    open("", List.of(), Map.of());
    assertThat(browser.text("#none"))
        .contains("mote new python hello")
        .contains("mote up hello")
        .contains("mote deploy hello");
    assertThat(browser.text("#filtering")).isEmpty();
    browser.picture("none");
  }

  @Test
  void whatDoesNotStartIsShownWithTheReason() throws Exception {
    open("", some(), Map.of("mend", "main.py:3\n  SyntaxError: " + EVIL));
    browser.awaitText("#broken", "mend\nmain.py:3\n  SyntaxError: " + EVIL);
    browser.picture("broken");
    browser.value("location.hash = '#/mend'");
    browser.awaitText("#missing", "It does not start.");
    assertThat(browser.text("#missing")).contains("SyntaxError: " + EVIL);
    browser.picture("missing");
  }

  /// As those are that were deployed before the server was started.
  @Test
  void whatHasNotStartedIsShown() throws Exception {
    var cold = function("cold", "", 0);
    var broken = function("broken", "", 0);
    for (var fields : List.of(cold, broken)) {
      List.of("ready", "start_ms", "language", "main", "calls", "settings").forEach(fields::remove);
    }
    cold.put("state", "cold");
    broken.put("state", "broken");
    broken.put("error", "main.py:3\n  SyntaxError");
    broken.put("retry", "2026-11-28T12:00:00Z");
    open("", List.of(broken, cold, function("warm", "HTTP: fetch(request)", 7)), Map.of());
    browser.awaitText("#rows", "cold\t–\t");
    assertThat(browser.text("#rows .bad")).isEqualTo("broken");
    browser.click("[data-key=start_ms]"); // what is not known comes first
    assertThat(browser.value("document.querySelector('#rows tr:last-child a').innerText"))
        .isEqualTo("warm");
    browser.picture("cold");
    browser.value("location.hash = '#/broken'");
    browser.awaitText("#missing", "It does not start. The first request after");
    assertThat(browser.text("#missing")).contains("main.py:3\n  SyntaxError");
    assertThat(browser.text("#facts")).containsIgnoringCase("state\nbroken");
    browser.value("location.hash = '#/cold'");
    browser.awaitText("#summary", "It has not started yet.");
    assertThat(browser.text("#missing")).isEmpty();
    assertThat(browser.value("document.querySelector('#body').value")).isEqualTo("{}");
  }

  /// No server has such names; the page does not count on it.
  @Test
  void whateverTheServerSaysIsText() throws Exception {
    open("", List.of(function(EVIL, "typed functions: " + EVIL + "()", 1)), Map.of(EVIL, EVIL));
    browser.awaitText("#rows", EVIL);
    browser.click("#rows a");
    browser.awaitText("#name", EVIL);
    browser.awaitText("#summary", "typed functions: " + EVIL);
    assertThat(browser.value("document.querySelectorAll('img, body script').length")).isEqualTo(0L);
    assertThat(browser.value("'pwned' in window")).isEqualTo(false);
  }

  @Test
  void aThousandFunctionsAreFilteredAndSorted() throws Exception {
    var many = new ArrayList<Map<String, Object>>();
    for (int i = 0; i < 1000; i++) {
      many.add(function("function-%03d".formatted(i), "HTTP: fetch(request)", i * 7919L % 1000));
    }
    open("", many, Map.of());
    assertThat(browser.value("document.querySelectorAll('#rows tr').length")).isEqualTo(1000L);
    browser.picture("thousand");
    browser.click("[data-key=invocations]");
    browser.click("[data-key=invocations]");
    assertThat(browser.value("document.querySelector('[aria-sort]').innerText"))
        .isEqualTo("Invocations");
    assertThat(browser.value("document.querySelector('#rows tr td:nth-last-child(2)').innerText"))
        .isEqualTo("999");
    browser.type("#filter", "N-77 java");
    browser.awaitText("#count", "10 of 1,000");
    assertThat(browser.value("document.querySelectorAll('#rows tr').length")).isEqualTo(10L);
    browser.type("#filter", "no such");
    browser.awaitText("#unmatched", "No function");
    browser.await("asked.length > 2");
    assertThat(browser.value("asked.every(path => path === '/v1/functions')")).isEqualTo(true);
  }

  @Test
  void aPageThatNobodySeesAsksNothing() throws Exception {
    open("#/greeter", some(), Map.of());
    browser.value(
        "Object.defineProperty(document, 'hidden', { configurable: true, value: true });"
            + " document.dispatchEvent(new Event('visibilitychange'))");
    Thread.sleep(500); // for what was under way
    Object before = browser.value("asked.length");
    Thread.sleep(4500);
    assertThat(browser.value("asked.length")).isEqualTo(before);
    browser.value("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))");
    browser.await("asked.length > " + before);
  }

  @Test
  void whatIsTakenForNothingIsSaid() throws Exception {
    open("#/greeter", some(), Map.of());
    browser.type("#path", "/../../v1/functions");
    browser.click("#send");
    browser.awaitText("#status", "leads away from /fn/greeter");
    browser.type("#path", "/");
    browser.type("#headers", "a b: c");
    browser.click("#send");
    browser.awaitText("#status", "This is no header: a b: c");
    browser.value(
        "{ const method = document.querySelector('#method'); method.value = 'GET';"
            + " method.dispatchEvent(new Event('change')); }");
    browser.awaitText("#body-hint", "no body with GET");
    assertThat(browser.value("document.querySelector('#body').disabled")).isEqualTo(true);
  }

  /// From the top of the page by Tab and Enter.
  @Test
  void aKeyboardIsEnough() throws Exception {
    open("", some(), Map.of());
    for (int i = 0; i < 30 && !"greeter".equals(focused()); i++) {
      browser.press("Tab", 9, "");
    }
    assertThat(focused()).isEqualTo("greeter");
    browser.press("Enter", 13, "\r");
    browser.awaitText("#name", "greeter");
    for (int i = 0; i < 30 && !"Invoke".equals(focused()); i++) {
      browser.press("Tab", 9, "");
    }
    assertThat(focused()).isEqualTo("Invoke");
  }

  private Object focused() throws Exception {
    return browser.value("document.activeElement.textContent");
  }

  /// What a screen reader says of each thing that can be used.
  @ParameterizedTest
  @ValueSource(strings = {"", "#/greeter"})
  void whatCanBeUsedHasAName(String hash) throws Exception {
    open(hash, some(), Map.of());
    browser.send("Accessibility.enable", Map.of());
    var nodes = (List<?>) browser.send("Accessibility.getFullAXTree", Map.of()).get("nodes");
    int usable = 0;
    for (Object each : nodes) {
      var node = (Map<?, ?>) each;
      boolean focusable = String.valueOf(node.get("properties")).contains("name=focusable");
      boolean isPage = String.valueOf(node.get("role")).contains("RootWebArea");
      if (focusable && !isPage) {
        usable++;
        assertThat(String.valueOf(((Map<?, ?>) node.get("name")).get("value")))
            .as(node.toString())
            .isNotBlank();
      }
    }
    assertThat(usable).isGreaterThan(10);
  }

  /// WCAG 2.2, 1.4.3: at least 4.5 to 1 for every text that is there, light and dark.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void textsCanBeTold(boolean dark) throws Exception {
    if (dark) {
      browser.preferDark();
    }
    for (String hash : List.of("", "#/greeter")) {
      open(hash, some(), Map.of("mend", "why"));
      browser.await("document.querySelector('#log p') !== null || location.hash === ''");
      browser.await("document.querySelector('#latencies li') !== null || location.hash === ''");
      browser.picture((hash.isEmpty() ? "list" : "function") + (dark ? "-dark" : ""));
      assertThat((List<?>) browser.value(TOO_FAINT)).isEmpty();
    }
  }

  private static final String TOO_FAINT =
      """
      (() => {
        const parts = color => color.match(/[0-9.]+/g).map(Number);
        const linear = part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        const behind = node => {
          for (; node !== null; node = node.parentElement) {
            const color = parts(getComputedStyle(node).backgroundColor);
            if (color[3] !== 0) return color;
          }
          throw new Error('nothing is behind it');
        };
        const faint = [];
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const node = texts.currentNode.parentElement;
          if (texts.currentNode.data.trim() === '' || !node.checkVisibility() || node.matches(':disabled')) continue;
          const [a, b] = [light(parts(getComputedStyle(node).color)), light(behind(node))];
          const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${texts.currentNode.data}`);
        }
        return faint;
      })()
      """;

  @ParameterizedTest
  @ValueSource(strings = {"", "#/greeter", "#/rules"})
  void aNarrowScreenIsEnough(String hash) throws Exception {
    browser.resize(360, 700);
    open(hash, some(), Map.of("mend", "a/very/long/" + "x".repeat(200)));
    browser.await("document.querySelector('#latencies li') !== null || location.hash === ''");
    browser.picture("narrow-" + (hash.isEmpty() ? "list" : hash.substring(2)));
    assertThat((Long) browser.value("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(360L); // less where a scroll bar takes room
  }
}
