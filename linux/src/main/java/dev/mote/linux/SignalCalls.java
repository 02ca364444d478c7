package dev.mote.linux;

import static dev.mote.linux.Errno.EAGAIN;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.ENOMEM;
import static dev.mote.linux.Errno.EPERM;
import static dev.mote.linux.Errno.ESRCH;

import dev.mote.machine.VirtualMachine;

/// The system calls about signals.
final class SignalCalls {
  private static final int SIG_BLOCK = 0;
  private static final int SIG_UNBLOCK = 1;
  private static final int SIG_SETMASK = 2;
  private static final long SET_SIZE = 8;

  private final LinuxProcess process;
  private final VirtualMachine vm;

  SignalCalls(LinuxProcess process, VirtualMachine vm) {
    this.process = process;
    this.vm = vm;
  }

  long rtSigaction(Task task, int signal, long action, long old, long size) {
    if (size != SET_SIZE || signal < 1 || signal > SignalInfo.LAST) {
      throw EINVAL.exception();
    }
    boolean fixed = signal == SignalInfo.SIGKILL || signal == SignalInfo.SIGSTOP;
    if (action != 0 && fixed) {
      throw EINVAL.exception();
    }
    UserMemory memory = task.memory();
    SignalActions actions = process.signals().actions();
    SignalActions.Action before = actions.get(signal);
    if (action != 0) {
      var set =
          new SignalActions.Action(
              memory.getLong(action),
              memory.getLong(action + 8),
              memory.getLong(action + 16),
              memory.getLong(action + 24) & ~Signals.UNBLOCKABLE);
      actions.set(signal, set);
      if (actions.isIgnored(signal)) {
        process.signals().discardPending(signal);
      }
    }
    if (old != 0) {
      memory.setLong(old, before.handler());
      memory.setLong(old + 8, before.flags());
      memory.setLong(old + 16, before.restorer());
      memory.setLong(old + 24, before.mask());
    }
    return 0;
  }

  long rtSigprocmask(Task task, int how, long set, long old, long size) {
    if (size != SET_SIZE) {
      throw EINVAL.exception();
    }
    long before = task.blockedSignals;
    if (set != 0) {
      long bits = task.memory().getLong(set);
      long mask =
          switch (how) {
            case SIG_BLOCK -> before | bits;
            case SIG_UNBLOCK -> before & ~bits;
            case SIG_SETMASK -> bits;
            default -> throw EINVAL.exception();
          };
      task.blockedSignals = mask & ~Signals.UNBLOCKABLE;
    }
    if (old != 0) {
      task.memory().setLong(old, before);
    }
    return 0;
  }

  long rtSigpending(Task task, long set, long size) {
    if (size < 0 || size > SET_SIZE) {
      throw EINVAL.exception();
    }
    long pending = task.pendingSignals() & task.blockedSignals;
    byte[] bytes = new byte[(int) size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (pending >>> (8 * i));
    }
    task.memory().write(set, bytes, 0, bytes.length);
    return 0;
  }

  long rtSigsuspend(Task task, long mask, long size) {
    if (size != SET_SIZE) {
      throw EINVAL.exception();
    }
    task.temporaryMask(task.memory().getLong(mask));
    return task.block();
  }

  long pause(Task task) {
    return task.block();
  }

  long rtSigtimedwait(Task task, long set, long info, long timeout, long size) {
    if (size != SET_SIZE) {
      throw EINVAL.exception();
    }
    UserMemory memory = task.memory();
    long wanted = memory.getLong(set) & ~Signals.UNBLOCKABLE;
    long deadline =
        timeout == 0
            ? Task.NO_DEADLINE
            : task.deadline(TimeCalls.nanos(memory.getLong(timeout), memory.getLong(timeout + 8)));
    SignalInfo taken = task.takeSignal(wanted);
    if (taken != null) {
      if (info != 0) {
        byte[] bytes = taken.toBytes();
        memory.write(info, bytes, 0, bytes.length);
      }
      return taken.signal();
    }
    if (task.expired()) {
      throw EAGAIN.exception();
    }
    return task.block(process.signals().arrivals, deadline);
  }

  long rtSigreturn(Task task) {
    try {
      process.signals().frame().pop(task);
    } catch (ErrnoException e) {
      process.signals().fault(task, SignalInfo.ofKernel(SignalInfo.SIGSEGV));
    }
    return vm.registers().rax();
  }

  long sigaltstack(Task task, long stack, long old) {
    UserMemory memory = task.memory();
    long rsp = vm.registers().rsp();
    long beforeStart = task.alternateStack;
    int beforeFlags = SignalFrame.stackFlags(task, rsp);
    long beforeSize = task.alternateStackSize;
    if (stack != 0) {
      set(task, memory.getLong(stack), memory.getInt(stack + 8), memory.getLong(stack + 16), rsp);
    }
    if (old != 0) {
      memory.setLong(old, beforeStart);
      memory.setInt(old + 8, beforeFlags);
      memory.setLong(old + 16, beforeSize);
    }
    return 0;
  }

  private void set(Task task, long start, int flags, long size, long rsp) {
    if (task.isOnAlternateStack(rsp)) {
      throw EPERM.exception();
    }
    int mode = flags & ~Task.SS_AUTODISARM;
    if (mode != Task.SS_DISABLE && mode != Task.SS_ONSTACK && mode != 0) {
      throw EINVAL.exception();
    }
    if (mode == Task.SS_DISABLE) {
      task.alternateStack = 0;
      task.alternateStackSize = 0;
      task.alternateStackFlags = Task.SS_DISABLE;
      return;
    }
    if (size < 0 || size < MINSIGSTKSZ) {
      throw ENOMEM.exception();
    }
    task.alternateStack = start;
    task.alternateStackSize = size;
    task.alternateStackFlags = flags & Task.SS_AUTODISARM;
  }

  private static final long MINSIGSTKSZ = 2048;

  long kill(Task task, int pid, int signal) {
    if (signal < 0 || signal > SignalInfo.LAST) {
      throw EINVAL.exception();
    }
    boolean everyone = pid == -1;
    boolean group = pid == 0 || pid == -process.processId();
    if (pid != process.processId() && !group && !everyone) {
      throw ESRCH.exception();
    }
    if (everyone) {
      throw ESRCH.exception(); // there is nobody but the caller
    }
    if (signal != 0) {
      process
          .signals()
          .sendToProcess(SignalInfo.ofSender(signal, SignalInfo.SI_USER, process.processId()));
    }
    return 0;
  }

  long tkill(Task task, int thread, int signal) {
    return tgkill(task, process.processId(), thread, signal);
  }

  long tgkill(Task task, int pid, int thread, int signal) {
    if (pid <= 0 || thread <= 0 || signal < 0 || signal > SignalInfo.LAST) {
      throw EINVAL.exception();
    }
    Task target = process.scheduler().find(thread);
    if (pid != process.processId() || target == null) {
      throw ESRCH.exception();
    }
    if (signal != 0) {
      target.send(SignalInfo.ofSender(signal, SignalInfo.SI_TKILL, process.processId()));
    }
    return 0;
  }

  long rtTgsigqueueinfo(Task task, int pid, int thread, int signal, long info) {
    if (pid <= 0 || thread <= 0 || signal < 0 || signal > SignalInfo.LAST) {
      throw EINVAL.exception();
    }
    Task target = process.scheduler().find(thread);
    if (pid != process.processId() || target == null) {
      throw ESRCH.exception();
    }
    UserMemory memory = task.memory();
    int code = memory.getInt(info + 8);
    long value = memory.getLong(info + 24);
    if (signal != 0 && !target.send(new SignalInfo(signal, code, 0, process.processId(), value))) {
      throw EAGAIN.exception();
    }
    return 0;
  }

  long rtSigqueueinfo(Task task, int pid, int signal, long info) {
    if (signal < 0 || signal > SignalInfo.LAST) {
      throw EINVAL.exception();
    }
    if (pid != process.processId()) {
      throw ESRCH.exception();
    }
    UserMemory memory = task.memory();
    int code = memory.getInt(info + 8);
    long value = memory.getLong(info + 24);
    if (signal != 0
        && !process
            .signals()
            .sendToProcess(new SignalInfo(signal, code, 0, process.processId(), value))) {
      throw EAGAIN.exception();
    }
    return 0;
  }
}
