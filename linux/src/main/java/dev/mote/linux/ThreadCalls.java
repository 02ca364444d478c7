package dev.mote.linux;

import static dev.mote.linux.Errno.E2BIG;
import static dev.mote.linux.Errno.EAGAIN;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.ENOSYS;
import static dev.mote.linux.Errno.EPERM;

import dev.mote.machine.PageTables;
import dev.mote.machine.ProcessorContext;

/// The system calls that begin and end threads.
final class ThreadCalls {
  private static final long CLONE_VM = 0x100;
  private static final long CLONE_FS = 0x200;
  private static final long CLONE_FILES = 0x400;
  private static final long CLONE_SIGHAND = 0x800;
  private static final long CLONE_PIDFD = 0x1000;
  private static final long CLONE_VFORK = 0x4000;
  private static final long CLONE_THREAD = 0x1_0000;
  private static final long CLONE_SETTLS = 0x8_0000;
  private static final long CLONE_PARENT_SETTID = 0x10_0000;
  private static final long CLONE_CHILD_CLEARTID = 0x20_0000;
  private static final long CLONE_CHILD_SETTID = 0x100_0000;
  private static final long CLONE_CLEAR_SIGHAND = 0x1_0000_0000L;

  /// CLONE_NEWNS and CLONE_NEWUSER, which what shares its directories cannot have, and
  /// CLONE_NEWPID, which no thread can.
  private static final long NOT_FOR_THREADS = 0x2_0000 | 0x1000_0000 | 0x2000_0000;

  /// CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC and CLONE_NEWNET.
  private static final long PRIVILEGED = 0x200_0000 | 0x400_0000 | 0x800_0000 | 0x4000_0000;

  /// What the threads of a process have in common, and so must share.
  private static final long SHARED =
      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

  /// The signal that ends a process sends its parent.
  private static final long EXIT_SIGNAL = 0xff;

  private static final int FIRST_ARGUMENTS = 64;
  private static final int MOST_ARGUMENTS = 4096;
  private static final int KNOWN_ARGUMENTS = 88;

  /// Threads that a guest may have at one time.
  static final int MOST_THREADS = 4096;

  private final LinuxProcess process;
  private final FutexCalls futexes;
  private int leaderStatus;

  ThreadCalls(LinuxProcess process, FutexCalls futexes) {
    this.process = process;
    this.futexes = futexes;
  }

  /// @param parentTid address where the number of the new thread is stored for the caller
  /// @param childTid the same for the new thread, and what is cleared at its end
  long clone(Task task, long flags, long stack, long parentTid, long childTid, long tls) {
    return clone(task, flags & ~EXIT_SIGNAL, stack, new Places(parentTid, childTid, tls));
  }

  /// ```
  /// struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls,
  ///                    set_tid, set_tid_size, cgroup: 8 bytes each
  /// ```
  long clone3(Task task, long arguments, long size) {
    if (size < FIRST_ARGUMENTS) {
      throw EINVAL.exception();
    }
    if (size > MOST_ARGUMENTS) {
      throw E2BIG.exception();
    }
    byte[] bytes = new byte[(int) size];
    UserMemory memory = task.memory();
    memory.read(arguments, bytes, 0, bytes.length);
    for (int i = KNOWN_ARGUMENTS; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        throw E2BIG.exception();
      }
    }
    long flags = argument(bytes, 0);
    long signal = argument(bytes, 4);
    long stack = argument(bytes, 5);
    long stackSize = argument(bytes, 6);
    if ((flags & EXIT_SIGNAL) != 0
        || (signal & ~EXIT_SIGNAL) != 0
        || ((flags & CLONE_THREAD) != 0 && signal != 0)
        || (stack == 0) != (stackSize == 0)
        || (argument(bytes, 9) != 0 && argument(bytes, 8) == 0)) {
      throw EINVAL.exception();
    }
    if (argument(bytes, 8) != 0) {
      throw EPERM.exception(); // a number of the caller's choice
    }
    var places = new Places(argument(bytes, 3), argument(bytes, 2), argument(bytes, 7));
    return clone(task, flags, stack + stackSize, places);
  }

  private static long argument(byte[] bytes, int number) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      int at = number * 8 + i;
      value = value << 8 | (at < bytes.length ? bytes[at] & 0xff : 0);
    }
    return value;
  }

  private record Places(long parentTid, long childTid, long tls) {}

  private long clone(Task task, long flags, long stack, Places places) {
    if ((flags & (CLONE_THREAD | CLONE_SIGHAND)) == CLONE_THREAD
        || (flags & (CLONE_SIGHAND | CLONE_VM)) == CLONE_SIGHAND
        || (flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
            == (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)) {
      throw EINVAL.exception();
    }
    if ((flags & SHARED) != SHARED || (flags & (CLONE_VFORK | CLONE_PIDFD)) != 0) {
      throw ENOSYS.exception(); // another process
    }
    if ((flags & NOT_FOR_THREADS) != 0) {
      throw EINVAL.exception();
    }
    if ((flags & PRIVILEGED) != 0) {
      throw EPERM.exception();
    }
    Scheduler scheduler = process.scheduler();
    if (scheduler.count() >= MOST_THREADS) {
      throw EAGAIN.exception();
    }
    if ((flags & CLONE_SETTLS) != 0
        && (places.tls < 0 || places.tls >= PageTables.USER_END - AddressSpace.PAGE)) {
      throw EPERM.exception();
    }
    Task child = scheduler.fork();
    child.inherit(task);
    ProcessorContext context = child.context();
    context.rax(0);
    if (stack != 0) {
      context.rsp(stack);
    }
    if ((flags & CLONE_SETTLS) != 0) {
      context.fsBase(places.tls);
    }
    if ((flags & CLONE_CHILD_CLEARTID) != 0) {
      child.clearChildTid = places.childTid;
    }
    if ((flags & CLONE_PARENT_SETTID) != 0) {
      store(task, places.parentTid, child.tid);
    }
    if ((flags & CLONE_CHILD_SETTID) != 0) {
      store(task, places.childTid, child.tid);
    }
    return child.tid;
  }

  /// As Linux, which does not tell that it cannot.
  private static void store(Task task, long address, int value) {
    try {
      task.memory().setInt(address, value);
    } catch (ErrnoException _) {
      return;
    }
  }

  /// One thread ends; with the last one the process.
  long exit(Task task, int status) {
    Scheduler scheduler = process.scheduler();
    if (task.tid == process.processId()) {
      leaderStatus = status & 0xff;
    }
    if (scheduler.count() == 1) {
      process.end(
          new GuestEnding.Exited(task.tid == process.processId() ? status & 0xff : leaderStatus));
      return 0;
    }
    futexes.abandon(task);
    long word = task.clearChildTid;
    if (word != 0) {
      store(task, word, 0);
      process.futexes().wake(word, 1, Futexes.ANY);
    }
    task.forget();
    scheduler.remove(task);
    return 0;
  }

  int leaderStatus() {
    return leaderStatus;
  }

  void load(int status) {
    leaderStatus = status;
  }
}
