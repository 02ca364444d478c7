package dev.mote.linux;

import static dev.mote.linux.SignalInfo.SIGKILL;
import static dev.mote.linux.SignalInfo.SIGSEGV;
import static dev.mote.linux.SignalInfo.SIGSTOP;

import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;

/// Delivers signals to the guest's threads: handlers, default actions, restarting of interrupted
/// system calls.
final class Signals {
  /// SIGKILL and SIGSTOP can be neither held back nor handled.
  static final long UNBLOCKABLE = 1L << (SIGKILL - 1) | 1L << (SIGSTOP - 1);

  private static final int FUTEX = 202;

  private final LinuxProcess process;
  private final SignalActions actions = new SignalActions();

  /// Sent to the process: any of its threads may take them.
  private final PendingSignals pending = new PendingSignals();

  private final SignalFrame frame;

  /// Those who wait for a signal without being interrupted by it (rt_sigtimedwait, signalfd).
  final WaitQueue arrivals = new WaitQueue();

  Signals(LinuxProcess process, VirtualMachine vm) {
    this.process = process;
    frame = new SignalFrame(vm, process.memory());
  }

  SignalActions actions() {
    return actions;
  }

  /// Those that were sent to the process.
  PendingSignals pending() {
    return pending;
  }

  /// Makes a signal pending for the process, unless it is ignored. A thread that does not hold it
  /// back takes it, the first one rather than another.
  ///
  /// @return false if there are too many signals of its kind
  boolean sendToProcess(SignalInfo info) {
    Task taker = null;
    for (Task task : process.scheduler().tasks()) {
      if (!task.holds(info.signal())) {
        taker = task;
        break;
      }
    }
    if (taker != null && actions.isIgnored(info.signal())) {
      return true;
    }
    if (!pending.add(info)) {
      return false;
    }
    if (taker != null) {
      taker.wake(0);
    }
    arrivals.wake(OpenFile.READABLE);
    return true;
  }

  /// The first thread that does not hold it back takes a signal of the process, though it waits and
  /// others run: it is the one whose call is to be interrupted.
  ///
  /// @param signals of the process
  /// @return those of them that no thread before this one takes
  long leftFor(Task task, long signals) {
    long left = signals;
    for (Task other : process.scheduler().tasks()) {
      if (other == task || left == 0) {
        break;
      }
      if (other != process.channel().receiver()) { // which takes nothing before it has its message
        left &= other.blockedSignals;
      }
    }
    return left;
  }

  /// A signal was sent to one thread.
  void sent(Task task) {
    task.wake(0);
    arrivals.wake(OpenFile.READABLE);
  }

  /// A signal has become ignored.
  void discardPending(int signal) {
    pending.discard(signal);
    process.scheduler().tasks().forEach(task -> task.discardPending(signal));
  }

  SignalFrame frame() {
    return frame;
  }

  /// Delivers what is pending. Called before the guest is entered.
  void deliver(Task task) {
    while (task.hasDeliverableSignal() && !process.hasEnded()) {
      SignalInfo info = task.takeSignal(task.deliverable());
      if (info != null) {
        deliver(task, info);
      }
    }
    task.restoreMask(); // a wait under a mask of its own ended without a handler
  }

  private void deliver(Task task, SignalInfo info) {
    int signal = info.signal();
    SignalActions.Action action = actions.get(signal);
    if (actions.isIgnored(signal)) {
      return;
    }
    if (!action.isHandler()) {
      process.endBySignal(task, info);
      return;
    }
    if (action.has(SignalActions.SA_RESETHAND)) {
      actions.set(signal, SignalActions.Action.DEFAULT);
    }
    try {
      frame.push(task, info, action);
    } catch (ErrnoException e) {
      // The handler's stack cannot be written: Linux sends SIGSEGV, at once deadly if that is what
      // failed.
      actions.set(SIGSEGV, SignalActions.Action.DEFAULT);
      process.endBySignal(task, SignalInfo.ofKernel(SIGSEGV));
      return;
    }
    task.forgetSavedMask();
    task.blockedSignals |= action.mask() & ~UNBLOCKABLE;
    if (!action.has(SignalActions.SA_NODEFER)) {
      task.blockedSignals |= 1L << (signal - 1);
    }
  }

  /// A fault of the guest's: its signal cannot be held back or ignored.
  void fault(Task task, SignalInfo info) {
    int signal = info.signal();
    long bit = 1L << (signal - 1);
    boolean ignored = actions.get(signal).handler() == SignalActions.SIG_IGN;
    if ((task.blockedSignals & bit) != 0 || ignored) {
      actions.set(signal, SignalActions.Action.DEFAULT);
      task.blockedSignals &= ~bit;
    }
    task.send(info);
  }

  /// Ends a blocked system call because of a signal: it is either made again or fails with EINTR.
  ///
  /// @param number of the system call, which `rip` stands behind
  void interruptCall(Task task, int number) {
    Registers registers = task.registers();
    boolean restart = true;
    long deliverable = task.deliverable();
    for (int signal = 1; signal <= SignalInfo.LAST; signal++) {
      if ((deliverable & 1L << (signal - 1)) != 0) {
        SignalActions.Action action = actions.get(signal);
        restart =
            !action.isHandler()
                || (action.has(SignalActions.SA_RESTART) && isRestartable(task, number));
        break;
      }
    }
    if (task.progress > 0) {
      registers.rax(task.progress); // a part of the transfer is done: that is the result
    } else if (restart) {
      registers.rax(number);
      registers.rip(registers.rip() - 2); // the two bytes of SYSCALL
    } else {
      registers.rax(-errnoOfInterruption(task).value);
    }
    task.unblock();
  }

  private static Errno errnoOfInterruption(Task task) {
    try {
      task.callInterrupted();
      return Errno.EINTR;
    } catch (ErrnoException e) {
      return e.errno;
    }
  }

  /// Calls that give EINTR even when the handler asked for restarting (signal(7)).
  private static boolean isRestartable(Task task, int number) {
    return switch (number) {
      case FUTEX -> task.blockedUntil() == Task.NO_DEADLINE;
      case 7, 23, 34, 35, 130, 128, 230, 232, 270, 271, 281, 441 -> false;
      default -> true;
    };
  }
}
