package dev.mote.linux;

import static dev.mote.linux.Errno.EAGAIN;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The threads that wait at words of the guest's memory, in the order in which they came.
///
/// Private and shared futexes are the same here: there is one address space. (A thread that waits
/// for the end of another one uses a shared one, which the exit of a private one's owner wakes.)
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Futexes {
  static final int ANY = -1;

  private final Map<Long, LinkedHashSet<Task>> queues = new HashMap<>();

  /// One thread's wait.
  static final class Wait {
    /// The word; another one after it was moved.
    private long address;

    private final int bitset;

    /// Of a lock with priority inheritance, which its owner hands over.
    private final boolean lock;

    private boolean woken;

    Wait(long address, int bitset, boolean lock) {
      this.address = address;
      this.bitset = bitset;
      this.lock = lock;
    }

    boolean isWoken() {
      return woken;
    }

    GuestState.FutexState save() {
      return new GuestState.FutexState(address, bitset, lock, woken);
    }
  }

  /// A thread begins to wait.
  void add(Task task, Wait wait) {
    task.futex = wait;
    queues.computeIfAbsent(wait.address, _ -> new LinkedHashSet<>(2)).add(task);
  }

  /// A thread waits, or was woken, as it did in a snapshot.
  void load(Task task, GuestState.FutexState saved) {
    var wait = new Wait(saved.address(), saved.bitset(), saved.lock());
    if (saved.woken()) {
      wait.woken = true;
      task.futex = wait;
    } else {
      add(task, wait);
    }
  }

  /// A thread gives up its wait, if it has one.
  void remove(Task task) {
    Wait wait = task.futex;
    if (wait != null) {
      task.futex = null;
      if (!wait.woken) {
        take(wait.address, task);
      }
    }
  }

  private void take(long address, Task task) {
    LinkedHashSet<Task> queue = queues.get(address);
    if (queue != null) {
      queue.remove(task);
      if (queue.isEmpty()) {
        queues.remove(address);
      }
    }
  }

  /// Wakes threads that wait at a word.
  ///
  /// @param most how many at most
  /// @param bitset those whose own has a bit in common
  /// @return how many
  int wake(long address, int most, int bitset) {
    LinkedHashSet<Task> queue = queues.get(address);
    if (queue == null || most <= 0) {
      return 0;
    }
    int count = 0;
    Iterator<Task> all = queue.iterator();
    while (count < most && all.hasNext()) {
      Task task = all.next();
      Wait wait = waitOf(task);
      if (!wait.lock && (wait.bitset & bitset) != 0) {
        all.remove();
        wake(task, wait);
        count++;
      }
    }
    if (queue.isEmpty()) {
      queues.remove(address);
    }
    return count;
  }

  private static Wait waitOf(Task task) {
    Wait wait = task.futex;
    if (wait == null) {
      throw new AssertionError("a thread in a queue does not wait");
    }
    return wait;
  }

  private static void wake(Task task, Wait wait) {
    wait.woken = true;
    task.wake(0);
  }

  /// Wakes some and lets others wait at another word.
  ///
  /// @return how many of both
  int requeue(long from, int wakes, long to, int moves) {
    int count = wake(from, wakes, ANY);
    LinkedHashSet<Task> queue = queues.get(from);
    if (queue == null || from == to) {
      return count + (queue == null ? 0 : Math.min(Math.max(0, moves), queue.size()));
    }
    Iterator<Task> all = queue.iterator();
    int moved = 0;
    while (moved < moves && all.hasNext()) {
      Task task = all.next();
      Wait wait = waitOf(task);
      if (!wait.lock) {
        all.remove();
        wait.address = to;
        queues.computeIfAbsent(to, _ -> new LinkedHashSet<>(2)).add(task);
        moved++;
      }
    }
    if (queue.isEmpty()) {
      queues.remove(from);
    }
    return count + moved;
  }

  /// Whether threads wait for a lock there that its owner hands over.
  boolean isLock(long address) {
    LinkedHashSet<Task> queue = queues.get(address);
    return queue != null && waitOf(queue.getFirst()).lock;
  }

  /// The thread that gets a lock next.
  ///
  /// @throws ErrnoException EAGAIN if somebody waits there for something else
  @Nullable Task firstForLock(long address) {
    LinkedHashSet<Task> queue = queues.get(address);
    if (queue == null) {
      return null;
    }
    Task first = queue.getFirst();
    if (!waitOf(first).lock) {
      throw EAGAIN.exception();
    }
    return first;
  }

  /// The lock was handed over to a thread.
  ///
  /// @return whether others wait for it still
  boolean handOver(long address, Task task) {
    take(address, task);
    wake(task, waitOf(task));
    return queues.containsKey(address);
  }

  boolean hasWaiters(long address) {
    return queues.containsKey(address);
  }

  /// Nobody waits.
  void clear() {
    queues.clear();
  }
}
