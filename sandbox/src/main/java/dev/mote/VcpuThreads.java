package dev.mote;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where guests run: on the calling thread if it is a platform thread, without a hand-over; else on
/// a platform thread of a pool, since running a virtual machine blocks the carrier of a virtual
/// thread.
final class VcpuThreads {
  private static final class Pool {
    static final ExecutorService THREADS =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("mote-vcpu-", 0).factory());
  }

  private VcpuThreads() {}

  /// Runs it and waits for it; an interrupt of the calling thread interrupts the thread that runs
  /// it, which stops a guest.
  static <T> T run(Supplier<T> body) {
    if (!Thread.currentThread().isVirtual()) {
      return body.get();
    }
    var handOver = new HandOver<T>(body);
    Pool.THREADS.execute(handOver);
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
