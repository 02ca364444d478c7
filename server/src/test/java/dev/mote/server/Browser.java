package dev.mote.server;

import static java.util.Objects.requireNonNull;

import dev.mote.json.JsonValues;
import dev.mote.values.Type;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A headless Chromium with one page, driven by its DevTools protocol.
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final @Nullable String PICTURES = System.getProperty("page.pictures");

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, CompletableFuture<Map<?, ?>>> waiting = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private String session = "";

  /// @param folder for what a browser keeps
  Browser(Path folder) throws Exception {
    process = start(folder);
    try {
      String address = "ws://127.0.0.1:" + String.join("", awaitAddress(folder));
      socket = http.newWebSocketBuilder().buildAsync(URI.create(address), new Messages()).join();
      Object target = send("Target.createTarget", Map.of("url", "about:blank")).get("targetId");
      session =
          (String)
              requireNonNull(
                  send("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                      .get("sessionId"));
      for (String domain : List.of("Page", "Runtime", "Log")) {
        send(domain + ".enable", Map.of());
      }
      resize(1280, 900);
    } catch (Exception | Error e) {
      end();
      throw e;
    }
  }

  private static Process start(Path folder) throws IOException {
    var command =
        new ProcessBuilder(
            "chromium",
            "--headless=new",
            "--no-sandbox", // root needs it; only our own page is opened
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--lang=en",
            "--remote-debugging-port=0",
            "--user-data-dir=" + folder,
            "about:blank");
    command.environment().put("HOME", folder.toString());
    return command
        .redirectErrorStream(true)
        .redirectOutput(Files.createTempFile(folder, "chromium", ".log").toFile())
        .start();
  }

  /// Port and path, which the browser writes down once it listens.
  private List<String> awaitAddress(Path folder) throws Exception {
    Path file = folder.resolve("DevToolsActivePort");
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      if (Files.exists(file)) {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() == 2) {
          return lines;
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("chromium did not start; what it said is in " + folder);
  }

  /// Answers and events; each may come in pieces.
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder pieces = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence piece, boolean isLast) {
      pieces.append(piece);
      if (isLast) {
        String text = pieces.toString();
        pieces.setLength(0);
        receive((Map<?, ?>) requireNonNull(JsonValues.read(text, Type.Plain.ANY)));
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      waiting.values().forEach(each -> each.completeExceptionally(error));
    }
  }

  private void receive(Map<?, ?> message) {
    if (message.get("id") instanceof Long id) {
      requireNonNull(waiting.remove(id)).complete(message);
    } else if (message.get("method") instanceof String event) {
      Object what = requireNonNull(message.get("params"));
      // That a server cannot be reached is no fault of the page's.
      boolean isFault =
          event.equals("Runtime.exceptionThrown")
              || (event.equals("Log.entryAdded") && !what.toString().contains("source=network"));
      if (isFault) {
        complaints.add(what.toString());
      }
    }
  }

  /// Calls a method of the protocol.
  Map<?, ?> send(String method, Map<String, ?> parameters) throws Exception {
    long id = last.incrementAndGet();
    var answer = new CompletableFuture<Map<?, ?>>();
    waiting.put(id, answer);
    Map<String, Object> message =
        session.isEmpty()
            ? Map.of("id", id, "method", method, "params", parameters)
            : Map.of("id", id, "method", method, "params", parameters, "sessionId", session);
    socket.sendText(JsonValues.write(message), true).join();
    Map<?, ?> told = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (told.get("result") instanceof Map<?, ?> result) {
      return result;
    }
    throw new AssertionError(method + ": " + told);
  }

  void open(URI page) throws Exception {
    send("Page.navigate", Map.of("url", page.toString()));
  }

  /// Has a script run in each page before any of the page's own.
  void before(String script) throws Exception {
    send("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
  }

  /// The value of a JavaScript expression in the page.
  @Nullable Object value(String expression) throws Exception {
    Map<?, ?> answer =
        send(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (answer.containsKey("exceptionDetails")) {
      throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
    }
    return ((Map<?, ?>) requireNonNull(answer.get("result"))).get("value");
  }

  /// Text that a person sees in what the selector finds first; empty if it is not shown.
  String text(String selector) throws Exception {
    return String.valueOf(value(seen(selector)));
  }

  private static String seen(String selector) {
    return "(node => node?.checkVisibility() ? node.innerText : '')(document.querySelector(%s))"
        .formatted(JsonValues.write(selector));
  }

  /// Waits until an expression is true in the page.
  void await(String expression) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Boolean.TRUE.equals(value(expression))) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "never: " + expression + "\n" + text("body") + "\n" + String.join("\n", complaints));
      }
      Thread.sleep(50);
    }
  }

  /// Waits until the text that is seen there has a part.
  void awaitText(String selector, String part) throws Exception {
    await("%s.includes(%s)".formatted(seen(selector), JsonValues.write(part)));
  }

  void click(String selector) throws Exception {
    value("document.querySelector(%s).click()".formatted(JsonValues.write(selector)));
  }

  /// Types into a field, in place of what was there.
  void type(String selector, String text) throws Exception {
    value(
        "{ const field = document.querySelector(%s); field.focus(); field.select(); }"
            .formatted(JsonValues.write(selector)));
    send("Input.insertText", Map.of("text", text));
  }

  /// Presses a key where the focus is.
  ///
  /// @param code as Windows numbers keys
  /// @param text that it writes; may be empty
  void press(String key, long code, String text) throws Exception {
    send(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyDown", "key", key, "windowsVirtualKeyCode", code, "text", text));
    send(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
  }

  void resize(int width, int height) throws Exception {
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width",
            (long) width,
            "height",
            (long) height,
            "deviceScaleFactor",
            1L,
            "mobile",
            false));
  }

  void preferDark() throws Exception {
    send(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
  }

  /// Writes a picture of the whole page, if `-Dpage.pictures=DIR` says where.
  void picture(String name) throws Exception {
    if (PICTURES != null) {
      Map<?, ?> answer = send("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
      byte[] png = Base64.getDecoder().decode((String) answer.get("data"));
      Files.write(Files.createDirectories(Path.of(PICTURES)).resolve(name + ".png"), png);
    }
  }

  /// What went wrong in the page: exceptions, and what its policy forbade.
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// Forgets them: they were wanted.
  void forgive() {
    complaints.clear();
  }

  @Override
  public void close() {
    end();
  }

  private void end() {
    http.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
