package dev.mote.linux;

import java.util.Comparator;
import java.util.TreeSet;

/// What is to happen in a guest at certain times of its CLOCK_MONOTONIC, but for the ends of its
/// threads' own waits. The guest leaves the vCPU, or its wait ends, when the first is due.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Alarms {
  static final long OFF = Long.MAX_VALUE;

  private static final Comparator<Alarm> ORDER =
      (a, b) -> a.due != b.due ? Long.compare(a.due, b.due) : Long.compare(a.number, b.number);

  private final TreeSet<Alarm> set = new TreeSet<>(ORDER);
  private long made;
  private long rung;

  /// One thing that happens at most once each time that it is set.
  abstract static class Alarm {
    private final long number;
    private long due = OFF;

    /// @param alarms those that it will be one of
    Alarm(Alarms alarms) {
      number = alarms.made++;
    }

    /// It is time: it is no longer set, and may be set again.
    ///
    /// @param now CLOCK_MONOTONIC
    abstract void ring(long now);

    /// When it rings, in CLOCK_MONOTONIC; [#OFF] for never.
    final long due() {
      return due;
    }
  }

  /// @param due CLOCK_MONOTONIC; [#OFF] for never; what has passed already rings soon
  void set(Alarm alarm, long due) {
    set.remove(alarm);
    alarm.due = due;
    if (due != OFF) {
      set.add(alarm);
    }
  }

  /// When the first is due; [#OFF] if none is set.
  long next() {
    return set.isEmpty() ? OFF : set.first().due;
  }

  /// How many have rung: what they did is not undone by a restore that finds no system call.
  long rung() {
    return rung;
  }

  /// Rings those that are due.
  void ring(long now) {
    while (!set.isEmpty() && set.first().due <= now) {
      Alarm first = set.removeFirst();
      first.due = OFF;
      rung++;
      first.ring(now);
    }
  }
}
