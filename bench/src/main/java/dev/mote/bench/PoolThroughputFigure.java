package dev.mote.bench;

import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Calls of virtual threads to a pool with a machine for each processor, every one in a fresh
/// guest, beside the same calls to as many sandboxes that take turns without being restored. The
/// unit is time per call of all callers together.
final class PoolThroughputFigure implements Figure {
  private static final int ROUNDS = 21;
  private static final int CALLERS = 16;
  private static final int CALLS = 200; // of each in a round
  private static final int PAGES = 16;

  @Override
  public String name() {
    return "pool-throughput";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    int machines = Runtime.getRuntime().availableProcessors();
    var reused = new ArrayBlockingQueue<FreshCallFigure.Functions>(machines);
    List<Sandbox> sandboxes = new ArrayList<>();
    try (var origin = SwitchFigure.start(settings);
        var pool = SandboxPool.builder().machines(machines).ahead(machines).build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      origin.call("touch", Long.class, (long) PAGES);
      var snapshot = origin.snapshot();
      var fresh = SwitchFigure.view(pool, snapshot);
      for (int i = 0; i < machines; i++) {
        sandboxes.add(snapshot.start());
        reused.add(sandboxes.getLast().as(FreshCallFigure.Functions.class));
      }
      Call inPool = () -> fresh.touch(PAGES);
      Call inTurns =
          () -> {
            FreshCallFigure.Functions one = reused.take();
            one.touch(PAGES);
            reused.add(one);
          };
      for (int i = 0; i < 5; i++) {
        microseconds(threads, inPool);
        microseconds(threads, inTurns);
      }
      return Result.speedAtLeast(
          0.95,
          Rounds.inTurns(
              ROUNDS, () -> microseconds(threads, inPool), () -> microseconds(threads, inTurns)),
          "us");
    } finally {
      sandboxes.forEach(Sandbox::close);
    }
  }

  @FunctionalInterface
  private interface Call {
    void make() throws InterruptedException;
  }

  private static double microseconds(ExecutorService threads, Call call) throws Exception {
    var callers = new ArrayList<Future<?>>();
    long start = System.nanoTime();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(
          threads.submit(() -> {
            for (int j = 0; j < CALLS; j++) {
              call.make();
            }
            return null;
          }));
    }
    for (Future<?> caller : callers) {
      caller.get();
    }
    return (System.nanoTime() - start) / 1e3 / (CALLERS * CALLS);
  }
}
