package dev.mote.server;

import dev.mote.SandboxPool;
import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Fault;
import dev.mote.functions.FunctionMeter;
import dev.mote.functions.Functions;
import dev.mote.functions.Latencies;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// `/metrics`: what the server has counted, as Prometheus reads it.
///
/// It is put together when somebody asks, out of what functions and pool count anyway. The only
/// labels are names of functions that there are, and words of [Fault.Kind].
final class Metrics {
  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  private final Functions functions;

  Metrics(Functions functions) {
    this.functions = functions;
  }

  void handle(Exchange exchange) {
    var text = new ByteArrayOutputStream();
    try {
      WRITER.write(text, all());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    exchange.sendBytes(200, WRITER.getContentType(), text.toByteArray());
  }

  private MetricSnapshots all() {
    List<DeployedFunction> deployed = functions.list();
    List<DeployedFunction.State> states =
        deployed.stream().map(DeployedFunction::state).filter(Objects::nonNull).toList();
    var all = new ArrayList<MetricSnapshot>();
    all.add(outcomes(deployed));
    all.add(
        histogram(
            "mote_function_duration_seconds",
            "From when a request came until its function had ended",
            deployed,
            FunctionMeter::durations));
    all.add(
        histogram(
            "mote_function_queue_seconds",
            "What of that the request waited for its turn and for a machine",
            deployed,
            FunctionMeter::queues));
    all.add(
        histogram(
            "mote_function_restore_seconds",
            "What of that it took to put the guest to its snapshot",
            deployed,
            FunctionMeter::restores));
    all.add(
        counter(
            "mote_function_request_bytes",
            "Bytes of requests' bodies that were read",
            deployed,
            FunctionMeter::requestBytes));
    all.add(
        counter(
            "mote_function_response_bytes",
            "Bytes of answers, their heads included",
            deployed,
            FunctionMeter::responseBytes));
    all.add(
        gauge(
            "mote_function_running", "Requests that run", states, DeployedFunction.State::running));
    all.add(
        gauge(
            "mote_function_waiting",
            "Requests that wait for their turn",
            states,
            DeployedFunction.State::waiting));
    all.add(
        gauge(
            "mote_function_instances",
            "Instances that are kept",
            states,
            DeployedFunction.State::instances));
    all.add(
        gauge(
            "mote_function_snapshot_bytes",
            "Memory that the snapshot keeps",
            states,
            s -> s.memory().bytes()));
    all.add(one("mote_functions", "Functions that serve", deployed.size()));
    all.add(one("mote_functions_broken", "Functions that do not start", functions.broken().size()));
    addMachines(functions.machines(), all);
    return new MetricSnapshots(all);
  }

  private static void addMachines(SandboxPool.PoolStatistics pool, List<MetricSnapshot> all) {
    all.add(one("mote_machines", "Micro-VMs that there are", pool.machines()));
    all.add(one("mote_machines_busy", "Micro-VMs in which a request runs", pool.busy()));
    all.add(count("mote_machines_made", "Micro-VMs that were made", pool.made()));
    all.add(count("mote_machine_calls", "Calls that got a micro-VM", pool.calls()));
    all.add(count("mote_machine_waits", "Calls that had to wait for a micro-VM", pool.waits()));
    all.add(count("mote_machine_refusals", "Calls that got no micro-VM", pool.refusals()));
    all.add(
        count(
            "mote_snapshot_loads",
            "Loads of a snapshot into a micro-VM that did not have it",
            pool.loads()));
  }

  private static Labels labels(String function) {
    return Labels.of("function", function);
  }

  private static MetricSnapshot outcomes(List<DeployedFunction> deployed) {
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder()
            .name("mote_function_invocations")
            .help("Requests, by what came of them: ok, or why the function gave no answer");
    for (DeployedFunction function : deployed) {
      counter.dataPoint(outcome(function, "ok", function.meter().count(null)));
      for (Fault.Kind kind : Fault.Kind.values()) {
        long count = function.meter().count(kind);
        if (count > 0) {
          counter.dataPoint(outcome(function, kind.word(), count));
        }
      }
    }
    return counter.build();
  }

  private static CounterDataPointSnapshot outcome(
      DeployedFunction function, String word, long count) {
    return CounterDataPointSnapshot.builder()
        .labels(labels(function.name()).add("outcome", word))
        .value((double) count)
        .build();
  }

  private static MetricSnapshot counter(
      String name,
      String help,
      List<DeployedFunction> deployed,
      ToDoubleFunction<FunctionMeter> value) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
    for (DeployedFunction function : deployed) {
      counter.dataPoint(
          CounterDataPointSnapshot.builder()
              .labels(labels(function.name()))
              .value(value.applyAsDouble(function.meter()))
              .build());
    }
    return counter.build();
  }

  private static MetricSnapshot gauge(
      String name,
      String help,
      List<DeployedFunction.State> states,
      ToDoubleFunction<DeployedFunction.State> value) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    for (DeployedFunction.State state : states) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(labels(state.name()))
              .value(value.applyAsDouble(state))
              .build());
    }
    return gauge.build();
  }

  private static MetricSnapshot histogram(
      String name,
      String help,
      List<DeployedFunction> deployed,
      Function<FunctionMeter, Latencies> which) {
    HistogramSnapshot.Builder histogram = HistogramSnapshot.builder().name(name).help(help);
    for (DeployedFunction function : deployed) {
      Latencies latencies = which.apply(function.meter());
      ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
      for (Latencies.Bucket bucket : latencies.buckets()) {
        boolean isLast = bucket.upToMicros() == Long.MAX_VALUE;
        buckets.bucket(
            isLast ? Double.POSITIVE_INFINITY : bucket.upToMicros() / 1e6, bucket.count());
      }
      histogram.dataPoint(
          HistogramDataPointSnapshot.builder()
              .labels(labels(function.name()))
              .classicHistogramBuckets(buckets.build())
              .sum(latencies.sumNanos() / 1e9)
              .build());
    }
    return histogram.build();
  }

  private static MetricSnapshot one(String name, String help, long value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value((double) value).build())
        .build();
  }

  private static MetricSnapshot count(String name, String help, long value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value((double) value).build())
        .build();
  }
}
