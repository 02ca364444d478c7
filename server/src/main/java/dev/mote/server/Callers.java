package dev.mote.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The clients whose requests are being served. A thread looks at them now and then, so that those
/// of requests that take long are watched, and those of short ones cost nothing.
///
/// Thread-safe.
final class Callers implements AutoCloseable {
  private static final Duration SHORT = Duration.ofMillis(100);

  private final Set<Caller> present = ConcurrentHashMap.newKeySet();
  private final Thread looking = Thread.ofVirtual().name("mote-clients").start(this::look);

  void add(Caller caller) {
    present.add(caller);
  }

  void remove(Caller caller) {
    present.remove(caller);
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(SHORT);
        present.forEach(caller -> caller.lookAfter(SHORT.toNanos()));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // by close
    }
  }

  @Override
  public void close() {
    looking.interrupt();
  }
}
