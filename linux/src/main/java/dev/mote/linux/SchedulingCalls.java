package dev.mote.linux;

import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.EPERM;
import static dev.mote.linux.Errno.ESRCH;

import java.util.Collection;
import java.util.List;

/// The system calls about when threads run: their policies, niceness and processors.
///
/// Threads share one processor in turns of equal length, whatever they ask for. What Linux takes as
/// a wish (niceness, the policies of ordinary threads) is kept and told again; what it takes as an
/// order (the policies of real time) is refused, as to a process without the right to it.
final class SchedulingCalls {
  private static final int OTHER = 0;
  private static final int FIFO = 1;
  private static final int ROUND_ROBIN = 2;
  private static final int BATCH = 3;
  private static final int IDLE = 5;
  private static final int DEADLINE = 6;

  /// A flag beside the policy: new threads do not begin with more than the usual rights.
  private static final int RESET_ON_FORK = 0x4000_0000;

  private static final int PRIO_PROCESS = 0;
  private static final int PRIO_PGRP = 1;
  private static final int PRIO_USER = 2;

  static final int LEAST_NICE = 19;
  static final int MOST_NICE = -20;

  private final LinuxProcess process;
  private final Scheduler scheduler;
  private final Credentials credentials;

  SchedulingCalls(LinuxProcess process, Credentials credentials) {
    this.process = process;
    this.scheduler = process.scheduler();
    this.credentials = credentials;
  }

  /// Whether a thread can have this policy.
  static boolean isKept(int policy) {
    return switch (policy & ~RESET_ON_FORK) {
      case OTHER, BATCH, IDLE -> true;
      default -> false;
    };
  }

  /// What a new thread has of the one that made it. The flag takes from it only what ordinary
  /// threads may not give themselves, and itself.
  static void inherit(Task child, Task parent) {
    boolean reset = (parent.policy & RESET_ON_FORK) != 0;
    child.policy = parent.policy & ~RESET_ON_FORK;
    child.nice = reset ? Math.max(0, parent.nice) : parent.nice;
  }

  long setscheduler(Task task, int thread, int policy, long parameter) {
    if (parameter == 0 || thread < 0) {
      throw EINVAL.exception();
    }
    int priority = task.memory().getInt(parameter);
    Task meant = thread(task, thread);
    requireAllowed(policy & ~RESET_ON_FORK, priority);
    meant.policy = policy;
    return 0;
  }

  long setparam(Task task, int thread, long parameter) {
    if (parameter == 0 || thread < 0) {
      throw EINVAL.exception();
    }
    int priority = task.memory().getInt(parameter);
    requireAllowed(thread(task, thread).policy & ~RESET_ON_FORK, priority);
    return 0;
  }

  private static void requireAllowed(int policy, int priority) {
    switch (policy) {
      case OTHER, BATCH, IDLE -> {
        if (priority != 0) {
          throw EINVAL.exception();
        }
      }
      case FIFO, ROUND_ROBIN -> {
        boolean known = priority >= 1 && priority <= 99;
        throw (known ? EPERM : EINVAL).exception();
      }
      default -> throw EINVAL.exception(); // DEADLINE takes its parameters by sched_setattr only
    }
  }

  long getscheduler(Task task, int thread) {
    return existing(task, thread).policy;
  }

  /// Nobody has a priority of real time.
  long getparam(Task task, int thread, long target) {
    if (target == 0) {
      throw EINVAL.exception();
    }
    existing(task, thread);
    task.memory().setInt(target, 0);
    return 0;
  }

  /// The length of a turn.
  long getInterval(Task task, int thread, long target) {
    existing(task, thread);
    task.memory().setLong(target, 0);
    task.memory().setLong(target + 8, Scheduler.SLICE);
    return 0;
  }

  /// The least or the greatest priority of a policy.
  static long priorityOfPolicy(int policy, int ofRealTime) {
    return switch (policy) {
      case OTHER, BATCH, IDLE, DEADLINE -> 0;
      case FIFO, ROUND_ROBIN -> ofRealTime;
      default -> throw EINVAL.exception();
    };
  }

  long getaffinity(Task task, int thread, long size, long target) {
    if (size < 8 || (size & 7) != 0) {
      throw EINVAL.exception();
    }
    thread(task, thread);
    task.memory().setLong(target, 1);
    return 8;
  }

  long setaffinity(Task task, int thread, long size, long set) {
    boolean first = size >= 1 && (task.memory().getByte(set) & 1) != 0;
    thread(task, thread);
    if (!first) {
      throw EINVAL.exception();
    }
    return 0;
  }

  /// The best of those that are meant, as the kernel tells it: 20 - nice.
  long getpriority(Task task, int which, int who) {
    int best = LEAST_NICE;
    for (Task meant : meant(task, which, who)) {
      best = Math.min(best, meant.nice);
    }
    return 20L - best;
  }

  long setpriority(Task task, int which, int who, int nice) {
    int kept = Math.clamp(nice, MOST_NICE, LEAST_NICE);
    meant(task, which, who).forEach(meant -> meant.nice = kept);
    return 0;
  }

  private Collection<Task> meant(Task task, int which, int who) {
    boolean all =
        switch (which) {
          case PRIO_PROCESS -> false;
          case PRIO_PGRP -> who == 0 || who == process.processId();
          case PRIO_USER -> who == 0 || who == credentials.uid();
          default -> throw EINVAL.exception();
        };
    if (all) {
      return scheduler.tasks();
    }
    if (which != PRIO_PROCESS) {
      throw ESRCH.exception();
    }
    return List.of(thread(task, who));
  }

  /// @throws ErrnoException EINVAL for a negative number, ESRCH if there is no such thread
  private Task existing(Task task, int id) {
    if (id < 0) {
      throw EINVAL.exception();
    }
    return thread(task, id);
  }

  private Task thread(Task task, int id) {
    Task found = id == 0 ? task : scheduler.find(id);
    if (found == null) {
      throw ESRCH.exception();
    }
    return found;
  }
}
