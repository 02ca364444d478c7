package dev.mote.functions;

import dev.mote.HostException;
import dev.mote.MemorySize;
import dev.mote.PoolException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A function that serves requests, by the version that was deployed last. A new version takes the
/// place of the old one between two requests; those that run end in the one in which they began.
///
/// Thread-safe.
public final class DeployedFunction {
  private final String name;
  private final FunctionLog log = new FunctionLog();
  private final Latencies latencies = new Latencies();
  private final FunctionMeter meter = new FunctionMeter();
  private final AtomicLong invocations = new AtomicLong();
  private final AtomicLong faults = new AtomicLong();
  private final AtomicReference<@Nullable Serving> serving = new AtomicReference<>();

  /// A version, its number, and who may enter.
  private record Serving(FunctionVersion version, long number, Gate gate) {}

  DeployedFunction(String name) {
    this.name = name;
  }

  /// Puts a version in the place of the present one.
  ///
  /// @param number counts the versions of the function, from 1
  void use(FunctionVersion version, long number) {
    FunctionSettings settings = version.settings();
    var next = new Serving(version, number, new Gate(settings.concurrency(), settings.queue()));
    retire(serving.getAndSet(next));
    log.add("", FunctionLog.Source.MOTE, "version %d is live".formatted(number));
  }

  void close() {
    retire(serving.getAndSet(null));
    log.close();
  }

  private static void retire(@Nullable Serving old) {
    if (old != null) {
      old.version().leave();
    }
  }

  /// Serves one request. Never throws for what the function does.
  ///
  /// @param report is told of it
  public FunctionResponse serve(FunctionRequest request, InvocationReport report) {
    try {
      return answer(request, report);
    } finally {
      report.end();
    }
  }

  private FunctionResponse answer(FunctionRequest request, InvocationReport report) {
    Serving now = enter();
    if (now == null) {
      return FunctionResponse.of(new Fault(Fault.Kind.NOT_FOUND, "it was removed"));
    }
    try {
      FunctionSettings settings = now.version().settings();
      if (request.body().length > settings.requestLimit().bytes()) {
        return FunctionResponse.of(tooLarge(settings.requestLimit()));
      }
      if (!now.gate().enter(settings.timeout().toNanos())) {
        return FunctionResponse.of(
            new Fault(
                Fault.Kind.BUSY,
                "%d requests run and %d wait"
                    .formatted(now.gate().running(), now.gate().waiting())));
      }
      try {
        report.enter(now.number());
        return invoke(now.version(), request, report);
      } finally {
        now.gate().leave();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return FunctionResponse.of(new Fault(Fault.Kind.NO_CAPACITY, "the server is stopping"));
    } finally {
      now.version().leave();
    }
  }

  static Fault tooLarge(MemorySize limit) {
    return new Fault(Fault.Kind.TOO_LARGE, "its body is larger than " + limit);
  }

  /// The present version, entered; null if there is none.
  private @Nullable Serving enter() {
    Serving now = serving.get();
    while (now != null && !now.version().enter()) {
      now = serving.get(); // it was retired meanwhile: the next one is there, or none
    }
    return now;
  }

  private FunctionResponse invoke(
      FunctionVersion version, FunctionRequest request, InvocationReport report) {
    var itsLog =
        new InvocationLog(log, request.id(), report, version.settings().logLimit().bytes());
    long begun = System.nanoTime();
    FunctionResponse response;
    try {
      response = version.serve(request, itsLog);
    } catch (PoolException | HostException e) {
      response =
          FunctionResponse.of(new Fault(Fault.Kind.NO_CAPACITY, String.valueOf(e.getMessage())));
    }
    latencies.record(System.nanoTime() - begun);
    invocations.incrementAndGet();
    itsLog.end();
    if (response.fault() != null) {
      faults.incrementAndGet();
      say(itsLog, response.fault());
    }
    return response;
  }

  private static void say(InvocationLog log, Fault fault) {
    log.say(fault.kind().title() + ": " + fault.detail());
    if (fault.stack() != null) {
      log.say(fault.stack());
    }
  }

  /// The limit of the present version; zero if there is none.
  public long requestLimit() {
    Serving now = serving.get();
    return now == null ? 0 : now.version().settings().requestLimit().bytes();
  }

  public String name() {
    return name;
  }

  public FunctionLog log() {
    return log;
  }

  public FunctionMeter meter() {
    return meter;
  }

  public Latencies latencies() {
    return latencies;
  }

  /// What there is to know of a function.
  ///
  /// @param version counts from 1
  /// @param digest of its files, `sha256:...`
  /// @param ready since when it serves
  /// @param startTime how long its program took to start, which no request waits for
  /// @param memory what its snapshot keeps
  /// @param running requests at this moment
  /// @param waiting requests at this moment
  /// @param faults of the invocations: those that the function gave no answer of its own to
  public record State(
      String name,
      long version,
      String digest,
      Instant ready,
      Duration startTime,
      FunctionFiles files,
      String convention,
      FunctionSettings settings,
      MemorySize memory,
      int running,
      int waiting,
      int instances,
      long invocations,
      long faults) {}

  /// @return null if it was removed
  public @Nullable State state() {
    Serving now = serving.get();
    if (now == null) {
      return null;
    }
    FunctionVersion version = now.version();
    return new State(
        name,
        now.number(),
        version.digest(),
        version.ready(),
        version.startTime(),
        version.files(),
        version.convention(),
        version.settings(),
        version.snapshotMemory(),
        now.gate().running(),
        now.gate().waiting(),
        version.instances(),
        invocations.get(),
        faults.get());
  }
}
