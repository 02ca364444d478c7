package dev.mote.functions;

import dev.mote.MemorySize;
import dev.mote.SnapshotPoint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a function is to be run. Each setting has a default, so that a folder needs no
/// `function.toml` ([SettingsFile]).
///
/// @param language its name; null to find out by the files
/// @param main the file that is loaded or run, from the function's folder; null for what is usual
/// @param arguments that it is started with
/// @param build a command line for `sh` that makes the main file, run in the folder where it is
///   deployed from; null if there is nothing to make
/// @param memory most that a guest may use
/// @param files most that it may keep in files of its own
/// @param timeout most time for one request
/// @param cpuTime most computing for one request
/// @param startTimeout most time for the start, before the snapshot
/// @param requestLimit bytes of a request's body
/// @param responseLimit bytes of an answer's body
/// @param logLimit bytes of log for one request; what is more is cut off
/// @param concurrency requests that are served at one time
/// @param queue requests that may wait besides
/// @param isolation what requests share
/// @param instanceKey the header, in lower case, that says which instance a request is for
/// @param idle after how long without a request an instance is forgotten
/// @param instances most that are kept
/// @param sleepAfter after how long without a request the function's snapshot is given back; while
///   it has instances, it is not
/// @param snapshot from where a program goes on in each request: its entry, or its first wait for
///   input
/// @param environment variables
public record FunctionSettings(
    @Nullable String language,
    @Nullable String main,
    List<String> arguments,
    @Nullable String build,
    MemorySize memory,
    MemorySize files,
    Duration timeout,
    Duration cpuTime,
    Duration startTimeout,
    MemorySize requestLimit,
    MemorySize responseLimit,
    MemorySize logLimit,
    int concurrency,
    int queue,
    Isolation isolation,
    String instanceKey,
    Duration idle,
    int instances,
    Duration sleepAfter,
    SnapshotPoint snapshot,
    Map<String, String> environment) {
  /// Most that a body may have which is taken or answered whole, whatever the limits say.
  static final MemorySize MOST_WHOLE = MemorySize.ofMebibytes(256);

  /// What holds where a function says nothing.
  public static final FunctionSettings DEFAULT =
      new FunctionSettings(
          null,
          null,
          List.of(),
          null,
          MemorySize.ofMebibytes(256),
          MemorySize.ofMebibytes(64),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          MemorySize.ofMebibytes(1),
          MemorySize.ofMebibytes(8),
          MemorySize.ofKibibytes(64),
          64,
          256,
          Isolation.REQUEST,
          "x-instance",
          Duration.ofMinutes(10),
          1000,
          Duration.ofMinutes(15),
          SnapshotPoint.ENTRY,
          Map.of());

  public FunctionSettings {
    arguments = List.copyOf(arguments);
    environment = new LinkedHashMap<>(environment);
  }

  @Override
  public Map<String, String> environment() {
    return Map.copyOf(environment);
  }
}
