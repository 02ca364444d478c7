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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One version of a function, ready to serve: its program has started, and each request goes on
/// from there.
///
/// It is closed when another version has taken its place and the last of its requests has ended.
/// Thread-safe.
final class FunctionVersion {
  private final String digest;
  private final Instant ready = Instant.now();
  private final Duration startTime;
  private final Bundle bundle;
  private final FunctionFiles files;
  private final Convention convention;
  private final @Nullable PooledSandbox pooled; // null: each request starts the program
  private final @Nullable Instances instances;
  private int users = 1; // whoever serves by it, and the function while it is current; by this

  private FunctionVersion(
      String digest,
      Duration startTime,
      Bundle bundle,
      FunctionFiles files,
      Convention convention,
      @Nullable PooledSandbox pooled) {
    this.digest = digest;
    this.startTime = startTime;
    this.bundle = bundle;
    this.files = files;
    this.convention = convention;
    this.pooled = pooled;
    FunctionSettings settings = bundle.settings();
    boolean keeps = settings.isolation() == Isolation.INSTANCE;
    if (keeps && (pooled == null || !pooled.snapshot().offersFunctions())) {
      throw new FunctionException(
          "isolation = \"instance\" is for functions that are called; a program that is run is over"
              + " after each request");
    }
    instances =
        keeps
            ? new Instances(Objects.requireNonNull(pooled), settings.idle(), settings.instances())
            : null;
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
      FunctionFiles files = FunctionFiles.find(bundle.settings(), bundle.names());
      long begun = System.nanoTime();
      Supplier<SandboxBuilder> recipe =
          () -> limited(runtimes.sandbox(files, bundle), bundle.settings());
      Snapshot snapshot = snapshot(recipe, files, bundle.settings());
      Convention convention =
          snapshot == null
              ? new ProgramConvention(
                  bundle.settings().responseLimit(), () -> timed(recipe.get(), bundle.settings()))
              : Convention.of(name, snapshot, bundle.settings());
      PooledSandbox pooled =
          snapshot == null
              ? null
              : pool.add(timed(Sandbox.builder(snapshot), bundle.settings()).tenant(name));
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
    long message = Math.max(settings.requestLimit().bytes(), settings.responseLimit().bytes());
    return builder
        .memory(settings.memory())
        .fileLimit(settings.files())
        .messageLimit(MemorySize.ofBytes(message + (1 << 20)))
        .outputLimit(MemorySize.ofBytes(Long.MAX_VALUE))
        .timeout(settings.startTimeout());
  }

  private static SandboxBuilder timed(SandboxBuilder builder, FunctionSettings settings) {
    return builder.timeout(settings.timeout()).cpuTime(settings.cpuTime());
  }

  /// @return null for a program that offers no functions
  private static @Nullable Snapshot snapshot(
      Supplier<SandboxBuilder> recipe, FunctionFiles files, FunctionSettings settings) {
    try {
      return recipe.get().snapshot(true);
    } catch (ProgramException e) {
      boolean isProgram =
          files.language() == Language.PROGRAM && e.kind() == ProgramException.Kind.NO_FUNCTIONS;
      if (isProgram) {
        return null;
      }
      throw new FunctionException(StartErrors.describe(e, settings), e);
    } catch (SandboxException | IllegalArgumentException | IllegalStateException e) {
      throw new FunctionException(String.valueOf(e.getMessage()), e);
    }
  }

  /// Takes it for a request, which must [#leave] it.
  ///
  /// @return false if it is closed: there is a newer one
  synchronized boolean enter() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /// The request has ended; or, said once by the function, it is current no more.
  void leave() {
    synchronized (this) {
      users--;
      if (users > 0) {
        return;
      }
    }
    if (instances != null) {
      instances.close();
    }
    if (pooled != null) {
      pooled.remove();
    }
    bundle.close();
  }

  FunctionResponse serve(FunctionRequest request, InvocationLog log) {
    if (instances == null) {
      return convention.serve(
          pooled == null ? Callee.NONE : Callee.fresh(pooled, log.report().call()), request, log);
    }
    String key = Objects.requireNonNullElse(request.header(settings().instanceKey()), "");
    Instance instance = instances.take(key);
    try {
      return convention.serve(Callee.of(instance, log.report().call()), request, log);
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

  /// What its snapshot keeps in memory; zero if it has none.
  MemorySize snapshotMemory() {
    return pooled == null ? MemorySize.ofBytes(0) : pooled.snapshot().ownMemory();
  }

  int instances() {
    return instances == null ? 0 : instances.count();
  }
}
