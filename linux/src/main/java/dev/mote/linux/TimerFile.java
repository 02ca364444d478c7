package dev.mote.linux;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A `timerfd`: a read takes how often the timer has expired.
///
/// As in Linux, a timer that repeats wakes those who wait once and then not again before somebody
/// has read it; the times in between are counted when it is read.
final class TimerFile extends OpenFile {
  private static final int SIZE = 8;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// CLOCK_REALTIME or another; all but that one stand still together in a snapshot.
  private final int clock;

  private final LinuxProcess process;
  private final Alarms.Alarm alarm;
  private final WaitQueue waiters = new WaitQueue();

  /// When it expires or last expired, in CLOCK_MONOTONIC.
  private long due = Alarms.OFF;

  private long interval;
  private long ticks;

  /// It has expired, and is not set again yet.
  private boolean expired;

  /// What remains until it expires, and the time between two of its expirations; 0 if it is off.
  record Setting(long remaining, long interval) {}

  TimerFile(Entry entry, int flags, LinuxProcess process, int clock) {
    super(entry, flags);
    this.process = process;
    this.clock = clock;
    alarm =
        new Alarms.Alarm(process.alarms()) {
          @Override
          void ring(long now) {
            expire();
          }
        };
  }

  int clock() {
    return clock;
  }

  private long now() {
    return process.clock().monotonicNanos();
  }

  private void expire() {
    expired = true;
    ticks++;
    waiters.wake(READABLE);
  }

  /// The alarm may be late; nobody who looks shall see that.
  private void catchUp() {
    if (alarm.due() <= now()) {
      process.alarms().ring(now());
    }
  }

  /// @param first CLOCK_MONOTONIC of the first expiration; [Alarms#OFF] for none
  /// @param newInterval between expirations in nanoseconds; 0 for a single one
  void set(long first, long newInterval) {
    due = first;
    interval = newInterval;
    ticks = 0;
    expired = false;
    process.alarms().set(alarm, first);
    catchUp();
  }

  /// A timer that repeats goes on from where it would be now.
  private void goOn() {
    if (!expired || interval == 0) {
      return;
    }
    expired = false;
    long passed = Math.max(0, now() - due) / interval + 1;
    ticks += passed - 1;
    long next = due + passed * interval;
    due = next < 0 ? Alarms.OFF : next;
    process.alarms().set(alarm, due);
  }

  Setting setting() {
    catchUp();
    goOn();
    boolean runs = alarm.due() != Alarms.OFF;
    return new Setting(runs ? Math.max(1, due - now()) : 0, interval);
  }

  @Override
  int read(byte[] target, int offset, int length) {
    if (length < SIZE) {
      throw Errno.EINVAL.exception();
    }
    catchUp();
    if (ticks == 0) {
      return WOULD_BLOCK;
    }
    goOn();
    LONG.set(target, offset, ticks);
    ticks = 0;
    return SIZE;
  }

  @Override
  boolean continues() {
    return false;
  }

  @Override
  int readNothing() {
    throw Errno.EINVAL.exception();
  }

  @Override
  int writeNothing() {
    throw Errno.EINVAL.exception();
  }

  @Override
  WaitQueue waiters() {
    return waiters;
  }

  @Override
  int poll() {
    catchUp();
    return ticks != 0 ? POLLIN : 0;
  }

  @Override
  void close() {
    process.alarms().set(alarm, Alarms.OFF);
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenTimer(place, flags(), clock, due, interval, ticks, expired);
  }

  /// One that was saved.
  static TimerFile of(Entry entry, LinuxProcess process, FilesState.OpenTimer saved) {
    TimerFile timer = new TimerFile(entry, saved.flags(), process, saved.clock());
    timer.due = saved.due();
    timer.interval = saved.interval();
    timer.ticks = saved.ticks();
    timer.expired = saved.expired();
    if (!timer.expired) {
      process.alarms().set(timer.alarm, timer.due);
    }
    return timer;
  }
}
