package dev.mote.linux;

import dev.mote.machine.HostThread;
import org.jspecify.annotations.Nullable;

/// The CPU time of the thread that runs a guest, while it does.
///
/// [#nanos] may be called by any thread, the rest by the one that runs the guest.
final class CpuTime {
  private volatile int tid;
  private volatile long base;
  private volatile long before;
  private @Nullable Thread lastThread; // saves a system call where the same one runs it again
  private int lastId;

  void begin() {
    Thread thread = Thread.currentThread();
    if (thread != lastThread) {
      lastThread = thread;
      lastId = HostThread.id();
    }
    int me = lastId;
    base = HostThread.cpuNanos(me);
    tid = me;
  }

  void end() {
    before = nanos();
    tid = 0;
  }

  long nanos() {
    int runner = tid;
    return runner == 0 ? before : before + Math.max(0, HostThread.cpuNanos(runner) - base);
  }
}
