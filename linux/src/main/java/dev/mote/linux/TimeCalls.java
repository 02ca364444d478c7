package dev.mote.linux;

import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.EOPNOTSUPP;
import static dev.mote.linux.Errno.EPERM;

import java.util.function.LongSupplier;

/// The system calls about time.
final class TimeCalls {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_MONOTONIC_RAW = 4;
  private static final int CLOCK_REALTIME_COARSE = 5;
  private static final int CLOCK_MONOTONIC_COARSE = 6;
  private static final int CLOCK_BOOTTIME = 7;
  private static final int CLOCK_REALTIME_ALARM = 8;
  private static final int CLOCK_BOOTTIME_ALARM = 9;
  private static final int CLOCK_TAI = 11;
  private static final int TIMER_ABSTIME = 1;

  /// Resolution of the coarse clocks: a tick of a kernel with HZ=250.
  static final int TICK = 4_000_000;

  private static final long SECOND = Clock.SECOND;

  private final LinuxProcess process;

  TimeCalls(LinuxProcess process) {
    this.process = process;
  }

  /// A time-out in nanoseconds, as much as fits.
  ///
  /// @throws ErrnoException EINVAL if the parts are out of range
  static long nanos(long seconds, long nanos) {
    if (seconds < 0 || nanos < 0 || nanos >= SECOND) {
      throw EINVAL.exception();
    }
    return seconds > Long.MAX_VALUE / SECOND - 1 ? Long.MAX_VALUE : seconds * SECOND + nanos;
  }

  /// A clock that timers run by.
  ///
  /// @param clock one of [#isTimerClock], or the id of a [CpuClock]
  /// @throws ErrnoException EINVAL if there is none of that number
  static LongSupplier clock(LinuxProcess process, int clock) {
    if (CpuClock.is(clock)) {
      CpuClock ofCpu = CpuClock.ofId(clock);
      return () -> ofCpu.nanos(process);
    }
    return switch (clock) {
      case CLOCK_REALTIME, CLOCK_REALTIME_ALARM, CLOCK_TAI -> process.clock()::realtimeNanos;
      case CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM -> process.clock()::monotonicNanos;
      default -> throw EINVAL.exception();
    };
  }

  static boolean isTimerClock(int clock) {
    return switch (clock) {
      case CLOCK_REALTIME,
          CLOCK_REALTIME_ALARM,
          CLOCK_TAI,
          CLOCK_MONOTONIC,
          CLOCK_BOOTTIME,
          CLOCK_BOOTTIME_ALARM ->
          true;
      default -> CpuClock.is(clock);
    };
  }

  private long now(Task task, int clock) {
    return switch (clock) {
      case CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_REALTIME_ALARM, CLOCK_TAI ->
          process.vdsoClock().realtimeNanos();
      case CLOCK_MONOTONIC,
          CLOCK_MONOTONIC_RAW,
          CLOCK_MONOTONIC_COARSE,
          CLOCK_BOOTTIME,
          CLOCK_BOOTTIME_ALARM ->
          process.vdsoClock().monotonicNanos();
      default -> CpuClock.of(process, task, clock).nanos(process);
    };
  }

  long clockGettime(Task task, int clock, long target) {
    put(task, target, now(task, clock));
    return 0;
  }

  long clockGetres(Task task, int clock, long target) {
    now(task, clock);
    if (target != 0) {
      boolean coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
      put(task, target, coarse ? TICK : 1);
    }
    return 0;
  }

  long clockSettime(Task task, int clock) {
    now(task, clock);
    if (clock == CLOCK_REALTIME) {
      throw EPERM.exception();
    }
    throw EINVAL.exception();
  }

  long gettimeofday(Task task, long time, long zone) {
    if (time != 0) {
      long now = process.vdsoClock().realtimeNanos();
      task.memory().setLong(time, now / SECOND);
      task.memory().setLong(time + 8, now % SECOND / 1000);
    }
    if (zone != 0) {
      task.memory().setLong(zone, 0);
    }
    return 0;
  }

  long time(Task task, long target) {
    long now = process.vdsoClock().realtimeNanos() / SECOND;
    if (target != 0) {
      task.memory().setLong(target, now);
    }
    return now;
  }

  long nanosleep(Task task, long request, long remaining) {
    if (task.hasDeadline()) {
      return sleepUntil(task, task.deadline(0), remaining);
    }
    long nanos = nanos(task.memory().getLong(request), task.memory().getLong(request + 8));
    return sleepUntil(task, task.deadline(nanos), remaining);
  }

  long clockNanosleep(Task task, int clock, int flags, long request, long remaining) {
    if (clock == CpuClock.THREAD) {
      throw EINVAL.exception();
    }
    long now = now(task, clock);
    if (CpuClock.is(clock)
        || clock == CLOCK_MONOTONIC_RAW
        || clock == CLOCK_REALTIME_COARSE
        || clock == CLOCK_MONOTONIC_COARSE) {
      throw EOPNOTSUPP.exception();
    }
    boolean absolute = (flags & TIMER_ABSTIME) != 0;
    if (!task.hasDeadline()) {
      long nanos = nanos(task.memory().getLong(request), task.memory().getLong(request + 8));
      task.deadline(absolute ? nanos - now : nanos);
    }
    return sleepUntil(task, task.deadline(0), absolute ? 0 : remaining);
  }

  private long sleepUntil(Task task, long deadline, long remaining) {
    if (task.expired()) {
      return 0;
    }
    task.reportRemaining(remaining);
    return task.block(deadline);
  }

  long times(Task task, long target) {
    long ticks = process.cpuNanos() / 10_000_000;
    if (target != 0) {
      task.memory().setLong(target, ticks);
      task.memory().setLong(target + 8, 0);
      task.memory().setLong(target + 16, 0);
      task.memory().setLong(target + 24, 0);
    }
    return process.clock().monotonicNanos() / 10_000_000;
  }

  long alarm(int seconds) {
    long before = process.timers().remaining(Timers.REAL);
    process.timers().set(Timers.REAL, (seconds & 0xffff_ffffL) * SECOND, 0);
    long rounded = (before + SECOND / 2) / SECOND;
    return before > 0 ? Math.max(1, rounded) : 0; // 0 would say that there was no alarm
  }

  long getitimer(Task task, int which, long target) {
    Timers.check(which);
    putTimer(task, target, process.timers().interval(which), process.timers().remaining(which));
    return 0;
  }

  long setitimer(Task task, int which, long value, long old) {
    Timers.check(which);
    UserMemory memory = task.memory();
    long interval = 0;
    long first = 0;
    if (value != 0) {
      interval = micros(memory.getLong(value), memory.getLong(value + 8));
      first = micros(memory.getLong(value + 16), memory.getLong(value + 24));
    }
    long oldInterval = process.timers().interval(which);
    long oldRemaining = process.timers().remaining(which);
    process.timers().set(which, first, interval);
    if (old != 0) {
      putTimer(task, old, oldInterval, oldRemaining);
    }
    return 0;
  }

  /// ```
  /// struct sigevent: value 8, signal 4, what is done 4, thread 4
  /// ```
  ///
  /// @param event address of one; 0 for SIGALRM
  long timerCreate(Task task, int clock, long event, long target) {
    UserMemory memory = task.memory();
    PosixTimers.Target whom = null;
    if (event != 0) {
      int notify = memory.getInt(event + 12);
      int signal = memory.getInt(event + 8);
      int thread = memory.getInt(event + 16);
      boolean known =
          switch (notify) {
            case PosixTimers.SIGEV_NONE -> true;
            case PosixTimers.SIGEV_SIGNAL -> isSignal(signal);
            case PosixTimers.SIGEV_THREAD_ID ->
                isSignal(signal) && process.scheduler().find(thread) != null;
            default -> false;
          };
      if (!known) {
        throw EINVAL.exception();
      }
      whom = new PosixTimers.Target(notify, signal, memory.getLong(event), thread);
    }
    int id = process.posixTimers().create(task, clock, whom);
    try {
      memory.setInt(target, id);
    } catch (ErrnoException e) {
      process.posixTimers().delete(id);
      throw e;
    }
    return 0;
  }

  private static boolean isSignal(int signal) {
    return signal >= 1 && signal <= SignalInfo.LAST;
  }

  long timerSettime(Task task, int id, int flags, long value, long old) {
    PosixTimers.Timer timer = process.posixTimers().get(id);
    UserMemory memory = task.memory();
    long interval = nanos(memory.getLong(value), memory.getLong(value + 8));
    long first = nanos(memory.getLong(value + 16), memory.getLong(value + 24));
    if (old != 0) {
      timerGettime(task, id, old);
    }
    timer.arm(first, interval, (flags & TIMER_ABSTIME) != 0);
    return 0;
  }

  long timerGettime(Task task, int id, long target) {
    PosixTimers.Timer timer = process.posixTimers().get(id);
    put(task, target, timer.interval());
    put(task, target + 16, timer.remaining());
    return 0;
  }

  long timerGetoverrun(int id) {
    return process.posixTimers().get(id).overrun();
  }

  long timerDelete(int id) {
    process.posixTimers().delete(id);
    return 0;
  }

  private static long micros(long seconds, long micros) {
    if (micros < 0 || micros >= 1_000_000) {
      throw EINVAL.exception();
    }
    return nanos(seconds, micros * 1000);
  }

  private static void putTimer(Task task, long target, long interval, long remaining) {
    UserMemory memory = task.memory();
    memory.setLong(target, interval / SECOND);
    memory.setLong(target + 8, interval % SECOND / 1000);
    memory.setLong(target + 16, remaining / SECOND);
    memory.setLong(target + 24, remaining % SECOND / 1000);
  }

  private static void put(Task task, long target, long nanos) {
    task.memory().setLong(target, nanos / SECOND);
    task.memory().setLong(target + 8, nanos % SECOND);
  }
}
