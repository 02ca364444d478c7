package dev.mote.linux;

import static dev.mote.linux.Errno.EAGAIN;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.ESRCH;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The timers of a process that `timer_create` makes: each sends a signal when it runs out.
///
/// A timer of a CPU clock is looked at when it could have run out at the earliest, since that clock
/// never runs ahead of real time, and not more often than a kernel looks, which does so at its
/// tick.
///
/// A timer has at most one signal pending. What it runs out of while that is so is counted, and
/// told with the signal when that is taken, as its overrun.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class PosixTimers {
  static final int SIGEV_SIGNAL = 0;
  static final int SIGEV_NONE = 1;
  static final int SIGEV_THREAD_ID = 4;

  /// How many there may be; Linux has RLIMIT_SIGPENDING.
  static final int MOST = 1024;

  /// A timer fires at most this often, so that an interval of a microsecond cannot keep the guest
  /// from running.
  private static final long SHORTEST_INTERVAL = 100_000;

  private static final int MOST_OVERRUNS = Integer.MAX_VALUE;

  private final LinuxProcess process;
  private final TreeMap<Integer, Timer> timers = new TreeMap<>();
  private int lastId = -1;

  PosixTimers(LinuxProcess process) {
    this.process = process;
  }

  /// What a timer tells, and whom.
  ///
  /// @param notice SIGEV_*
  /// @param thread for SIGEV_THREAD_ID
  record Target(int notice, int signal, long value, int thread) {}

  /// One timer.
  final class Timer extends Alarms.Alarm {
    private final int clock; // the id of a CpuClock if it is one
    private final LongSupplier time; // what the clock says
    private final Target target;
    private long due = Alarms.OFF; // in the time of its clock
    private long interval;
    private int overrun; // told with the last signal
    private long missed; // since the signal that is pending

    private Timer(int clock, Target target) {
      super(process.alarms());
      this.clock = clock;
      this.time = TimeCalls.clock(process, clock);
      this.target = target;
    }

    long interval() {
      return interval;
    }

    /// Nanoseconds until it runs out; 0 if it is off.
    long remaining() {
      return due == Alarms.OFF || hasStopped() ? 0 : Math.max(1, due - time.getAsLong());
    }

    /// Whether its clock is that of a thread that has ended.
    private boolean hasStopped() {
      return CpuClock.is(clock) && CpuClock.ofId(clock).isGone(process);
    }

    int overrun() {
      return overrun;
    }

    /// @param first when, in its clock's time if `absolute`, else from now; 0 turns it off
    /// @throws ErrnoException ESRCH if its clock is that of a thread that has ended
    void arm(long first, long period, boolean absolute) {
      if (hasStopped()) {
        throw ESRCH.exception();
      }
      interval = period == 0 ? 0 : Math.max(period, SHORTEST_INTERVAL);
      overrun = 0;
      missed = 0;
      if (first == 0) {
        due = Alarms.OFF;
      } else {
        long now = absolute ? 0 : time.getAsLong();
        due = first > Alarms.OFF - now ? Alarms.OFF : now + first;
      }
      setAlarm();
    }

    private void setAlarm() {
      if (due == Alarms.OFF || hasStopped()) {
        process.alarms().set(this, Alarms.OFF);
        return;
      }
      long left = Math.max(CpuClock.is(clock) ? TimeCalls.TICK : 0, due - time.getAsLong());
      long now = process.clock().monotonicNanos();
      process.alarms().set(this, left > Alarms.OFF - now ? Alarms.OFF : now + left);
    }

    @Override
    void ring(long now) {
      long there = time.getAsLong();
      if (there >= due) {
        long more = interval == 0 ? 0 : (there - due) / interval;
        long next = due + (more + 1) * interval;
        due = interval == 0 || next < 0 ? Alarms.OFF : next;
        tell(more);
      }
      setAlarm();
    }

    /// @param more how often it has run out besides
    private void tell(long more) {
      if (target.notice == SIGEV_NONE) {
        return;
      }
      int id = id();
      Task thread =
          target.notice == SIGEV_THREAD_ID ? process.scheduler().find(target.thread) : null;
      boolean pending =
          thread == null
              ? process.signals().pending().hasOfTimer(target.signal, id)
              : thread.hasOfTimer(target.signal, id);
      missed = Math.min(MOST_OVERRUNS, pending ? missed + 1 + more : more);
      if (pending) {
        return;
      }
      var info = SignalInfo.ofTimer(target.signal, id, 0, target.value);
      if (target.notice == SIGEV_SIGNAL) {
        process.signals().sendToProcess(info);
      } else if (thread != null) {
        thread.send(info);
      }
    }

    private int id() {
      for (var entry : timers.entrySet()) {
        if (entry.getValue() == this) {
          return entry.getKey();
        }
      }
      return -1;
    }
  }

  /// Makes one that is off.
  ///
  /// @param caller who asks, of whom its clock may be
  /// @param target null for SIGALRM to the process, with the timer's number
  /// @return its number
  int create(Task caller, int clock, @Nullable Target target) {
    int id = CpuClock.is(clock) ? CpuClock.of(process, caller, clock).id() : clock;
    if (timers.size() >= MOST) {
      throw EAGAIN.exception();
    }
    do {
      lastId = lastId == Integer.MAX_VALUE ? 0 : lastId + 1;
    } while (timers.containsKey(lastId));
    Target whom = target == null ? new Target(SIGEV_SIGNAL, SignalInfo.SIGALRM, lastId, 0) : target;
    timers.put(lastId, new Timer(id, whom));
    return lastId;
  }

  Timer get(int id) {
    Timer timer = timers.get(id);
    if (timer == null) {
      throw EINVAL.exception();
    }
    return timer;
  }

  /// The signal of a timer is taken.
  ///
  /// @param info may be one that the guest has made itself, and of a timer that is no more
  /// @return with the overrun
  SignalInfo delivered(SignalInfo info) {
    Timer timer = timers.get(info.sender());
    if (timer == null) {
      return info;
    }
    timer.overrun = (int) timer.missed;
    timer.missed = 0;
    return SignalInfo.ofTimer(info.signal(), info.sender(), timer.overrun, info.value());
  }

  void delete(int id) {
    process.alarms().set(get(id), Alarms.OFF);
    timers.remove(id);
  }

  /// There are none any more.
  void clear() {
    timers.values().forEach(timer -> process.alarms().set(timer, Alarms.OFF));
    timers.clear();
    lastId = -1;
  }

  List<GuestState.PosixTimerState> save() {
    var saved = new ArrayList<GuestState.PosixTimerState>();
    timers.forEach((id, t) ->
        saved.add(
            new GuestState.PosixTimerState(
                id,
                t.clock,
                t.target.notice,
                t.target.signal,
                t.target.value,
                t.target.thread,
                t.due,
                t.interval,
                t.overrun,
                t.missed)));
    return saved;
  }

  void load(List<GuestState.PosixTimerState> saved) {
    clear();
    for (var s : saved) {
      var timer = new Timer(s.clock(), new Target(s.notice(), s.signal(), s.value(), s.thread()));
      timer.due = s.due();
      timer.interval = s.interval();
      timer.overrun = s.overrun();
      timer.missed = Math.min(MOST_OVERRUNS, s.missed());
      timers.put(s.id(), timer);
      lastId = Math.max(lastId, s.id());
      timer.setAlarm();
    }
  }
}
