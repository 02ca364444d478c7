package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.OpenFlags.O_RDWR;

/// `timerfd_create`, `timerfd_settime`, `timerfd_gettime`, and `signalfd`.
final class TimerFileCalls {
  static final int CLOCK_REALTIME = 0;
  static final int CLOCK_MONOTONIC = 1;
  static final int CLOCK_BOOTTIME = 7;
  static final int CLOCK_REALTIME_ALARM = 8;
  static final int CLOCK_BOOTTIME_ALARM = 9;
  private static final int TFD_TIMER_ABSTIME = 1;
  private static final int TFD_TIMER_CANCEL_ON_SET = 2;
  private static final int SIGNAL_SET_BYTES = 8;

  private final ProcessFiles files;

  TimerFileCalls(ProcessFiles files) {
    this.files = files;
  }

  long create(Task task, int clock, int flags) {
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0 || !isClock(clock)) {
      throw Errno.EINVAL.exception();
    }
    files.descriptors.requireFree();
    var timer =
        new TimerFile(
            files.tree.anonymousEntry("[timerfd]"),
            O_RDWR | (flags & O_NONBLOCK),
            task.process(),
            clock);
    return files.descriptors.add(timer, (flags & O_CLOEXEC) != 0);
  }

  static boolean isClock(int clock) {
    return switch (clock) {
      case CLOCK_REALTIME,
          CLOCK_MONOTONIC,
          CLOCK_BOOTTIME,
          CLOCK_REALTIME_ALARM,
          CLOCK_BOOTTIME_ALARM ->
          true;
      default -> false;
    };
  }

  private TimerFile timer(int fd) {
    if (files.descriptors.opened(fd) instanceof TimerFile timer) {
      return timer;
    }
    throw Errno.EINVAL.exception();
  }

  /// ```
  /// struct itimerspec: interval 0, value 16; a timespec each
  /// ```
  long set(Task task, int fd, int flags, long setting, long old) {
    UserMemory memory = task.memory();
    long[] numbers = new long[4];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = memory.getLong(setting + 8L * i);
    }
    if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0) {
      throw Errno.EINVAL.exception();
    }
    long interval = TimeCalls.nanos(numbers[0], numbers[1]);
    long value = TimeCalls.nanos(numbers[2], numbers[3]);
    TimerFile timer = timer(fd);
    TimerFile.Setting before = timer.setting();
    timer.set(first(task.process(), timer, value, (flags & TFD_TIMER_ABSTIME) != 0), interval);
    if (old != 0) {
      store(memory, old, before);
    }
    return 0;
  }

  private static long first(LinuxProcess process, TimerFile timer, long value, boolean absolute) {
    if (value == 0) {
      return Alarms.OFF;
    }
    long now = process.clock().monotonicNanos();
    long start = absolute ? 0 : now;
    if (absolute && (timer.clock() == CLOCK_REALTIME || timer.clock() == CLOCK_REALTIME_ALARM)) {
      start = now - process.vdsoClock().realtimeNanos();
    }
    return value > Long.MAX_VALUE - Math.max(0, start) ? Alarms.OFF - 1 : start + value;
  }

  long get(Task task, int fd, long target) {
    store(task.memory(), target, timer(fd).setting());
    return 0;
  }

  private static void store(UserMemory memory, long target, TimerFile.Setting setting) {
    memory.setLong(target, setting.interval() / Clock.SECOND);
    memory.setLong(target + 8, setting.interval() % Clock.SECOND);
    memory.setLong(target + 16, setting.remaining() / Clock.SECOND);
    memory.setLong(target + 24, setting.remaining() % Clock.SECOND);
  }

  /// @param fd of a signalfd whose set is to change; -1 makes one
  long signalfd(Task task, int fd, long set, long size, int flags) {
    if (size != SIGNAL_SET_BYTES) {
      throw Errno.EINVAL.exception();
    }
    long signals = task.memory().getLong(set);
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0) {
      throw Errno.EINVAL.exception();
    }
    if (fd == -1) {
      files.descriptors.requireFree();
      Entry entry = files.tree.anonymousEntry("[signalfd]");
      int status = O_RDWR | (flags & O_NONBLOCK);
      return files.descriptors.add(
          new SignalFile(entry, status, task.process(), signals), (flags & O_CLOEXEC) != 0);
    }
    if (!(files.descriptors.opened(fd) instanceof SignalFile file)) {
      throw Errno.EINVAL.exception();
    }
    file.signals(signals);
    return fd;
  }
}
