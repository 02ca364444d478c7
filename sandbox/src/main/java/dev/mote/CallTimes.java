package dev.mote;

/// What went before a call in a pool's machine: how long the call waited for one, and how long it
/// took to put the guest to its snapshot there. It is given to one call, and read when that has
/// ended, or by whoever the call calls meanwhile.
///
/// Not thread-safe.
public final class CallTimes {
  private long asked;
  private long taken;
  private long ready;

  /// Of a call that has not begun.
  public CallTimes() {}

  /// Nanoseconds until the call had a machine, or was refused one; 0 before that.
  public long waitedNanos() {
    return taken - asked;
  }

  /// Nanoseconds from then on until the guest was as the snapshot has it, what it takes to load a
  /// snapshot that the machine does not have included; 0 before that.
  public long restoredNanos() {
    return ready - taken;
  }

  void ask() {
    asked = System.nanoTime();
    taken = asked;
    ready = asked;
  }

  void take() {
    taken = System.nanoTime();
    ready = taken;
  }

  void beReady() {
    ready = System.nanoTime();
  }
}
