package dev.mote.linux;

import static dev.mote.linux.Errno.EINVAL;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What getrlimit and its kin say: the program's own limits, kept as data. The limits of the
/// sandbox are enforced elsewhere.
final class ResourceLimits {
  static final int COUNT = 16;
  static final int RLIMIT_STACK = 3;
  private static final int RLIMIT_CORE = 4;
  static final int RLIMIT_NOFILE = 7;
  private static final int RLIMIT_MEMLOCK = 8;
  private static final int RLIMIT_NPROC = 6;
  private static final int RLIMIT_MSGQUEUE = 12;
  private static final int RLIMIT_NICE = 13;
  private static final int RLIMIT_RTPRIO = 14;
  private static final long INFINITY = -1;

  /// As many as `select` can tell of; who wants more raises the limit, as Go, Java and Node do.
  private static final int SOFT_OPEN_FILES = 1024;

  private final long[] soft = new long[COUNT];
  private final long[] hard = new long[COUNT];

  /// @param openFiles how many descriptors the sandbox allows; a process begins with 1,024 of them
  ResourceLimits(int openFiles) {
    Arrays.fill(soft, INFINITY);
    Arrays.fill(hard, INFINITY);
    soft[RLIMIT_STACK] = Loader.STACK_SIZE;
    set(RLIMIT_CORE, 0);
    set(RLIMIT_NOFILE, openFiles);
    soft[RLIMIT_NOFILE] = Math.min(openFiles, SOFT_OPEN_FILES);
    set(RLIMIT_MEMLOCK, 8L << 20);
    set(RLIMIT_NPROC, 1024);
    set(RLIMIT_MSGQUEUE, 0);
    set(RLIMIT_NICE, 0);
    set(RLIMIT_RTPRIO, 0);
  }

  private void set(int resource, long value) {
    soft[resource] = value;
    hard[resource] = value;
  }

  List<GuestState.LimitState> save() {
    var saved = new ArrayList<GuestState.LimitState>();
    for (int i = 0; i < COUNT; i++) {
      saved.add(new GuestState.LimitState(soft[i], hard[i]));
    }
    return saved;
  }

  /// @throws IllegalArgumentException if there are others than these
  void load(List<GuestState.LimitState> saved) {
    if (saved.size() != COUNT) {
      throw new IllegalArgumentException(saved.size() + " limits");
    }
    for (int i = 0; i < COUNT; i++) {
      soft[i] = saved.get(i).soft();
      hard[i] = saved.get(i).hard();
    }
  }

  long soft(int resource) {
    return soft[resource];
  }

  long hard(int resource) {
    return hard[resource];
  }

  long prlimit(Task task, int resource, long set, long old) {
    if (resource < 0 || resource >= COUNT) {
      throw EINVAL.exception();
    }
    UserMemory memory = task.memory();
    long newSoft = set == 0 ? 0 : memory.getLong(set);
    long newHard = set == 0 ? 0 : memory.getLong(set + 8);
    if (set != 0) {
      if (Long.compareUnsigned(newSoft, newHard) > 0) {
        throw EINVAL.exception();
      }
      if (Long.compareUnsigned(newHard, hard[resource]) > 0) {
        throw Errno.EPERM.exception();
      }
    }
    if (old != 0) {
      memory.setLong(old, soft[resource]);
      memory.setLong(old + 8, hard[resource]);
    }
    if (set != 0) {
      soft[resource] = newSoft;
      hard[resource] = newHard;
    }
    return 0;
  }
}
