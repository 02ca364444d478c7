package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.json.JsonValues;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A line of JSON for each request, for whoever runs a server.
///
/// A thread of its own writes them. If what they are written to is slow or stands still, lines are
/// left out, and the next one that is written says how many; requests never wait for it.
///
/// Thread-safe.
public final class AccessLog implements AutoCloseable {
  private static final int MOST_WAITING = 8192;
  private static final long SOME_MILLIS = 200;
  private static final Duration LAST_LINES = Duration.ofSeconds(2);

  /// One request.
  ///
  /// @param path without the query, in which there may be secrets
  /// @param function null if it was for none that there is
  /// @param version of the function; 0 if none served it
  /// @param outcome `ok`, or the word of a fault; null if it was for no function
  /// @param requestBytes of the body, as far as it was read
  /// @param responseBytes of the whole answer
  record Entry(
      Instant time,
      String requestId,
      @Nullable String traceId,
      String remote,
      String protocol,
      String method,
      String path,
      @Nullable String function,
      long version,
      int status,
      @Nullable String outcome,
      long nanos,
      long queueNanos,
      long restoreNanos,
      long runNanos,
      long requestBytes,
      long responseBytes) {}

  private final BlockingQueue<Entry> entries = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final OutputStream out;
  private final Thread writer;
  private volatile boolean closed;

  /// @param out closed with this
  public AccessLog(OutputStream out) {
    this.out = out;
    writer = Thread.ofPlatform().daemon().name("access-log").start(this::writeAll);
  }

  void add(Entry entry) {
    if (!entries.offer(entry)) {
      dropped.incrementAndGet();
    }
  }

  private void writeAll() {
    var some = new ArrayList<Entry>();
    try {
      while (!closed || !entries.isEmpty()) {
        Entry first = entries.poll(SOME_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          some.add(first);
          entries.drainTo(some);
          write(some);
          some.clear();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // by close
    }
  }

  private void write(List<Entry> some) {
    var lines = new StringBuilder();
    long left = dropped.getAndSet(0);
    for (Entry entry : some) {
      lines.append(JsonValues.write(fields(entry, left))).append('\n');
      left = 0;
    }
    try {
      out.write(lines.toString().getBytes(UTF_8));
      out.flush();
    } catch (IOException _) {
      dropped.addAndGet(some.size()); // the disk may have room again later
    }
  }

  private static Map<String, @Nullable Object> fields(Entry entry, long dropped) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("time", entry.time().toString());
    fields.put("request_id", entry.requestId());
    put(fields, "trace_id", entry.traceId());
    fields.put("remote", entry.remote());
    fields.put("protocol", entry.protocol());
    fields.put("method", entry.method());
    fields.put("path", entry.path());
    fields.put("status", (long) entry.status());
    fields.put("ms", millis(entry.nanos()));
    fields.put("request_bytes", entry.requestBytes());
    fields.put("response_bytes", entry.responseBytes());
    put(fields, "function", entry.function());
    put(fields, "outcome", entry.outcome());
    if (entry.version() > 0) {
      fields.put("version", entry.version());
      fields.put("queue_ms", millis(entry.queueNanos()));
      fields.put("restore_ms", millis(entry.restoreNanos()));
      fields.put("run_ms", millis(entry.runNanos()));
    }
    if (dropped > 0) {
      fields.put("lines_dropped_before", dropped);
    }
    return fields;
  }

  private static void put(
      Map<String, @Nullable Object> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  /// To the microsecond.
  static double millis(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }

  /// Writes what there is, unless that takes long.
  @Override
  public void close() {
    closed = true;
    try {
      writer.join(LAST_LINES);
      writer.interrupt();
      out.close();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException _) {
      return; // nobody is there to be told
    }
  }
}
