package dev.mote.functions;

import dev.mote.Instance;
import dev.mote.PooledSandbox;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// The instances of one version of a function, by key. Those that nobody has called for long are
/// forgotten, and the one that was called longest ago when there are too many.
///
/// Thread-safe.
final class Instances {
  private static final class Kept {
    final Instance instance;
    long used = System.nanoTime();
    int callers;

    Kept(Instance instance) {
      this.instance = instance;
    }
  }

  private final PooledSandbox pooled;
  private final long idleNanos;
  private final int most;
  private final Map<String, Kept> byKey = new LinkedHashMap<>(16, 0.75f, true); // guarded by this

  Instances(PooledSandbox pooled, Duration idle, int most) {
    this.pooled = pooled;
    this.idleNanos = idle.toNanos();
    this.most = most;
  }

  /// The instance of a key, made if there is none; [#release] must follow.
  synchronized Instance take(String key) {
    forgetIdle();
    Kept kept = byKey.computeIfAbsent(key, _ -> new Kept(pooled.newInstance()));
    kept.callers++;
    return kept.instance;
  }

  synchronized void release(String key) {
    Kept kept = byKey.get(key);
    if (kept != null) {
      kept.callers--;
      kept.used = System.nanoTime();
    }
  }

  private void forgetIdle() {
    long now = System.nanoTime();
    var all = byKey.values().iterator(); // who was called longest ago comes first
    while (all.hasNext()) {
      Kept kept = all.next();
      boolean tooMany = byKey.size() >= most;
      if (!tooMany && now - kept.used <= idleNanos) {
        return;
      }
      if (kept.callers == 0) {
        all.remove();
        kept.instance.close();
      }
    }
  }

  /// Whether there are any; those that nobody has called for long are forgotten before.
  synchronized boolean isEmpty() {
    forgetIdle();
    return byKey.isEmpty();
  }

  synchronized int count() {
    return byKey.size();
  }

  synchronized void close() {
    byKey.values().forEach(kept -> kept.instance.close());
    byKey.clear();
  }
}
