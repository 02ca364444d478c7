package dev.mote.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// The proof that calls allocate nothing on the thread that makes them.
///
/// An object has 16 bytes at least, so what makes one for each call, or for every tenth, is found.
/// Less than a byte a call is no call's: where a thread waits for a lock that another one holds,
/// for instance, the JDK makes an object, and on a busy machine that happens now and then.
final class Allocation {
  /// A first one may run code that is not compiled to its best yet.
  private static final int ATTEMPTS = 10;

  private Allocation() {}

  /// @param body makes all the calls
  /// @throws IllegalStateException if they allocated a byte each, or more
  static void requireNone(int calls, Runnable body) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes(); // the first question allocates itself
    long bytes = Long.MAX_VALUE;
    for (int i = 0; i < ATTEMPTS && bytes >= calls; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      body.run();
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }
    if (bytes >= calls) {
      throw new IllegalStateException(
          calls + " calls allocated " + bytes + " bytes; they must allocate none");
    }
  }
}
