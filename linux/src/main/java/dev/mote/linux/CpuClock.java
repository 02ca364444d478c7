package dev.mote.linux;

import static dev.mote.linux.Errno.EINVAL;

/// A clock that counts the CPU time of the process, or of one of its threads.
///
/// Such a clock's id is that of a thread or process, inverted, above three bits: whether it is a
/// thread's, and which time it counts (user time, both, the scheduler's: all are the same here). 0
/// stands for the caller. That is what clock_getcpuclockid and pthread_getcpuclockid of the C
/// libraries make.
///
/// @param thread the id of a thread; 0 for the process
record CpuClock(int thread) {
  static final int PROCESS = 2; // CLOCK_PROCESS_CPUTIME_ID
  static final int THREAD = 3; // CLOCK_THREAD_CPUTIME_ID

  private static final int OF_THREAD = 4;
  private static final int KIND = 3; // of which 3 is a descriptor's clock
  private static final int SCHEDULER = 2;

  static boolean is(int clock) {
    return clock == PROCESS || clock == THREAD || (clock < 0 && (clock & KIND) != KIND);
  }

  /// @param caller who asks
  /// @throws ErrnoException EINVAL if no clock has that id, or there is no such thread
  static CpuClock of(LinuxProcess process, Task caller, int clock) {
    if (!is(clock)) {
      throw EINVAL.exception();
    }
    if (clock >= 0) {
      return new CpuClock(clock == THREAD ? caller.tid : 0);
    }
    int id = ~(clock >> 3);
    if ((clock & OF_THREAD) == 0) {
      if (id != 0 && id != process.processId()) {
        throw EINVAL.exception();
      }
      return new CpuClock(0);
    }
    if (id != 0 && process.scheduler().find(id) == null) {
      throw EINVAL.exception();
    }
    return new CpuClock(id == 0 ? caller.tid : id);
  }

  /// An id of this clock, whoever asks.
  int id() {
    return thread == 0 ? PROCESS : (~thread << 3) | OF_THREAD | SCHEDULER;
  }

  /// The clock of which [#id] is the id.
  static CpuClock ofId(int id) {
    return new CpuClock(id == PROCESS ? 0 : ~(id >> 3));
  }

  /// Whether its thread has ended.
  boolean isGone(LinuxProcess process) {
    return thread != 0 && process.scheduler().find(thread) == null;
  }

  /// Nanoseconds; 0 if its thread has ended.
  long nanos(LinuxProcess process) {
    if (thread == 0) {
      return process.cpuNanos();
    }
    Task task = process.scheduler().find(thread);
    return task == null ? 0 : process.scheduler().cpuNanos(task);
  }
}
