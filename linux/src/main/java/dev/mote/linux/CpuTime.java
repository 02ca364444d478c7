package dev.mote.linux;

import dev.mote.machine.HostThread;

/// The CPU time of the thread that runs a guest, while it does.
///
/// Asking the kernel takes half a microsecond, which a short call would feel. So where no limit
/// depends on it the time of a stretch is what passed without the guest's waits, which is the same
/// but for what the host's scheduler took away.
///
/// Nor is the end of such a stretch looked at before somebody has asked for the time: what a guest
/// had used until it asked first counts from the beginning of that stretch.
///
/// [#nanos] and [#ofStretch] may be called by any thread, the rest by the one that runs the guest.
/// What they read is published by `tid`; a thread that looks at the moment when a stretch ends may
/// miss that stretch.
final class CpuTime {
  private static final int NOBODY = 0;
  private static final int ESTIMATED = -1;

  private volatile int tid = NOBODY;
  private long base; // of the thread's CPU time, or of the clock
  private long waits; // of an estimated stretch
  private long before;
  private boolean asked; // by anybody, ever

  /// @param now `System.nanoTime()`
  /// @param exact whether a limit depends on it
  void begin(long now, boolean exact) {
    if (exact) {
      int me = HostThread.id();
      base = HostThread.cpuNanos(me);
      tid = me;
    } else {
      base = now;
      waits = 0;
      tid = ESTIMATED;
    }
  }

  /// The guest has waited.
  void waited(long nanos) {
    waits += nanos;
  }

  /// The guest is one that has used so much. Between two stretches.
  void set(long nanos) {
    before = nanos;
  }

  void end() {
    long all = tid == ESTIMATED && !asked ? before : before + ofStretch();
    tid = NOBODY; // first: rather too little than twice for whoever looks now
    before = all;
  }

  /// What the guest has used since it began.
  long nanos() {
    asked = true;
    return before + ofStretch();
  }

  /// What it has used in the stretch that runs now.
  long ofStretch() {
    int runner = tid;
    return switch (runner) {
      case NOBODY -> 0;
      case ESTIMATED -> Math.max(0, System.nanoTime() - base - waits);
      default -> Math.max(0, HostThread.cpuNanos(runner) - base);
    };
  }
}
