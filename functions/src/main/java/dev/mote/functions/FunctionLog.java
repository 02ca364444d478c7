package dev.mote.functions;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The last lines that a function has written, and that were written about it. What is older is
/// forgotten.
///
/// Thread-safe.
public final class FunctionLog {
  private static final int MOST_LINES = 10_000;
  private static final int MOST_CHARACTERS = 4 << 20;

  /// Where a line is from.
  public enum Source {
    /// Standard output.
    OUT,
    /// Standard error.
    ERR,
    /// The server.
    MOTE
  }

  /// One line.
  ///
  /// @param number counts the lines of the function, from 1
  /// @param invocation its id; empty for a line that belongs to none
  /// @param text without control characters
  public record Line(long number, Instant time, String invocation, Source source, String text) {}

  private final ArrayDeque<Line> lines =
      new ArrayDeque<>(); // this and the rest are guarded by this
  private long last;
  private int characters;
  private boolean closed;

  FunctionLog() {}

  /// Adds a line.
  ///
  /// @param text may be anything
  void add(String invocation, Source source, String text) {
    String printable = Text.printable(text);
    synchronized (this) {
      last++;
      lines.addLast(new Line(last, Instant.now(), invocation, source, printable));
      characters += printable.length();
      while (lines.size() > MOST_LINES || characters > MOST_CHARACTERS) {
        characters -= lines.removeFirst().text().length();
      }
      notifyAll();
    }
  }

  /// The lines behind a number.
  ///
  /// @param after 0 for all that there are
  /// @param most how many of them, the newest
  public synchronized List<Line> linesAfter(long after, int most) {
    var found = new ArrayList<Line>();
    for (Line line : lines) {
      if (line.number() > after) {
        found.add(line);
      }
    }
    return List.copyOf(found.subList(Math.max(0, found.size() - most), found.size()));
  }

  /// Waits until there is a line behind a number.
  ///
  /// @return false if the time is over, or there will be none any more
  /// @throws InterruptedException if the thread is interrupted
  public synchronized boolean await(long after, long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    while (last <= after && !closed) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return last > after;
  }

  /// Whether the function is no more, and nothing will be added.
  public synchronized boolean isClosed() {
    return closed;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
