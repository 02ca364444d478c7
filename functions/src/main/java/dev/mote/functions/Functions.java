package dev.mote.functions;

import dev.mote.SandboxPool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The functions of one server: deployed by name, kept in a folder, served by the machines of one
/// pool.
///
/// Thread-safe.
public final class Functions implements AutoCloseable {
  /// Bytes that the archive of a function may have.
  public static final long LARGEST_ARCHIVE = 512L << 20;

  private final FunctionStore store;
  private final SandboxPool pool;
  private final Runtimes runtimes;
  private final FunctionSettings usual;
  private final ConcurrentHashMap<String, DeployedFunction> byName = new ConcurrentHashMap<>();
  private final Map<String, String> broken = new ConcurrentHashMap<>(); // not started, and why
  private final ConcurrentHashMap<String, Object> locks = new ConcurrentHashMap<>();

  /// Opens a folder of functions. They serve once [#load] has started them.
  ///
  /// @param folder made if it is not there; of no other process at the same time
  /// @param runtimes where Mote's own language programs are, the folder `guest` of a source tree
  /// @param pool closed with this
  /// @param usual what holds where a function says nothing
  /// @param progress receives lines for people, about what takes long
  /// @throws UncheckedIOException if the folder cannot be used
  public Functions(
      Path folder,
      Path runtimes,
      SandboxPool pool,
      FunctionSettings usual,
      Consumer<String> progress) {
    try {
      store = new FunctionStore(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the store " + folder + ": " + e.getMessage(), e);
    }
    this.pool = pool;
    this.runtimes = new Runtimes(runtimes, progress);
    this.usual = usual;
  }

  /// Starts what the folder has. What cannot be started any more is left as it is ([#broken]).
  ///
  /// @throws UncheckedIOException if the folder cannot be read
  public void load() {
    List<FunctionStore.Entry> entries;
    try {
      entries = store.list();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (FunctionStore.Entry entry : entries) {
      try {
        use(entry);
      } catch (FunctionException e) {
        broken.put(entry.name(), String.valueOf(e.getMessage()));
      }
    }
  }

  /// Tells of a function that could not be deployed. If nothing of its name serves, [#broken] has
  /// it until something does.
  ///
  /// @param why for people
  public void tellBroken(String name, String why) {
    synchronized (lock(name)) {
      if (!byName.containsKey(name)) {
        broken.put(name, why);
      }
    }
  }

  /// Why functions that the folder has, or that were to be deployed, do not serve, by name.
  public Map<String, String> broken() {
    return Map.copyOf(broken);
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
        var entry = new FunctionStore.Entry(name, lastVersion(name) + 1, digest);
        DeployedFunction deployed = use(entry);
        store.put(entry);
        return deployed;
      }
    } finally {
      store.drop(digest);
    }
  }

  /// One deployment of a function at a time.
  private Object lock(String name) {
    return locks.computeIfAbsent(name, _ -> new Object());
  }

  private long lastVersion(String name) throws IOException {
    return store.list().stream()
        .filter(entry -> entry.name().equals(name))
        .mapToLong(FunctionStore.Entry::version)
        .findFirst()
        .orElse(0);
  }

  private DeployedFunction use(FunctionStore.Entry entry) {
    FunctionVersion version =
        FunctionVersion.start(
            entry.name(), store.archive(entry.digest()), entry.digest(), usual, runtimes, pool);
    DeployedFunction deployed = byName.computeIfAbsent(entry.name(), DeployedFunction::new);
    deployed.use(version, entry.version());
    broken.remove(entry.name());
    return deployed;
  }

  /// Takes a function away. Requests that run are finished.
  ///
  /// @return false if there is none of this name
  public boolean remove(String name) throws IOException {
    synchronized (lock(name)) {
      if (!byName.containsKey(name) && !broken.containsKey(name)) {
        return false;
      }
      store.remove(name); // first: what cannot be forgotten goes on serving
      broken.remove(name);
      DeployedFunction deployed = byName.remove(name);
      if (deployed != null) {
        deployed.close();
      }
      return true;
    }
  }

  /// A function that serves.
  public @Nullable DeployedFunction find(String name) {
    return byName.get(name);
  }

  /// Those that serve, by name.
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
    new LinkedHashMap<>(byName).values().forEach(DeployedFunction::close);
    byName.clear();
    pool.close();
    runtimes.close();
  }
}
