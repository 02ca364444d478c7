package dev.mote.functions;

import dev.mote.HostException;
import dev.mote.MemorySize;
import dev.mote.PoolException;
import java.io.IOException;
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
  /// @param client is told of an answer that comes in pieces while it comes
  /// @return the answer, if it is whole; else how it ended
  public FunctionResponse serve(FunctionRequest request, Client client) {
    Serving now = enter();
    if (now == null) {
      return FunctionResponse.of(new Fault(Fault.Kind.NOT_FOUND, "it was removed"));
    }
    try {
      FunctionSettings settings = now.version().settings();
      if (request.body().length() > settings.requestLimit().bytes()) {
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
        return invoke(now.version(), request, client);
      } finally {
        now.gate().leave();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      Fault why = client.fault();
      return FunctionResponse.of(
          why != null ? why : new Fault(Fault.Kind.NO_CAPACITY, "the server is stopping"));
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

  private FunctionResponse invoke(FunctionVersion version, FunctionRequest request, Client client) {
    FunctionSettings settings = version.settings();
    var itsLog = new InvocationLog(log, request.id(), settings.logLimit().bytes());
    var pieces =
        new StreamedAnswer(client, settings.responseLimit(), request.method().equals("HEAD"));
    long begun = System.nanoTime();
    FunctionResponse response;
    try {
      response = version.serve(request, pieces, itsLog);
    } catch (PoolException | HostException e) {
      response = failed(pieces, Fault.Kind.NO_CAPACITY, e);
    } catch (IOException e) {
      response = failed(pieces, Fault.Kind.CLIENT_GONE, e);
    }
    response = blamed(response, client);
    latencies.record(System.nanoTime() - begun);
    invocations.incrementAndGet();
    itsLog.end();
    if (response.fault() != null) {
      faults.incrementAndGet();
      say(itsLog, response.fault());
    }
    return response;
  }

  /// Says whose fault it was: a call that was stopped because of its client is not the function's.
  private static FunctionResponse blamed(FunctionResponse response, Client client) {
    Fault fault = response.fault();
    Fault why = client.fault();
    if (fault != null && fault.kind() == Fault.Kind.TIMEOUT) {
      // Stopping it while it writes to the client breaks the connection: that is no reason.
      why =
          client.isAwaited()
              ? new Fault(Fault.Kind.SLOW, "the function waited for it when its time was over")
              : null;
    }
    if (why == null || (fault == null && response.isSent())) {
      return response;
    }
    return response.isSent() ? FunctionResponse.sent(why) : FunctionResponse.of(why);
  }

  private static FunctionResponse failed(StreamedAnswer pieces, Fault.Kind kind, Exception e) {
    return pieces.end(FunctionResponse.of(new Fault(kind, String.valueOf(e.getMessage()))));
  }

  private static void say(InvocationLog log, Fault fault) {
    log.say(fault.kind().title() + ": " + fault.detail());
    if (fault.stack() != null) {
      log.say(fault.stack());
    }
  }

  /// What a request's body may have, in bytes, for the present version; zero if there is none.
  public long requestLimit() {
    Serving now = serving.get();
    if (now == null) {
      return 0;
    }
    long limit = now.version().settings().requestLimit().bytes();
    return now.version().takesStreams()
        ? limit
        : Math.min(limit, FunctionSettings.MOST_WHOLE.bytes());
  }

  /// Whether its present version takes bodies that come while it runs, so that they need not be
  /// kept whole.
  public boolean takesStreams() {
    Serving now = serving.get();
    return now != null && now.version().takesStreams();
  }

  public String name() {
    return name;
  }

  public FunctionLog log() {
    return log;
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
