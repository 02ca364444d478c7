package dev.mote;

import dev.mote.linux.Ending;
import dev.mote.linux.Guest;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Where guests run: on the calling thread if it is a platform thread, without a hand-over; else on
/// a platform thread of a pool, since running a virtual machine blocks the carrier of a virtual
/// thread.
final class VcpuThreads {
  private static final class Pool {
    static final ExecutorService THREADS =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("mote-vcpu-", 0).factory());
  }

  private VcpuThreads() {}

  /// Runs a guest and waits for it; an interrupt of the calling thread stops it.
  static Ending run(Guest guest, Callable<Ending> body) {
    try {
      if (!Thread.currentThread().isVirtual()) {
        return body.call();
      }
      return await(guest, Pool.THREADS.submit(body));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e); // the body throws no checked exception
    }
  }

  private static Ending await(Guest guest, Future<Ending> run) throws Exception {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return run.get();
        } catch (InterruptedException _) {
          interrupted = true;
          guest.stop(Ending.StopReason.INTERRUPTED);
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            case null, default -> throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
