package dev.mote.functions;

import dev.mote.Instance;
import dev.mote.MemorySize;
import dev.mote.PooledSandbox;
import dev.mote.ProgramException;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.SandboxException;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One version of a function, ready to serve: its program has started, and each request goes on
/// from there.
///
/// Thread-safe, but for [#close].
class FunctionVersion implements AutoCloseable {
  private final String digest;
  private final Instant ready = Instant.now();
  private final Duration startTime;
  private final Bundle bundle;
  private final FunctionFiles files;
  private final Convention convention;
  private final PooledSandbox pooled;
  private final @Nullable Instances instances;

  FunctionVersion(
      String digest,
      Duration startTime,
      Bundle bundle,
      FunctionFiles files,
      Convention convention,
      PooledSandbox pooled) {
    this.digest = digest;
    this.startTime = startTime;
    this.bundle = bundle;
    this.files = files;
    this.convention = convention;
    this.pooled = pooled;
    FunctionSettings settings = bundle.settings();
    boolean keeps = settings.isolation() == Isolation.INSTANCE;
    if (keeps && !pooled.snapshot().offersFunctions()) {
      throw new FunctionException(
          "isolation = \"instance\" is for functions that are called; a program that is run is over"
              + " after each request");
    }
    instances = keeps ? new Instances(pooled, settings.idle(), settings.instances()) : null;
  }

  /// Starts a function's program.
  ///
  /// @param archive is not to be changed while the version is in use
  /// @throws FunctionException if it cannot be started; the message has what the program said
  static FunctionVersion start(
      String name,
      Path archive,
      String digest,
      FunctionSettings usual,
      Runtimes runtimes,
      SandboxPool pool) {
    Bundle bundle = Bundle.open(archive, usual);
    try {
      FunctionFiles files = bundle.files();
      long begun = System.nanoTime();
      Supplier<SandboxBuilder> recipe =
          () -> limited(runtimes.sandbox(files, bundle), bundle.settings());
      Snapshot snapshot = snapshot(recipe, files, bundle.settings());
      Convention convention = Convention.of(name, snapshot, bundle.settings());
      PooledSandbox pooled =
          pool.add(
              StreamedAnswer.offer(
                  timed(Sandbox.builder(snapshot), bundle.settings()).tenant(name)));
      Duration startTime = Duration.ofNanos(System.nanoTime() - begun);
      return new FunctionVersion(digest, startTime, bundle, files, convention, pooled);
    } catch (RuntimeException | Error e) {
      bundle.close();
      throw e;
    }
  }

  private static SandboxBuilder limited(SandboxBuilder builder, FunctionSettings settings) {
    settings.environment().forEach(builder::environment);
    // A message holds a body and what is said besides; output is cut off by whoever keeps it.
    long limit = Math.max(settings.requestLimit().bytes(), settings.responseLimit().bytes());
    long message = Math.min(limit, FunctionSettings.MOST_WHOLE.bytes());
    return builder
        .memory(settings.memory())
        .fileLimit(settings.files())
        .messageLimit(MemorySize.ofBytes(message + (1 << 20)))
        .outputLimit(MemorySize.ofBytes(Long.MAX_VALUE))
        .timeout(settings.startTimeout());
  }

  private static SandboxBuilder timed(SandboxBuilder builder, FunctionSettings settings) {
    return builder
        .timeout(settings.timeout())
        .cpuTime(settings.cpuTime())
        .hostCallTime(settings.timeout());
  }

  private static Snapshot snapshot(
      Supplier<SandboxBuilder> recipe, FunctionFiles files, FunctionSettings settings) {
    boolean isProgram = files.language() == Language.PROGRAM;
    if (settings.snapshot() == SnapshotPoint.INPUT && !isProgram) {
      throw new FunctionException(
          "snapshot = \"input\" is for programs; %s is taken when it is loaded"
              .formatted(files.main()));
    }
    try {
      return isProgram
          ? snapshotOfProgram(recipe, settings)
          : recipe.get().snapshot(SnapshotPoint.FUNCTIONS);
    } catch (ProgramException e) {
      throw new FunctionException(StartErrors.describe(e, settings), e);
    } catch (SandboxException | IllegalArgumentException | IllegalStateException e) {
      throw new FunctionException(String.valueOf(e.getMessage()), e);
    }
  }

  /// Only its start tells whether a program offers functions.
  private static Snapshot snapshotOfProgram(
      Supplier<SandboxBuilder> recipe, FunctionSettings settings) {
    if (settings.snapshot() == SnapshotPoint.ENTRY) {
      try {
        return recipe.get().snapshot(SnapshotPoint.FUNCTIONS);
      } catch (ProgramException e) {
        if (e.kind() != ProgramException.Kind.NO_FUNCTIONS) {
          throw e;
        }
      }
    }
    return recipe.get().snapshot(settings.snapshot());
  }

  /// To be called when no request is served by it, nor will be.
  @Override
  public void close() {
    if (instances != null) {
      instances.close();
    }
    pooled.discard();
    bundle.close();
  }

  /// Whether it takes bodies that come while it runs.
  boolean takesStreams() {
    return convention.takesStreams();
  }

  /// @throws IOException if the request's body does not come
  FunctionResponse serve(FunctionRequest request, StreamedAnswer pieces, InvocationLog log)
      throws IOException {
    if (instances == null) {
      return convention.serve(Callee.fresh(pooled, log.report().call()), request, pieces, log);
    }
    String key = Objects.requireNonNullElse(request.header(settings().instanceKey()), "");
    Instance instance = instances.take(key);
    try {
      return convention.serve(Callee.of(instance, log.report().call()), request, pieces, log);
    } finally {
      instances.release(key);
    }
  }

  FunctionSettings settings() {
    return bundle.settings();
  }

  String digest() {
    return digest;
  }

  FunctionFiles files() {
    return files;
  }

  String convention() {
    return convention.describe();
  }

  Instant ready() {
    return ready;
  }

  Duration startTime() {
    return startTime;
  }

  /// What its snapshot keeps in memory.
  MemorySize snapshotMemory() {
    return pooled.snapshot().ownMemory();
  }

  /// Whether some requests have left what later ones go on from.
  boolean hasInstances() {
    return instances != null && !instances.isEmpty();
  }

  int instances() {
    return instances == null ? 0 : instances.count();
  }
}
