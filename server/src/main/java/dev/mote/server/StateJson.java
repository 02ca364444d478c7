package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.FunctionFiles;
import dev.mote.functions.FunctionLog;
import dev.mote.functions.FunctionSettings;
import dev.mote.functions.Latencies;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the API tells, as values to be written as JSON.
final class StateJson {
  private StateJson() {}

  static Map<String, @Nullable Object> of(DeployedFunction.State state) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("name", state.name());
    fields.put("path", FunctionRoute.PREFIX + state.name());
    fields.put("version", state.version());
    fields.put("digest", state.digest());
    fields.put("state", state.readiness().word());
    putIfKnown(fields, "error", state.error());
    putIfKnown(fields, "retry", text(state.retry()));
    putIfKnown(fields, "ready", text(state.ready()));
    Duration startTime = state.startTime();
    putIfKnown(fields, "start_ms", startTime == null ? null : startTime.toNanos() / 1e6);
    FunctionFiles files = state.files();
    putIfKnown(fields, "language", files == null ? null : files.language().word());
    putIfKnown(fields, "main", files == null ? null : files.main());
    putIfKnown(fields, "calls", state.calls());
    fields.put("snapshot_bytes", state.memory().bytes());
    fields.put("running", (long) state.running());
    fields.put("waiting", (long) state.waiting());
    fields.put("instances", (long) state.instances());
    fields.put("invocations", state.invocations());
    fields.put("faults", state.faults());
    FunctionSettings settings = state.settings();
    putIfKnown(fields, "settings", settings == null ? null : settings(settings));
    return fields;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private static void putIfKnown(
      Map<String, @Nullable Object> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  /// The settings as `function.toml` has them, but for values of variables, which may be secrets.
  static Map<String, @Nullable Object> settings(FunctionSettings settings) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("arguments", settings.arguments());
    fields.put("memory", settings.memory().toString());
    fields.put("files", settings.files().toString());
    fields.put("timeout", settings.timeout().toMillis() + "ms");
    fields.put("cpu-time", settings.cpuTime().toMillis() + "ms");
    fields.put("start-timeout", settings.startTimeout().toMillis() + "ms");
    fields.put("request-limit", settings.requestLimit().toString());
    fields.put("response-limit", settings.responseLimit().toString());
    fields.put("log-limit", settings.logLimit().toString());
    fields.put("concurrency", (long) settings.concurrency());
    fields.put("queue", (long) settings.queue());
    fields.put("isolation", settings.isolation().word());
    fields.put("instance-key", settings.instanceKey());
    fields.put("idle", settings.idle().toMillis() + "ms");
    fields.put("instances", (long) settings.instances());
    fields.put("sleep-after", settings.sleepAfter().toMillis() + "ms");
    fields.put("snapshot", settings.snapshot().name().toLowerCase(Locale.ROOT));
    fields.put("environment", List.copyOf(new TreeMap<>(settings.environment()).keySet()));
    return fields;
  }

  static List<Map<String, @Nullable Object>> of(Latencies latencies) {
    return latencies.buckets().stream()
        .map(bucket -> {
          var fields = new LinkedHashMap<String, @Nullable Object>();
          fields.put(
              "up_to_us", bucket.upToMicros() == Long.MAX_VALUE ? null : bucket.upToMicros());
          fields.put("count", bucket.count());
          return (Map<String, @Nullable Object>) fields;
        })
        .toList();
  }

  static Map<String, @Nullable Object> of(FunctionLog.Line line) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("number", line.number());
    fields.put("time", line.time().toString());
    fields.put("invocation", line.invocation());
    fields.put("source", line.source().name().toLowerCase(Locale.ROOT));
    fields.put("text", line.text());
    return fields;
  }
}
