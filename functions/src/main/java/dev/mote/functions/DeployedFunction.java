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
  private final FunctionMeter meter = new FunctionMeter();
  private final AtomicLong invocations = new AtomicLong();
  private final AtomicLong faults = new AtomicLong();
  private final AtomicReference<@Nullable LazyVersion> current = new AtomicReference<>();
  private volatile Fault end = new Fault(Fault.Kind.NOT_FOUND, "it was removed");

  DeployedFunction(String name) {
    this.name = name;
  }

  /// Puts a version in the place of the present one.
  void use(LazyVersion version) {
    retire(current.getAndSet(version));
  }

  /// It was removed: serves no more, after the requests that run.
  void close() {
    retire(current.getAndSet(null));
    log.close();
  }

  /// The server ends: serves no more, after the requests that run.
  void stop() {
    end = new Fault(Fault.Kind.NO_CAPACITY, "the server is stopping");
    close();
  }

  private static void retire(@Nullable LazyVersion old) {
    if (old != null) {
      old.retire();
    }
  }

  /// Serves one request. Never throws for what the function does.
  ///
  /// @param client is told of an answer that comes in pieces while it comes
  /// @param report is told of it
  /// @return the answer, if it is whole; else how it ended
  public FunctionResponse serve(FunctionRequest request, Client client, InvocationReport report) {
    try {
      return answer(request, client, report);
    } finally {
      report.end();
    }
  }

  private FunctionResponse answer(FunctionRequest request, Client client, InvocationReport report) {
    LazyVersion now = current.get();
    while (now != null) {
      FunctionResponse response = serve(now, request, client, report);
      if (response != null) {
        return response;
      }
      now = current.get(); // it was retired meanwhile: the next one is there, or none
    }
    return FunctionResponse.of(end);
  }

  /// @return null if the version has been retired, and has not begun to serve the request
  private @Nullable FunctionResponse serve(
      LazyVersion version, FunctionRequest request, Client client, InvocationReport report) {
    if (!version.enter()) {
      return null;
    }
    try {
      LazyVersion.Admission admission = version.admission();
      FunctionSettings settings = admission.settings();
      if (request.body().length() > settings.requestLimit().bytes()) {
        return FunctionResponse.of(tooLarge(settings.requestLimit()));
      }
      long end = System.nanoTime() + settings.timeout().toNanos();
      Gate gate = admission.gate();
      if (!gate.enter(settings.timeout().toNanos())) {
        return FunctionResponse.of(
            new Fault(
                Fault.Kind.BUSY,
                "%d requests run and %d wait".formatted(gate.running(), gate.waiting())));
      }
      try {
        FunctionVersion awake = version.awake(end - System.nanoTime());
        if (awake == null) {
          return null;
        }
        report.enter(version.entry().version());
        return invoke(awake, request, client, report);
      } finally {
        gate.leave();
      }
    } catch (NotStartedException e) {
      return FunctionResponse.of(e.fault());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      Fault why = client.fault();
      return FunctionResponse.of(
          why != null ? why : new Fault(Fault.Kind.NO_CAPACITY, "the server is stopping"));
    } finally {
      version.leave();
    }
  }

  static Fault tooLarge(MemorySize limit) {
    return new Fault(Fault.Kind.TOO_LARGE, "its body is larger than " + limit);
  }

  private FunctionResponse invoke(
      FunctionVersion version, FunctionRequest request, Client client, InvocationReport report) {
    FunctionSettings settings = version.settings();
    var itsLog = new InvocationLog(log, request.id(), report, settings.logLimit().bytes());
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
    LazyVersion now = current.get();
    if (now == null) {
      return 0;
    }
    long limit = now.admission().settings().requestLimit().bytes();
    return now.takesStreams() ? limit : Math.min(limit, FunctionSettings.MOST_WHOLE.bytes());
  }

  /// Whether its present version takes bodies that come while it runs, so that they need not be
  /// kept whole.
  public boolean takesStreams() {
    LazyVersion now = current.get();
    return now != null && now.takesStreams();
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

  /// What there is to know of a function. What only a start can show is null before the first one
  /// that is known of.
  ///
  /// @param version counts from 1
  /// @param digest of its files, `sha256:...`
  /// @param ready since when its program stands ready; null if it does not
  /// @param startTime how long its program took to start, the last time
  /// @param calls how it is called, for people
  /// @param settings null if nobody has needed them yet ([#readSettings])
  /// @param memory what its snapshot keeps
  /// @param running requests at this moment
  /// @param waiting requests at this moment
  /// @param faults of the invocations: those that the function gave no answer of its own to
  /// @param error why it did not start; null unless it is broken
  /// @param retry when it may be tried again; null unless it is broken
  public record State(
      String name,
      long version,
      String digest,
      Readiness readiness,
      @Nullable Instant ready,
      @Nullable Duration startTime,
      @Nullable FunctionFiles files,
      @Nullable String calls,
      @Nullable FunctionSettings settings,
      MemorySize memory,
      int running,
      int waiting,
      int instances,
      long invocations,
      long faults,
      @Nullable String error,
      @Nullable Instant retry) {}

  /// Makes sure that [#state] has the settings, as far as they can be read.
  public void readSettings() {
    requestLimit();
  }

  /// @return null if it was removed
  public @Nullable State state() {
    LazyVersion now = current.get();
    if (now == null) {
      return null;
    }
    LazyVersion.Status status = now.status();
    LazyVersion.Admission admission = now.knownAdmission();
    FunctionVersion ready = status.version();
    FunctionStore.About about = status.about();
    LazyVersion.Failure failure = status.failure();
    return new State(
        name,
        now.entry().version(),
        now.entry().digest(),
        status.readiness(),
        ready == null ? null : ready.ready(),
        status.startTime(),
        about == null ? null : about.files(),
        about == null ? null : about.calls(),
        admission == null ? null : admission.settings(),
        ready == null ? MemorySize.ofBytes(0) : ready.snapshotMemory(),
        admission == null ? 0 : admission.gate().running(),
        admission == null ? 0 : admission.gate().waiting(),
        ready == null ? 0 : ready.instances(),
        invocations.get(),
        faults.get(),
        failure == null ? null : failure.why(),
        failure == null ? null : failure.retry());
  }
}
