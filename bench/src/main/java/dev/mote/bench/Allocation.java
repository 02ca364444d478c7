package dev.mote.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// The proof that something allocates nothing on the thread that does it.
final class Allocation {
  /// A first one may run code that is not compiled to its best yet.
  private static final int ATTEMPTS = 10;

  private Allocation() {}

  /// @param what is done so many times, for people
  /// @param body does all of it
  /// @throws IllegalStateException if it allocated a byte
  static void requireNone(String what, Runnable body) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes(); // the first question allocates itself
    long bytes = Long.MAX_VALUE;
    for (int i = 0; i < ATTEMPTS && bytes != 0; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      body.run();
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }
    if (bytes != 0) {
      throw new IllegalStateException(
          what + " allocated " + bytes + " bytes; they must allocate none");
    }
  }
}
