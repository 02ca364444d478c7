package dev.mote.linux;

import static dev.mote.linux.SignalInfo.SIGCHLD;
import static dev.mote.linux.SignalInfo.SIGCONT;
import static dev.mote.linux.SignalInfo.SIGSTOP;
import static dev.mote.linux.SignalInfo.SIGTSTP;
import static dev.mote.linux.SignalInfo.SIGTTIN;
import static dev.mote.linux.SignalInfo.SIGTTOU;
import static dev.mote.linux.SignalInfo.SIGURG;
import static dev.mote.linux.SignalInfo.SIGWINCH;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a process does on each signal.
final class SignalActions {
  static final long SIG_DFL = 0;
  static final long SIG_IGN = 1;

  static final long SA_SIGINFO = 4;
  static final long SA_RESTORER = 0x0400_0000;
  static final long SA_ONSTACK = 0x0800_0000;
  static final long SA_RESTART = 0x1000_0000;
  static final long SA_NODEFER = 0x4000_0000;
  static final long SA_RESETHAND = 0x8000_0000L;

  /// One signal's action, `struct kernel_sigaction`: handler, flags, restorer, mask (8 bytes each).
  record Action(long handler, long flags, long restorer, long mask) {
    static final Action DEFAULT = new Action(SIG_DFL, 0, 0, 0);
    static final int SIZE = 32;

    boolean has(long flag) {
      return (flags & flag) != 0;
    }

    boolean isHandler() {
      return handler != SIG_DFL && handler != SIG_IGN;
    }
  }

  private final Action[] actions = new Action[SignalInfo.LAST + 1];

  SignalActions() {
    Arrays.fill(actions, Action.DEFAULT);
  }

  Action get(int signal) {
    return actions[signal];
  }

  void set(int signal, Action action) {
    actions[signal] = action;
  }

  /// Another program takes the place of the one that ran: its handlers are gone, what it ignored
  /// stays ignored.
  void exec() {
    for (int signal = 1; signal <= SignalInfo.LAST; signal++) {
      long handler = actions[signal].handler == SIG_IGN ? SIG_IGN : SIG_DFL;
      actions[signal] = new Action(handler, 0, 0, 0);
    }
  }

  List<GuestState.ActionState> save() {
    var saved = new ArrayList<GuestState.ActionState>();
    for (int signal = 1; signal <= SignalInfo.LAST; signal++) {
      Action a = actions[signal];
      if (!a.equals(Action.DEFAULT)) {
        saved.add(new GuestState.ActionState(signal, a.handler, a.flags, a.restorer, a.mask));
      }
    }
    return saved;
  }

  /// @throws IllegalArgumentException if there is no such signal
  void load(List<GuestState.ActionState> saved) {
    Arrays.fill(actions, Action.DEFAULT);
    for (var a : saved) {
      if (a.signal() < 1 || a.signal() > SignalInfo.LAST) {
        throw new IllegalArgumentException("action of signal " + a.signal());
      }
      actions[a.signal()] = new Action(a.handler(), a.flags(), a.restorer(), a.mask());
    }
  }

  /// Whether a signal that is delivered now does nothing.
  boolean isIgnored(int signal) {
    long handler = actions[signal].handler;
    return handler == SIG_IGN || (handler == SIG_DFL && !terminates(signal));
  }

  /// What a signal does without an action. There is nobody to continue a stopped process, so
  /// stopping it is ignored.
  private static boolean terminates(int signal) {
    return switch (signal) {
      case SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH -> false;
      default -> true;
    };
  }
}
