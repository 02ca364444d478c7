package dev.mote.functions;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Counts what comes of the requests to one function, since the server has known it. Whoever
/// transports them says so, for each once ([#record]): it alone knows what it refused and sent.
///
/// Thread-safe.
public final class FunctionMeter {
  private final LongAdder answered = new LongAdder();
  private final Map<Fault.Kind, LongAdder> faults = new EnumMap<>(Fault.Kind.class); // not changed
  private final Latencies durations = new Latencies();
  private final Latencies queues = new Latencies();
  private final Latencies restores = new Latencies();
  private final LongAdder requestBytes = new LongAdder();
  private final LongAdder responseBytes = new LongAdder();

  FunctionMeter() {
    for (Fault.Kind kind : Fault.Kind.values()) {
      faults.put(kind, new LongAdder());
    }
  }

  /// @param fault null if it answered itself
  /// @param report null if it was refused before it came to the function
  /// @param requestBytes of the body that was read
  /// @param responseBytes of the whole answer
  public void record(
      Fault.@Nullable Kind fault,
      @Nullable InvocationReport report,
      long requestBytes,
      long responseBytes) {
    LongAdder outcome = fault == null ? answered : faults.get(fault);
    if (outcome != null) {
      outcome.increment();
    }
    if (report != null && report.hasRun()) {
      durations.record(report.totalNanos());
      queues.record(report.queueNanos());
      restores.record(report.restoreNanos());
    }
    this.requestBytes.add(requestBytes);
    this.responseBytes.add(responseBytes);
  }

  /// How many requests ended so.
  ///
  /// @param fault null for those that the function answered itself
  public long count(Fault.@Nullable Kind fault) {
    LongAdder outcome = fault == null ? answered : faults.get(fault);
    return outcome == null ? 0 : outcome.sum();
  }

  /// From when a request came until its function had ended.
  public Latencies durations() {
    return durations;
  }

  /// What of that it waited for its turn and for a machine.
  public Latencies queues() {
    return queues;
  }

  /// What of that the restore took.
  public Latencies restores() {
    return restores;
  }

  public long requestBytes() {
    return requestBytes.sum();
  }

  public long responseBytes() {
    return responseBytes.sum();
  }
}
