package dev.mote.linux;

import static dev.mote.linux.Errno.EAGAIN;
import static dev.mote.linux.Errno.EDEADLK;
import static dev.mote.linux.Errno.EFAULT;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.ENOSYS;
import static dev.mote.linux.Errno.EPERM;
import static dev.mote.linux.Errno.ESRCH;
import static dev.mote.linux.Errno.ETIMEDOUT;

import dev.mote.machine.PageTables;
import org.jspecify.annotations.Nullable;

/// The system call futex.
final class FutexCalls {
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final int FUTEX_REQUEUE = 3;
  private static final int FUTEX_CMP_REQUEUE = 4;
  private static final int FUTEX_WAKE_OP = 5;
  private static final int FUTEX_LOCK_PI = 6;
  private static final int FUTEX_UNLOCK_PI = 7;
  private static final int FUTEX_TRYLOCK_PI = 8;
  private static final int FUTEX_WAIT_BITSET = 9;
  private static final int FUTEX_WAKE_BITSET = 10;
  private static final int FUTEX_LOCK_PI2 = 13;
  private static final int PRIVATE_FLAG = 128;
  private static final int CLOCK_REALTIME = 256;

  /// The word of a lock: who has it, and what else is to be known.
  private static final int TID_MASK = 0x3fff_ffff;

  private static final int OWNER_DIED = 0x4000_0000;
  private static final int WAITERS = 0x8000_0000;

  /// A list of robust locks is followed no further (ROBUST_LIST_LIMIT).
  private static final int MOST_ROBUST = 2048;

  private final Futexes futexes;
  private final Scheduler scheduler;

  FutexCalls(Futexes futexes, Scheduler scheduler) {
    this.futexes = futexes;
    this.scheduler = scheduler;
  }

  /// @param timeout address of a timespec, or a second number
  /// @param third bitset, or the value that is expected
  long futex(
      Task task, long address, int operation, int value, long timeout, long other, int third) {
    int command = operation & ~(PRIVATE_FLAG | CLOCK_REALTIME);
    boolean realtime = (operation & CLOCK_REALTIME) != 0;
    if (realtime && command != FUTEX_WAIT_BITSET && command != FUTEX_LOCK_PI2) {
      throw ENOSYS.exception();
    }
    return switch (command) {
      case FUTEX_WAIT -> {
        requireWord(address);
        yield await(task, address, value, deadline(task, timeout, false, false), Futexes.ANY);
      }
      case FUTEX_WAIT_BITSET -> {
        requireBits(third);
        requireWord(address);
        yield await(task, address, value, deadline(task, timeout, true, realtime), third);
      }
      case FUTEX_WAKE -> {
        requireWord(address);
        yield futexes.wake(address, Math.max(1, value), Futexes.ANY);
      }
      case FUTEX_WAKE_BITSET -> {
        requireBits(third);
        requireWord(address);
        yield futexes.wake(address, Math.max(1, value), third);
      }
      case FUTEX_REQUEUE, FUTEX_CMP_REQUEUE -> {
        int moves = (int) timeout;
        requireWord(address);
        requireWord(other);
        if (value < 0 || moves < 0) {
          throw EINVAL.exception();
        }
        if (command == FUTEX_CMP_REQUEUE && task.memory().getInt(address) != third) {
          throw EAGAIN.exception();
        }
        yield futexes.requeue(address, value, other, moves);
      }
      case FUTEX_WAKE_OP -> {
        requireWord(address);
        requireWord(other);
        yield wakeOp(task, address, value, other, (int) timeout, third);
      }
      case FUTEX_LOCK_PI -> lock(task, address, deadline(task, timeout, true, true), true);
      case FUTEX_LOCK_PI2 -> lock(task, address, deadline(task, timeout, true, realtime), true);
      case FUTEX_TRYLOCK_PI -> lock(task, address, Task.NO_DEADLINE, false);
      case FUTEX_UNLOCK_PI -> unlock(task, address);
      default -> throw ENOSYS.exception();
    };
  }

  private static void requireWord(long address) {
    if ((address & 3) != 0) {
      throw EINVAL.exception();
    }
    if (address < 0 || address >= PageTables.USER_END) {
      throw EFAULT.exception();
    }
  }

  private static void requireBits(int bitset) {
    if (bitset == 0) {
      throw EINVAL.exception();
    }
  }

  /// @param timeout address of a timespec; 0 for none
  private static long deadline(Task task, long timeout, boolean absolute, boolean realtime) {
    if (timeout == 0) {
      return Task.NO_DEADLINE;
    }
    if (task.hasDeadline()) {
      return task.deadline(0);
    }
    UserMemory memory = task.memory();
    long nanos = TimeCalls.nanos(memory.getLong(timeout), memory.getLong(timeout + 8));
    if (absolute) {
      Clock clock = task.clock();
      nanos -= realtime ? clock.realtimeNanos() : clock.monotonicNanos();
    }
    return task.deadline(nanos);
  }

  private long await(Task task, long address, int value, long deadline, int bitset) {
    Futexes.Wait wait = task.futex;
    if (wait == null) {
      if (task.memory().getInt(address) != value) {
        throw EAGAIN.exception();
      }
      futexes.add(task, new Futexes.Wait(address, bitset, false));
    } else if (wait.isWoken()) {
      futexes.remove(task);
      return 0;
    }
    return blockOrExpire(task, deadline);
  }

  private long blockOrExpire(Task task, long deadline) {
    if (task.expired()) {
      futexes.remove(task);
      throw ETIMEDOUT.exception();
    }
    return task.block(deadline);
  }

  /// ```
  /// operation: 4 bits what is done (bit 3: with 1 << argument), 4 bits how it is compared,
  ///            12 bits argument, 12 bits to compare with
  /// ```
  private long wakeOp(Task task, long first, int wakes, long second, int wakesMore, int operation) {
    int compared = operation << 20 >> 20;
    int argument = operation << 8 >> 20;
    if ((operation & 1 << 31) != 0) {
      argument = 1 << (argument & 31);
    }
    int before = task.memory().getInt(second);
    int after =
        switch (operation >>> 28 & 7) {
          case 0 -> argument;
          case 1 -> before + argument;
          case 2 -> before | argument;
          case 3 -> before & ~argument;
          case 4 -> before ^ argument;
          default -> throw ENOSYS.exception();
        };
    boolean holds =
        switch (operation >>> 24 & 15) {
          case 0 -> before == compared;
          case 1 -> before != compared;
          case 2 -> before < compared;
          case 3 -> before <= compared;
          case 4 -> before > compared;
          case 5 -> before >= compared;
          default -> throw ENOSYS.exception();
        };
    task.memory().setInt(second, after);
    int count = futexes.wake(first, Math.max(1, wakes), Futexes.ANY);
    return holds ? count + futexes.wake(second, Math.max(1, wakesMore), Futexes.ANY) : count;
  }

  private long lock(Task task, long address, long deadline, boolean waits) {
    requireWord(address);
    Futexes.Wait wait = task.futex;
    if (wait != null && wait.isWoken()) {
      futexes.remove(task);
      return 0; // it was handed over
    }
    if (wait == null) {
      int word = task.memory().getInt(address);
      int owner = word & TID_MASK;
      if (owner == 0 && !futexes.hasWaiters(address)) {
        task.memory().setInt(address, task.tid | (word & OWNER_DIED));
        return 0;
      }
      if (owner == task.tid) {
        throw EDEADLK.exception();
      }
      if (!waits) {
        throw EAGAIN.exception();
      }
      futexes.firstForLock(address);
      if (owner != 0 && scheduler.find(owner) == null) {
        throw ESRCH.exception();
      }
      task.memory().setInt(address, word | WAITERS);
      futexes.add(task, new Futexes.Wait(address, Futexes.ANY, true));
    }
    return blockOrExpire(task, deadline);
  }

  private long unlock(Task task, long address) {
    requireWord(address);
    int word = task.memory().getInt(address);
    if ((word & TID_MASK) != task.tid) {
      throw EPERM.exception();
    }
    handOver(task.memory(), address, 0);
    return 0;
  }

  /// The lock goes to who has waited longest for it.
  ///
  /// @param flags that the word has beside its owner
  private void handOver(UserMemory memory, long address, int flags) {
    @Nullable Task next = futexes.firstForLock(address);
    if (next == null) {
      memory.setInt(address, flags);
      return;
    }
    boolean more = futexes.handOver(address, next);
    memory.setInt(address, next.tid | flags | (more ? WAITERS : 0));
  }

  /// A thread ends: the locks in its list of robust ones are given up, with a mark that their owner
  /// has died.
  ///
  /// ```
  /// struct robust_list_head: next, offset of the word from an entry, pending: 8 bytes each
  /// ```
  void abandon(Task task) {
    long head = task.robustList;
    if (head == 0) {
      return;
    }
    UserMemory memory = task.memory();
    try {
      long offset = memory.getLong(head + 8);
      long pending = memory.getLong(head + 16);
      long entry = memory.getLong(head);
      for (int i = 0; i < MOST_ROBUST && (entry & ~1L) != head && entry != 0; i++) {
        long next = memory.getLong(entry & ~1L);
        if ((entry & ~1L) != (pending & ~1L)) {
          abandon(task, (entry & ~1L) + offset);
        }
        entry = next;
      }
      if ((pending & ~1L) != 0) {
        abandon(task, (pending & ~1L) + offset);
      }
    } catch (ErrnoException _) {
      return; // the list leaves the program's memory: the rest of it is lost, as on Linux
    }
  }

  private void abandon(Task task, long address) {
    if ((address & 3) != 0) {
      return;
    }
    int word = task.memory().getInt(address);
    if ((word & TID_MASK) != task.tid) {
      return;
    }
    if (futexes.isLock(address)) {
      handOver(task.memory(), address, OWNER_DIED);
      return;
    }
    task.memory().setInt(address, (word & WAITERS) | OWNER_DIED);
    if ((word & WAITERS) != 0) {
      futexes.wake(address, 1, Futexes.ANY);
    }
  }
}
