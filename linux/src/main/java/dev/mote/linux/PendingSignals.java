package dev.mote.linux;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Signals that were sent and are not delivered yet. A standard signal that is pending already is
/// not queued twice, but for those of timers: each timer has a place of its own.
final class PendingSignals {
  private static final int FIRST_REALTIME = 32;

  /// Real-time signals queue up to this many (Linux has RLIMIT_SIGPENDING).
  static final int MAX_QUEUED = 1024;

  private final ArrayDeque<SignalInfo> queue = new ArrayDeque<>();
  private long set;

  /// Bit n-1 stands for signal n.
  long set() {
    return set;
  }

  /// @return false if there are too many
  boolean add(SignalInfo info) {
    long bit = bit(info.signal());
    boolean known = (set & bit) != 0;
    if (known && info.signal() < FIRST_REALTIME && info.code() != SignalInfo.SI_TIMER) {
      return true;
    }
    if (known && queue.size() >= MAX_QUEUED) {
      return false;
    }
    set |= bit;
    queue.add(info);
    return true;
  }

  /// Whether the signal of a timer is among them.
  boolean hasOfTimer(int signal, int timer) {
    return (set & bit(signal)) != 0
        && queue.stream()
            .anyMatch(i ->
                i.code() == SignalInfo.SI_TIMER && i.signal() == signal && i.sender() == timer);
  }

  /// Takes the signal that is delivered next among some: faults first, then the lowest number.
  @Nullable SignalInfo take(long wanted) {
    if ((set & wanted) == 0) {
      return null;
    }
    SignalInfo next = null;
    for (SignalInfo info : queue) {
      if ((wanted & bit(info.signal())) != 0 && (next == null || comesBefore(info, next))) {
        next = info;
      }
    }
    if (next != null) {
      remove(next);
    }
    return next;
  }

  private static boolean comesBefore(SignalInfo a, SignalInfo b) {
    return a.isFault() == b.isFault() ? a.signal() < b.signal() : a.isFault();
  }

  private void remove(SignalInfo info) {
    queue.removeFirstOccurrence(info);
    int signal = info.signal();
    if (queue.stream().noneMatch(other -> other.signal() == signal)) {
      set &= ~bit(signal);
    }
  }

  void discard(int signal) {
    queue.removeIf(info -> info.signal() == signal);
    set &= ~bit(signal);
  }

  List<GuestState.SignalState> save() {
    return queue.stream()
        .map(i ->
            new GuestState.SignalState(i.signal(), i.code(), i.address(), i.sender(), i.value()))
        .toList();
  }

  /// @throws IllegalArgumentException if there is no such signal, or there are too many
  void load(List<GuestState.SignalState> signals) {
    queue.clear();
    set = 0;
    for (var s : signals) {
      if (s.signal() < 1
          || s.signal() > SignalInfo.LAST
          || queue.size() > MAX_QUEUED + SignalInfo.LAST) {
        throw new IllegalArgumentException("pending signal " + s.signal());
      }
      set |= bit(s.signal());
      queue.add(new SignalInfo(s.signal(), s.code(), s.address(), s.sender(), s.value()));
    }
  }

  private static long bit(int signal) {
    return 1L << (signal - 1);
  }
}
