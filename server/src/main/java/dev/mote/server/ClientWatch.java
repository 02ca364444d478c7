package dev.mote.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The clients that the server has to do with at present. A thread looks after them now and then,
/// so that those that take long are watched, and those that do not cost nothing.
///
/// Thread-safe.
final class ClientWatch implements AutoCloseable {
  /// One of them.
  interface Watched {
    /// Called about ten times a second, by the thread that looks; it must not wait.
    ///
    /// @param nanos what is short: who has been there for longer is to be watched
    void lookAfter(long nanos);
  }

  private static final Duration SHORT = Duration.ofMillis(100);

  private final Set<Watched> present = ConcurrentHashMap.newKeySet();
  private final Thread looking = Thread.ofVirtual().name("mote-clients").start(this::look);

  void add(Watched client) {
    present.add(client);
  }

  void remove(Watched client) {
    present.remove(client);
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(SHORT);
        present.forEach(client -> client.lookAfter(SHORT.toNanos()));
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
