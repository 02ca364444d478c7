package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mote.json.JsonValues;
import dev.mote.values.Type;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server tells whoever runs it: metrics, where time goes, ids, the log of requests.
class OperationsTest {
  private static final String WAYS =
      """
      import time
      def handle(event, context):
          if event == "fail": raise ValueError("no")
          if event == "sleep": time.sleep(0.3)
          headers = context["headers"]
          return [context["id"], headers.get("traceparent"), headers.get("tracestate")]
      """;
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder);
    server.deploy("ways", WAYS);
    server.deploy("one", Map.of("main.py", WAYS, "function.toml", "concurrency = 1\nqueue = 1\n"));
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static HttpResponse<String> ask(String event, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri("/fn/ways"))
            .POST(BodyPublishers.ofString("\"" + event + "\""))
            .header("content-type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return server.send(request);
  }

  @Test
  void metricsTellWhatCameOfRequests() throws Exception {
    server.deploy("count", WAYS);
    for (String event : List.of("\"a\"", "\"b\"", "\"sleep\"", "\"fail\"")) {
      server.post("/fn/count", event);
    }
    server.post("/fn/count", "x".repeat(2 << 20));
    server.get("/fn/no-such-function");
    HttpResponse<String> answer = server.get("/metrics");
    assertThat(answer.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    String text = answer.body();
    var line =
        Pattern.compile(
            "# (HELP|TYPE) .*|mote_[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.E+-]+");
    assertThat(text.lines().filter(each -> !line.matcher(each).matches())).isEmpty();
    assertThat(text)
        .contains("mote_function_invocations_total{function=\"count\",outcome=\"ok\"} 3.0\n")
        .contains("mote_function_invocations_total{function=\"count\",outcome=\"exception\"} 1.0\n")
        .contains("mote_function_invocations_total{function=\"count\",outcome=\"too-large\"} 1.0\n")
        .contains("mote_function_duration_seconds_count{function=\"count\"} 4\n")
        .contains("mote_function_restore_seconds_count{function=\"count\"} 4\n")
        .contains("mote_function_queue_seconds_count{function=\"count\"} 4\n")
        .contains("mote_function_duration_seconds_bucket{function=\"count\",le=\"5.0E-5\"} 0\n")
        .contains("mote_function_duration_seconds_bucket{function=\"count\",le=\"10.0\"} 4\n")
        .contains("mote_function_request_bytes_total{function=\"count\"} 19.0\n")
        .contains("# TYPE mote_machines_made_total counter\n")
        .doesNotContain("no-such-function");
    assertThat(value(text, "mote_function_duration_seconds_sum{function=\"count\"}"))
        .isBetween(0.3, 60.0);
    assertThat(value(text, "mote_function_snapshot_bytes{function=\"count\"}")).isPositive();
    assertThat(value(text, "mote_function_response_bytes_total{function=\"count\"}"))
        .isGreaterThan(500);
    assertThat(value(text, "mote_machine_calls_total")).isGreaterThanOrEqualTo(4);
    server.send(HttpRequest.newBuilder(server.uri("/v1/functions/count")).DELETE());
    assertThat(server.get("/metrics").body()).doesNotContain("\"count\"");
  }

  private static double value(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Double> timing(HttpResponse<String> answer) {
    var parts = new HashMap<String, Double>();
    for (String part : answer.headers().firstValue("server-timing").orElseThrow().split(", ")) {
      String[] pair = part.split(";dur=", 2);
      parts.put(pair[0], Double.parseDouble(pair[1]));
    }
    return parts;
  }

  @Test
  void theTimeOfARequestIsToldByItsParts() throws Exception {
    ask("a"); // the machine has the snapshot from here on
    Map<String, Double> parts = timing(ask("sleep"));
    assertThat(parts).containsOnlyKeys("fn", "queue", "restore", "run");
    assertThat(parts.get("run")).isGreaterThan(299);
    assertThat(parts.get("restore")).isPositive().isLessThan(200);
    assertThat(parts.get("queue") + parts.get("restore") + parts.get("run"))
        .isCloseTo(parts.get("fn"), within(0.01));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> server.post("/fn/one", "\"sleep\""));
      var second = threads.submit(() -> server.post("/fn/one", "\"sleep\""));
      assertThat(Math.max(timing(first.get()).get("queue"), timing(second.get()).get("queue")))
          .isGreaterThan(100);
    }
    Map<String, Double> failed = timing(ask("fail"));
    assertThat(failed.get("run")).isPositive();
  }

  @Test
  void theIdThatAClientGaveIsKept() throws Exception {
    HttpResponse<String> answer = ask("a", "x-request-id", "abc-1:2/3");
    assertThat(answer.headers().allValues("x-request-id")).containsExactly("abc-1:2/3");
    assertThat(answer.body()).startsWith("[\"abc-1:2/3\",");
    ask("fail", "x-request-id", "f-1");
    assertThat(server.get("/v1/functions/ways/log").body()).contains("\"invocation\":\"f-1\"");
    assertThat(server.get("/v1/functions").headers().firstValue("x-request-id")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\"b", "<b>", "\u00fc", ""})
  void anIdThatIsNotSaneIsNotKept(String id) throws Exception {
    assertThat(ask("a", "x-request-id", id).headers().firstValue("x-request-id").orElseThrow())
        .matches("[0-9a-f]{16}");
    assertThat(
            ask("a", "x-request-id", "a".repeat(129))
                .headers()
                .firstValue("x-request-id")
                .orElseThrow())
        .hasSize(16);
    assertThat(
            ask("a", "x-request-id", "1", "x-request-id", "2").headers().allValues("x-request-id"))
        .hasSize(1)
        .doesNotContain("1", "2");
  }

  @Test
  void aTraceIsPassedOn() throws Exception {
    assertThat(ask("a", "traceparent", TRACE, "tracestate", "a=1").body())
        .endsWith("\"" + TRACE + "\",\"a=1\"]\n");
    String later = TRACE.replaceFirst("00", "cc") + "-more";
    assertThat(ask("a", "traceparent", later).body()).contains(later);
  }

  @ParameterizedTest
  @CsvSource({
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "nonsense",
  })
  void aTraceThatIsMalformedIsNone(String trace) throws Exception {
    assertThat(ask("a", "traceparent", trace, "tracestate", "a=1").body())
        .endsWith(",null,null]\n");
    assertThat(ask("a", "traceparent", TRACE, "traceparent", TRACE).body())
        .endsWith(",null,null]\n");
    assertThat(ask("a", "tracestate", "a=1").body()).endsWith(",null,null]\n");
  }

  @Test
  void theLogHasALineForEachRequest() throws Exception {
    var out = new ByteArrayOutputStream();
    try (var log = new AccessLog(out);
        var other =
            new FunctionServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                server.functions,
                true,
                new Hosts(true, List.of(), Hosts.USUAL_DOMAIN),
                log)) {
      for (String event : List.of("\"a\"", "\"fail\"")) {
        server.send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:" + other.port() + "/fn/ways?secret=1"))
                .POST(BodyPublishers.ofString(event))
                .header("content-type", "application/json")
                .header("x-request-id", "r-" + event.length())
                .header("traceparent", TRACE));
      }
      server.send(
          HttpRequest.newBuilder(URI.create("http://localhost:" + other.port() + "/v1/functions")));
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), other.port())) {
        socket
            .getOutputStream()
            .write(
                "POST /fn/ways HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"
                    .getBytes(UTF_8));
        socket.shutdownOutput();
        var _ = socket.getInputStream().readAllBytes();
      }
    }
    assertThat(out.toString(UTF_8)).doesNotContain("secret");
    List<Map<?, ?>> lines = new ArrayList<>();
    for (String line : out.toString(UTF_8).lines().toList()) {
      lines.add((Map<?, ?>) Objects.requireNonNull(JsonValues.read(line, Type.Plain.ANY)));
    }
    assertThat(lines).hasSize(4);
    Map<?, ?> first = lines.get(0);
    assertThat(first.get("request_id")).isEqualTo("r-3");
    assertThat(first.get("trace_id")).isEqualTo(TRACE.substring(3, 35));
    assertThat(first.get("function")).isEqualTo("ways");
    assertThat(first.get("version")).isEqualTo(1L);
    assertThat(first.get("status")).isEqualTo(200L);
    assertThat(first.get("outcome")).isEqualTo("ok");
    assertThat(first.get("path")).isEqualTo("/fn/ways");
    assertThat(first.get("request_bytes")).isEqualTo(3L);
    assertThat((Long) first.get("response_bytes")).isGreaterThan(50);
    double all = (Double) Objects.requireNonNull(first.get("ms"));
    double run = (Double) Objects.requireNonNull(first.get("run_ms"));
    assertThat(run).isPositive().isLessThanOrEqualTo(all);
    assertThat(Instant.parse((String) first.get("time"))).isBefore(Instant.now());
    assertThat(lines.get(1).get("outcome")).isEqualTo("exception");
    assertThat(lines.get(1).get("status")).isEqualTo(500L);
    assertThat(lines.get(2).get("path")).isEqualTo("/v1/functions");
    assertThat(lines.get(2).containsKey("function")).isFalse();
    assertThat(lines.get(3).get("status")).isEqualTo(499L); // gone
    assertThat(lines.get(3).containsKey("outcome")).isFalse();
  }

  /// Nobody waits for a log that stands still, and what it misses is said.
  @Test
  void aLogThatStandsStillHoldsNobodyUp() throws Exception {
    var free = new CountDownLatch(1);
    var written = new ByteArrayOutputStream();
    var out =
        new OutputStream() {
          @Override
          public void write(int b) {
            written.write(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            try {
              free.await();
            } catch (InterruptedException _) {
              Thread.currentThread().interrupt();
            }
            written.write(bytes, offset, length);
          }
        };
    long begun = System.nanoTime();
    try (var log = new AccessLog(out)) {
      for (int i = 0; i < 50_000; i++) {
        log.add(entry("r-" + i));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
      free.countDown();
      while (!written.toString(UTF_8).contains("r-8000")) {
        Thread.sleep(10);
      }
      log.add(entry("last"));
    }
    List<String> lines = written.toString(UTF_8).lines().toList();
    long dropped = 0;
    for (String line : lines) {
      Map<?, ?> fields = (Map<?, ?>) Objects.requireNonNull(JsonValues.read(line, Type.Plain.ANY));
      dropped += fields.get("lines_dropped_before") instanceof Long some ? some : 0;
    }
    assertThat(lines.size() + dropped).isEqualTo(50_001);
    assertThat(dropped).isPositive();
    assertThat(lines.getLast()).contains("\"last\"");
  }

  private static AccessLog.Entry entry(String id) {
    return new AccessLog.Entry(
        Instant.EPOCH,
        id,
        null,
        "127.0.0.1",
        "HTTP/1.1",
        "GET",
        "/",
        null,
        0,
        200,
        null,
        1,
        0,
        0,
        0,
        0,
        0);
  }
}
