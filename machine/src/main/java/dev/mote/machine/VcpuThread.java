package dev.mote.machine;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The thread of the host that a vCPU stays on.
///
/// Before Linux 6.13 KVM_RUN on another thread than last time waits for a grace period of RCU: 12
/// ms on Debian's 6.1 (docs/performance.md, `calling-threads`). (Commit 3e7f43188ee2, "KVM: Protect
/// vCPU's 'last run PID' with rwlock, not RCU".) There the vCPU stays on the platform thread that
/// runs it first; when another one wants it, or a virtual one, whose carrier changes, it moves to a
/// thread of its own for good.
///
/// Thread-safe.
final class VcpuThread implements AutoCloseable {
  private static final boolean BINDS = binds(System.getProperty("os.version", ""));

  /// How long its own thread is kept without a run.
  private static final int IDLE_SECONDS = 60;

  private final boolean binds;
  private volatile @Nullable Thread last; // that ran it
  private @Nullable ThreadPoolExecutor own; // this and the flag are guarded by this
  private boolean closed;

  VcpuThread() {
    this(BINDS);
  }

  /// @param binds whether it is dear to change the thread
  VcpuThread(boolean binds) {
    this.binds = binds;
  }

  /// @param release of Linux, as uname tells it
  /// @return true too if it is not understood
  static boolean binds(String release) {
    int major = number(release, 0);
    int minor = number(release, release.indexOf('.') + 1);
    return major < 6 || (major == 6 && minor < 13);
  }

  private static int number(String text, int from) {
    int number = 0;
    for (int i = from; i < text.length() && Character.isDigit(text.charAt(i)); i++) {
      number = Math.min(number * 10 + Character.digit(text.charAt(i), 10), 1_000_000);
    }
    return number;
  }

  /// Who is to run the vCPU in place of the calling thread; null if that had better do it itself.
  @Nullable Executor elsewhere() {
    if (!binds) {
      return null;
    }
    Thread current = Thread.currentThread();
    Thread known = last;
    return current == known || (known == null && !current.isVirtual()) ? null : own();
  }

  /// The calling thread runs it.
  ///
  /// @return whether it was another one last time
  boolean enter() {
    Thread current = Thread.currentThread();
    if (current == last) {
      return false;
    }
    last = current;
    return true;
  }

  private synchronized @Nullable Executor own() {
    if (closed) {
      return null; // whoever wants to run it is told so by its guest
    }
    if (own == null) {
      own =
          new ThreadPoolExecutor(
              1,
              1,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              Thread.ofPlatform().daemon().name("mote-vcpu-own-", 0).factory(),
              (run, _) -> run.run()); // it was closed meanwhile
      own.allowCoreThreadTimeOut(true);
    }
    return own;
  }

  /// Its own thread ends when it has done what it does.
  @Override
  public synchronized void close() {
    closed = true;
    if (own != null) {
      own.shutdown();
    }
  }
}
