package dev.mote.functions;

import com.sun.management.OperatingSystemMXBean;
import dev.mote.MemorySize;
import dev.mote.SandboxPool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The functions of one server: deployed by name, kept in a folder, served by the machines of one
/// pool.
///
/// Thread-safe.
public final class Functions implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Functions.class.getName());

  /// Bytes that the archive of a function may have.
  public static final long LARGEST_ARCHIVE = 512L << 20;

  private final FunctionStore store;
  private final SandboxPool pool;
  private final Runtimes runtimes;
  private final ScheduledThreadPoolExecutor starts;
  private final LazyVersion.Means means;
  private final ConcurrentHashMap<String, DeployedFunction> byName = new ConcurrentHashMap<>();
  private final Map<String, String> notDeployed = new ConcurrentHashMap<>(); // and why
  private final ConcurrentHashMap<String, Object> locks = new ConcurrentHashMap<>();

  /// Opens a folder of functions, with [#usualSnapshotMemory].
  public Functions(
      Path folder,
      Path runtimes,
      SandboxPool pool,
      FunctionSettings usual,
      Consumer<String> progress) {
    this(folder, runtimes, pool, usual, usualSnapshotMemory(), progress);
  }

  /// Opens a folder of functions. Those that are there serve; each is started by its first request.
  ///
  /// @param folder made if it is not there; of no other process at the same time
  /// @param runtimes where Mote's own language programs are, the folder `guest` of a source tree
  /// @param pool closed with this
  /// @param usual what holds where a function says nothing
  /// @param snapshotMemory what the snapshots of all functions may take together; when one needs
  ///   more, those that were used longest ago sleep
  /// @param progress receives lines for people, about what takes long
  /// @throws UncheckedIOException if the folder cannot be used
  public Functions(
      Path folder,
      Path runtimes,
      SandboxPool pool,
      FunctionSettings usual,
      MemorySize snapshotMemory,
      Consumer<String> progress) {
    try {
      store = new FunctionStore(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the store " + folder + ": " + e.getMessage(), e);
    }
    this.pool = pool;
    this.runtimes = new Runtimes(runtimes, progress);
    starts = threads();
    means =
        new LazyVersion.Means(
            new ArchiveStarter(store, usual, this.runtimes, pool),
            store,
            new SnapshotMemory(snapshotMemory),
            usual,
            starts);
    for (FunctionStore.Entry entry : store.list()) {
      var function = new DeployedFunction(entry.name());
      function.use(new LazyVersion(entry, function.log(), means));
      byName.put(entry.name(), function);
    }
  }

  /// So many functions are started at one time for requests as there are processors. While nothing
  /// is started, nor waits to be put to sleep, there is no thread.
  private static ScheduledThreadPoolExecutor threads() {
    var threads =
        new ScheduledThreadPoolExecutor(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().daemon().name("mote-start-", 0).factory());
    threads.setKeepAliveTime(10, TimeUnit.SECONDS);
    threads.allowCoreThreadTimeOut(true);
    threads.setRemoveOnCancelPolicy(true);
    return threads;
  }

  /// A quarter of what this process may have of the machine's memory.
  public static MemorySize usualSnapshotMemory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? MemorySize.ofBytes(system.getTotalMemorySize() / 4)
        : MemorySize.ofGibibytes(1);
  }

  /// Why functions do not start, by name, and why others could not be deployed for the first time.
  public Map<String, String> broken() {
    var broken = new TreeMap<>(notDeployed);
    for (DeployedFunction function : list()) {
      DeployedFunction.State state = function.state();
      if (state != null && state.error() != null) {
        broken.put(state.name(), state.error());
      }
    }
    return broken;
  }

  /// Tells of a function that could not be deployed. If nothing of its name serves, [#broken] has
  /// it until something does.
  ///
  /// @param why for people
  public void tellBroken(String name, String why) {
    synchronized (lock(name)) {
      if (!byName.containsKey(name)) {
        notDeployed.put(name, why);
      }
    }
  }

  /// Starts a function from an archive of its files and, once it is ready, has it serve in place of
  /// the version before, if there is one. If it does not start, nothing changes.
  ///
  /// @param archive a tar archive, plain or compressed by gzip or zstd, of the function's folder
  /// @throws IllegalArgumentException if the name cannot be one
  /// @throws FunctionException if it cannot be deployed; the message is for who wrote it
  /// @throws IOException if the archive cannot be read, or the folder not written
  public DeployedFunction deploy(String name, InputStream archive) throws IOException {
    FunctionName.check(name);
    String digest = store.keep(archive, LARGEST_ARCHIVE);
    try {
      synchronized (lock(name)) {
        DeployedFunction deployed = deploy(name, digest);
        notDeployed.remove(name);
        return deployed;
      }
    } finally {
      store.release(digest);
    }
  }

  private DeployedFunction deploy(String name, String digest) throws IOException {
    FunctionStore.Entry last = store.find(name);
    DeployedFunction known = byName.get(name);
    DeployedFunction function = known == null ? new DeployedFunction(name) : known;
    var entry = new FunctionStore.Entry(name, last == null ? 1 : last.version() + 1, digest, null);
    var next = new LazyVersion(entry, function.log(), means);
    try {
      next.start();
      store.put(new FunctionStore.Entry(name, entry.version(), digest, next.status().about()));
    } catch (RuntimeException | Error | IOException e) {
      next.retire();
      throw e;
    }
    function.use(next);
    function
        .log()
        .add("", FunctionLog.Source.MOTE, "version %d is live".formatted(entry.version()));
    byName.put(name, function);
    return function;
  }

  /// One deployment of a function at a time.
  private Object lock(String name) {
    return locks.computeIfAbsent(name, _ -> new Object());
  }

  /// Takes a function away. Requests that run are finished.
  ///
  /// @return false if there is none of this name
  public boolean remove(String name) throws IOException {
    synchronized (lock(name)) {
      DeployedFunction function = byName.get(name);
      if (function == null) {
        return notDeployed.remove(name) != null;
      }
      store.remove(name); // first: what cannot be forgotten goes on serving
      byName.remove(name);
      function.close();
      return true;
    }
  }

  /// A function that is deployed, whether it has started or not.
  public @Nullable DeployedFunction find(String name) {
    return byName.get(name);
  }

  /// Those that are deployed, by name.
  public List<DeployedFunction> list() {
    var all = new ArrayList<>(byName.values());
    all.sort(Comparator.comparing(DeployedFunction::name));
    return all;
  }

  /// What the machines have done.
  public SandboxPool.PoolStatistics machines() {
    return pool.statistics();
  }

  /// Serves no more, after the requests that run; what is in the folder stays.
  ///
  /// @param atMost how long those that run may take
  public void stop(Duration atMost) {
    try {
      pool.drain(atMost);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  @Override
  public void close() {
    starts.shutdownNow();
    byName.values().forEach(DeployedFunction::stop);
    awaitStarts();
    pool.close();
    runtimes.close();
  }

  /// A start that was interrupted ends at once.
  private void awaitStarts() {
    try {
      if (!starts.awaitTermination(10, TimeUnit.SECONDS)) {
        LOGGER.log(System.Logger.Level.WARNING, "a function's start does not end");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
