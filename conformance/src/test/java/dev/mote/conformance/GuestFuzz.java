package dev.mote.conformance;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.SandboxBuilder;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// Runs the program that makes random system calls with one seed after the other, and watches the
/// host meanwhile.
final class GuestFuzz {
  private static final int CALLS = 8_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /// A stopped guest must be gone this long after its time.
  private static final Duration GRACE = Duration.ofSeconds(3);

  private static final MemorySize OUTPUT = MemorySize.ofGibibytes(1);

  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final Map<String, Long> calls = new TreeMap<>();
  private final Map<String, Long> refused = new TreeMap<>();
  private long seeds;
  private long total;

  /// Runs one seed.
  ///
  /// @throws AssertionError if the guest found something changed, or outlived its time
  void run(long seed) {
    long start = System.nanoTime();
    Ending outcome;
    try (var sandbox = builder(seed).build()) {
      outcome = sandbox.run(HostileGuest.endless(OutputStream.nullOutputStream()));
      var statistics = sandbox.statistics();
      statistics.systemCalls().forEach((name, times) -> calls.merge(name, times, Long::sum));
      statistics.refusedCalls().forEach((name, times) -> refused.merge(name, times, Long::sum));
      total += statistics.systemCalls().values().stream().mapToLong(Long::longValue).sum();
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed + " got an exception out of the layer", e);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (took.compareTo(TIMEOUT.plus(GRACE)) > 0) {
      throw new AssertionError("seed " + seed + " took " + took + " and ended as " + outcome);
    }
    seeds++;
    outcomes.merge(kind(seed, outcome), 1, Integer::sum);
  }

  private static SandboxBuilder builder(long seed) {
    return HostileGuest.builder("fuzz", Long.toString(seed), Integer.toString(CALLS))
        .memory(MemorySize.ofMebibytes(32))
        .fileLimit(MemorySize.ofMebibytes(8))
        .outputLimit(OUTPUT)
        .timeout(TIMEOUT);
  }

  private static String kind(long seed, Ending outcome) {
    return switch (outcome) {
      case Ending.Exited(int status) -> {
        if (status >= 77 && status <= 79) {
          throw new AssertionError(
              "seed " + seed + ": the guest found something changed: " + status);
        }
        yield "exited";
      }
      case Ending.Signaled(var report) -> "killed by " + report.signalName();
      case Ending.TimedOut _ -> "timed out";
      case Ending.OutOfMemory _ -> "out of memory";
      case Ending.LimitExceeded _ -> "output limit";
      case Ending.Cancelled _ -> throw new AssertionError("seed " + seed + ": nobody stopped it");
      case Ending.Deadlocked _ -> "deadlock";
      case Ending.Broken(String text) -> throw new AssertionError("seed " + seed + ": " + text);
      case Ending.ProtocolViolation(String text) ->
          throw new AssertionError("seed " + seed + ": " + text);
    };
  }

  long seeds() {
    return seeds;
  }

  long calls() {
    return total;
  }

  /// What was hit and how the runs ended, for people.
  @Override
  public String toString() {
    var text = new StringBuilder();
    text.append("%d seeds, %,d system calls; endings: %s%n".formatted(seeds, total, outcomes));
    text.append("implemented, ").append(calls.size() - refused.size()).append(":");
    calls.forEach((name, times) -> {
      if (!refused.containsKey(name)) {
        text.append(' ').append(name).append(' ').append(times);
      }
    });
    text.append("%nrefused with ENOSYS, %d: ".formatted(refused.size()));
    text.append(String.join(" ", refused.keySet()));
    return text.toString();
  }
}
