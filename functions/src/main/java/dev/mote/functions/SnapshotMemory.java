package dev.mote.functions;

import dev.mote.MemorySize;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The memory that the snapshots of all functions may take together. When one needs some that is
/// not there, those sleep that were used longest ago.
///
/// Thread-safe.
final class SnapshotMemory {
  private final long limit;
  private final Map<FunctionVersion, LazyVersion> owners = new HashMap<>(); // guarded by this
  private long used; // guarded by this

  SnapshotMemory(MemorySize limit) {
    this.limit = limit.bytes();
  }

  /// Takes the memory of a version's snapshot, until [#giveBack].
  ///
  /// @param owner sleeps when others need the memory
  /// @throws FunctionException if there is none, and those that have it cannot sleep
  void take(FunctionVersion version, LazyVersion owner) {
    long bytes = version.snapshotMemory().bytes();
    while (!tryTake(version, owner, bytes)) {
      if (bytes > limit || !makeRoom()) {
        throw new FunctionException(
            "its snapshot takes %s, but all together may take %s, of which functions that cannot sleep now have %s"
                .formatted(MemorySize.ofBytes(bytes), MemorySize.ofBytes(limit), used()));
      }
    }
  }

  private synchronized boolean tryTake(FunctionVersion version, LazyVersion owner, long bytes) {
    if (bytes > limit - used) {
      return false;
    }
    used += bytes;
    owners.put(version, owner);
    return true;
  }

  /// Puts one version to sleep.
  ///
  /// @return false if none can
  private boolean makeRoom() {
    for (LazyVersion version : longestUnused()) {
      if (version.sleep("another function needs the memory")) {
        return true;
      }
    }
    return false;
  }

  private synchronized List<LazyVersion> longestUnused() {
    long now = System.nanoTime();
    // Asked once: it may change while they are put in order.
    var ages = new HashMap<LazyVersion, Long>();
    owners.values().forEach(version -> ages.put(version, now - version.usedNanos()));
    return ages.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Does nothing if the version has taken none.
  synchronized void giveBack(FunctionVersion version) {
    if (owners.remove(version) != null) {
      used -= version.snapshotMemory().bytes();
    }
  }

  /// What is taken.
  synchronized MemorySize used() {
    return MemorySize.ofBytes(used);
  }
}
