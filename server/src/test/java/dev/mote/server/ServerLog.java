package dev.mote.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

/// What the server and Helidon log while this is open.
final class ServerLog extends StreamHandler implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");

  private final List<String> entries = new CopyOnWriteArrayList<>();

  ServerLog() {
    ROOT.addHandler(this);
  }

  @Override
  public void publish(LogRecord entry) {
    entries.add(entry.getMessage() + " " + entry.getThrown());
  }

  List<String> entries() {
    return entries;
  }

  @Override
  public synchronized void close() {
    ROOT.removeHandler(this);
  }
}
