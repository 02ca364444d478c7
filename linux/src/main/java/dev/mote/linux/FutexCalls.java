package dev.mote.linux;

import static dev.mote.linux.Errno.EAGAIN;
import static dev.mote.linux.Errno.EFAULT;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.ENOSYS;
import static dev.mote.linux.Errno.ETIMEDOUT;

import dev.mote.machine.PageTables;

/// futex for a program with one thread: nobody else can wake it, so a wait ends by its time-out or
/// by a signal.
final class FutexCalls {
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final int FUTEX_REQUEUE = 3;
  private static final int FUTEX_CMP_REQUEUE = 4;
  private static final int FUTEX_WAIT_BITSET = 9;
  private static final int FUTEX_WAKE_BITSET = 10;
  private static final int PRIVATE_FLAG = 128;
  private static final int CLOCK_REALTIME = 256;

  private FutexCalls() {}

  static long futex(Task task, long address, int operation, int value, long timeout, int bitset) {
    int command = operation & ~(PRIVATE_FLAG | CLOCK_REALTIME);
    boolean realtime = (operation & CLOCK_REALTIME) != 0;
    if (realtime && command != FUTEX_WAIT_BITSET) {
      throw ENOSYS.exception();
    }
    if ((address & 3) != 0) {
      throw EINVAL.exception();
    }
    if (address < 0 || address >= PageTables.USER_END) {
      throw EFAULT.exception();
    }
    return switch (command) {
      case FUTEX_WAIT, FUTEX_WAIT_BITSET -> {
        if (command == FUTEX_WAIT_BITSET && bitset == 0) {
          throw EINVAL.exception();
        }
        yield await(task, address, value, timeout, command == FUTEX_WAIT_BITSET, realtime);
      }
      case FUTEX_WAKE, FUTEX_REQUEUE -> 0;
      case FUTEX_WAKE_BITSET -> {
        if (bitset == 0) {
          throw EINVAL.exception();
        }
        yield 0;
      }
      case FUTEX_CMP_REQUEUE -> {
        if (task.memory().getInt(address) != bitset) {
          throw EAGAIN.exception();
        }
        yield 0;
      }
      default -> throw ENOSYS.exception();
    };
  }

  private static long await(
      Task task, long address, int value, long timeout, boolean absolute, boolean realtime) {
    long deadline = Task.NO_DEADLINE;
    if (timeout != 0) {
      UserMemory memory = task.memory();
      long nanos = TimeCalls.nanos(memory.getLong(timeout), memory.getLong(timeout + 8));
      if (absolute) {
        Clock clock = task.clock();
        nanos -= realtime ? clock.realtimeNanos() : clock.monotonicNanos();
      }
      deadline = task.deadline(nanos);
    }
    if (task.memory().getInt(address) != value) {
      throw EAGAIN.exception();
    }
    if (task.expired()) {
      throw ETIMEDOUT.exception();
    }
    return task.block(deadline);
  }
}
