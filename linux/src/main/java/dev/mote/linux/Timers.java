package dev.mote.linux;

import static dev.mote.linux.Errno.EINVAL;

import dev.mote.machine.Watchdog;
import java.util.ArrayList;
import java.util.List;

/// The interval timers of a process (setitimer, alarm): they send it signals.
///
/// A timer that runs out while the guest runs kicks it out by the watchdog; while it is blocked,
/// the wait ends by then. Virtual and profiling time are the guest's CPU time, which never runs
/// ahead of real time: the watchdog looks when it could have run out at the earliest, and not more
/// often than a kernel, which looks at its tick.
final class Timers implements AutoCloseable {
  static final int REAL = 0;
  static final int VIRTUAL = 1;
  static final int PROFILING = 2;
  private static final int[] SIGNALS = {
    SignalInfo.SIGALRM, SignalInfo.SIGVTALRM, SignalInfo.SIGPROF
  };

  /// A timer fires at most this often, so that an interval of a microsecond cannot keep the guest
  /// from running.
  private static final long SHORTEST_INTERVAL = 100_000;

  private static final long OFF = Long.MAX_VALUE;

  private final LinuxProcess process;
  private final Watchdog.Watch watch;
  private final long[] due = {OFF, OFF, OFF}; // in each timer's own time
  private final long[] interval = new long[3];

  Timers(LinuxProcess process) {
    this.process = process;
    watch =
        Watchdog.watch(_ -> {
          process.interrupt();
          return Watchdog.NONE;
        });
  }

  static void check(int which) {
    if (which < REAL || which > PROFILING) {
      throw EINVAL.exception();
    }
  }

  private long now(int which) {
    return which == REAL ? process.clock().monotonicNanos() : process.cpuNanos();
  }

  long interval(int which) {
    return interval[which];
  }

  /// Nanoseconds until the timer runs out; 0 if it is off.
  long remaining(int which) {
    return due[which] == OFF ? 0 : Math.max(1, due[which] - now(which));
  }

  /// @param first nanoseconds until it runs out; 0 turns it off
  /// @param period nanoseconds between the times after; 0 for once
  void set(int which, long first, long period) {
    due[which] = first == 0 ? OFF : sum(now(which), first);
    interval[which] = period == 0 ? 0 : Math.max(period, SHORTEST_INTERVAL);
    arm();
  }

  /// When the next timer can run out at the earliest, in CLOCK_MONOTONIC.
  long nextDeadline() {
    long next = Task.NO_DEADLINE;
    long monotonic = process.clock().monotonicNanos();
    for (int which = REAL; which <= PROFILING; which++) {
      if (due[which] != OFF) {
        long least = which == REAL ? 0 : TimeCalls.TICK;
        next = Math.min(next, sum(monotonic, Math.max(least, due[which] - now(which))));
      }
    }
    return next;
  }

  /// Sends the signals of the timers that have run out. Called when the guest has left the vCPU or
  /// a wait is over.
  void expire() {
    boolean any = false;
    for (int which = REAL; which <= PROFILING; which++) {
      if (due[which] != OFF) {
        any = true;
        long now = now(which);
        if (due[which] <= now) {
          due[which] = interval[which] == 0 ? OFF : following(due[which], interval[which], now);
          process.signals().sendToProcess(SignalInfo.ofKernel(SIGNALS[which]));
        }
      }
    }
    if (any) {
      arm();
    }
  }

  /// The first end of a period that is still to come: those that were missed are not made up for.
  private static long following(long due, long period, long now) {
    long missed = (now - due) / period;
    return sum(due + missed * period, period);
  }

  /// A time so far away that it cannot be told is never.
  private static long sum(long time, long nanos) {
    return nanos > OFF - time ? OFF : time + nanos;
  }

  List<GuestState.TimerState> save() {
    var saved = new ArrayList<GuestState.TimerState>();
    for (int which = REAL; which <= PROFILING; which++) {
      saved.add(new GuestState.TimerState(due[which], interval[which]));
    }
    return saved;
  }

  /// @throws IllegalArgumentException if there are not three, or one is negative
  void load(List<GuestState.TimerState> saved) {
    if (saved.size() != due.length) {
      throw new IllegalArgumentException(saved.size() + " timers");
    }
    boolean any = false;
    for (int which = REAL; which <= PROFILING; which++) {
      var timer = saved.get(which);
      if (timer.due() < 0 || timer.interval() < 0) {
        throw new IllegalArgumentException("a timer before the beginning of time");
      }
      any |= due[which] != OFF || timer.due() != OFF;
      due[which] = timer.due();
      interval[which] = timer.interval() == 0 ? 0 : Math.max(timer.interval(), SHORTEST_INTERVAL);
    }
    if (any) {
      arm();
    }
  }

  private void arm() {
    long next = nextDeadline();
    if (next == Task.NO_DEADLINE) {
      watch.disarm();
    } else {
      watch.arm(System.nanoTime(), Math.max(1, next - process.clock().monotonicNanos()));
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
