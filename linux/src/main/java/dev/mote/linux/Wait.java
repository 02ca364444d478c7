package dev.mote.linux;

/// How long `poll` and `select` wait, and under which signal mask.
final class Wait {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final int SIGNAL_SET_BYTES = 8;

  /// Until the deadline that an earlier attempt has set.
  private static final Wait REMEMBERED = new Wait(1);

  /// Relative; negative waits for ever.
  private final long nanos;

  private Wait(long nanos) {
    this.nanos = nanos;
  }

  static Wait forEver() {
    return new Wait(-1);
  }

  static Wait of(long nanos) {
    return new Wait(nanos);
  }

  /// @param address of a `struct timespec`; 0 waits for ever
  static Wait ofTimespec(Task task, long address) {
    if (address == 0) {
      return forEver();
    }
    if (task.hasDeadline()) {
      return REMEMBERED;
    }
    long seconds = task.memory().getLong(address);
    long nanos = task.memory().getLong(address + 8);
    if (seconds < 0 || nanos < 0 || nanos >= NANOS_PER_SECOND) {
      throw Errno.EINVAL.exception();
    }
    return new Wait(sum(seconds, nanos));
  }

  /// @param address of a `struct timeval`, whose microseconds may be more than a second
  static Wait ofTimeval(Task task, long address) {
    if (address == 0) {
      return forEver();
    }
    if (task.hasDeadline()) {
      return REMEMBERED;
    }
    long seconds = task.memory().getLong(address);
    long micros = task.memory().getLong(address + 8);
    if (seconds < 0 || micros < 0) {
      throw Errno.EINVAL.exception();
    }
    long whole = micros / 1_000_000;
    long sum = seconds > Long.MAX_VALUE - whole ? Long.MAX_VALUE : seconds + whole;
    return new Wait(sum(sum, micros % 1_000_000 * 1000));
  }

  private static long sum(long seconds, long nanos) {
    return seconds >= Long.MAX_VALUE / NANOS_PER_SECOND
        ? Long.MAX_VALUE
        : seconds * NANOS_PER_SECOND + nanos;
  }

  /// Puts a signal mask in force for the wait.
  void mask(Task task, long address, long size) {
    if (address == 0 || task.hasTemporaryMask()) {
      return;
    }
    if (size != SIGNAL_SET_BYTES) {
      throw Errno.EINVAL.exception();
    }
    task.temporaryMask(task.memory().getLong(address));
  }

  /// Whether nothing is to be waited for any more.
  boolean isOver(Task task) {
    if (nanos < 0) {
      return false;
    }
    task.deadline(nanos);
    return nanos == 0 || task.expired();
  }

  long block(Task task) {
    return nanos < 0 ? task.block() : task.block(task.deadline(nanos));
  }

  /// The same, until a queue is woken.
  long block(Task task, WaitQueue queue) {
    task.watch(queue);
    return block(task);
  }

  private long left(Task task) {
    return Math.max(0, task.deadline(nanos) - task.clock().monotonicNanos());
  }

  /// Stores what is left of the time when the call is over; that it cannot is no error.
  void reportTimespec(Task task, long address, long result) {
    report(task, address, result, 1);
  }

  void reportTimeval(Task task, long address, long result) {
    report(task, address, result, 1000);
  }

  private void report(Task task, long address, long result, long unit) {
    if (nanos < 0 || result == Task.BLOCKED) {
      return;
    }
    long left = left(task);
    try {
      task.memory().setLong(address, left / NANOS_PER_SECOND);
      task.memory().setLong(address + 8, left % NANOS_PER_SECOND / unit);
    } catch (ErrnoException e) {
      // The result of the wait counts more than the time.
    }
  }
}
