package dev.mote;

import dev.mote.linux.SpeakingGuest;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where guests run: on the calling thread if it is a platform thread. A guest on a virtual one
/// blocks its carrier. Where there are more carriers than processors
/// (`-Djdk.virtualThreadScheduler.parallelism`), as many as there are more may be blocked without
/// anybody missing them; other virtual threads hand their guest over to a platform thread of a
/// pool, which costs two switches of threads.
///
/// Where a guest's machine had better stay on one thread ([SpeakingGuest#elsewhere]), others hand
/// it over to that.
final class VcpuThreads {
  /// Carriers that may be blocked.
  private static final AtomicInteger SPARE =
      new AtomicInteger(
          Integer.getInteger("jdk.virtualThreadScheduler.parallelism", 0)
              - Runtime.getRuntime().availableProcessors());

  private static final class Pool {
    static final Executor THREADS =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("mote-vcpu-", 0).factory());
  }

  private VcpuThreads() {}

  /// Who is to run a guest, if not the calling thread.
  ///
  /// @param limits of the guest: CPU time is that of a platform thread
  /// @return null if the calling thread may run it; [#leave] must follow then
  static @Nullable Executor enter(SpeakingGuest guest, Limits limits) {
    Executor elsewhere = guest.elsewhere();
    if (elsewhere != null || !Thread.currentThread().isVirtual()) {
      return elsewhere;
    }
    if (limits.cpuNanos() != Long.MAX_VALUE) {
      return Pool.THREADS;
    }
    int spare = SPARE.get();
    while (spare > 0 && !SPARE.compareAndSet(spare, spare - 1)) {
      spare = SPARE.get();
    }
    return spare > 0 ? null : Pool.THREADS;
  }

  static void leave() {
    if (Thread.currentThread().isVirtual()) {
      SPARE.incrementAndGet();
    }
  }

  /// Runs a guest and waits for it, on the calling thread if that may run it.
  static <T> T run(SpeakingGuest guest, Limits limits, Supplier<T> body) {
    Executor elsewhere = enter(guest, limits);
    if (elsewhere != null) {
      return handOver(elsewhere, body);
    }
    try {
      return body.get();
    } finally {
      leave();
    }
  }

  /// Runs it and waits for it; an interrupt of the calling thread interrupts the thread that runs
  /// it, which stops a guest.
  static <T> T handOver(Executor where, Supplier<T> body) {
    var handOver = new HandOver<T>(body);
    where.execute(handOver);
    return handOver.await();
  }

  /// One body on its way to another thread and back.
  private static final class HandOver<T> implements Runnable {
    private final Supplier<T> body;
    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable T result; // this and the failure are published by done
    private @Nullable Throwable failure;
    private @Nullable Thread runner; // this and the flag are guarded by this
    private boolean interrupted;

    HandOver(Supplier<T> body) {
      this.body = body;
    }

    @Override
    public void run() {
      begin();
      try {
        result = body.get();
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        end();
        done.countDown();
      }
    }

    private synchronized void begin() {
      runner = Thread.currentThread();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /// From here on the thread is not interrupted any more, and what it serves next is not either.
    private void end() {
      synchronized (this) {
        runner = null;
      }
      Thread.interrupted();
    }

    private synchronized void interrupt() {
      interrupted = true;
      if (runner != null) {
        runner.interrupt();
      }
    }

    T await() {
      boolean interruptedHere = false;
      while (true) {
        try {
          done.await();
          break;
        } catch (InterruptedException _) {
          interruptedHere = true;
          interrupt();
        }
      }
      if (interruptedHere) {
        Thread.currentThread().interrupt();
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      return Objects.requireNonNull(result);
    }
  }
}
