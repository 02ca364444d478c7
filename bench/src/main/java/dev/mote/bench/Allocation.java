package dev.mote.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// The proof that something allocates nothing on the thread that does it.
final class Allocation {
  private Allocation() {}

  /// @param what is done so many times, for people
  /// @param body does all of it
  /// @throws IllegalStateException if it allocated a byte
  static void requireNone(String what, Runnable body) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes(); // the first question allocates itself
    long before = threads.getCurrentThreadAllocatedBytes();
    body.run();
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    if (bytes != 0) {
      throw new IllegalStateException(
          what + " allocated " + bytes + " bytes; they must allocate none");
    }
  }
}
