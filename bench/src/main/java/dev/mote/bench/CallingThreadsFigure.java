package dev.mote.bench;

import dev.mote.SandboxPool;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Fresh calls in the one machine of a pool by two platform threads in turns, beside the same calls
/// by one of them. Only the calls are measured, and not that the threads take turns: each is asked
/// for one call at a time in both.
final class CallingThreadsFigure implements Figure {
  private static final int ROUNDS = 41;
  private static final int CALLS = 200; // even
  private static final int WARM_UP = 4000;
  private static final int PAGES = 16;

  @Override
  public String name() {
    return "calling-threads";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    try (var origin = SwitchFigure.start(settings);
        var onePool = SandboxPool.builder().machines(1).build();
        var anotherPool = SandboxPool.builder().machines(1).build();
        var first = Executors.newSingleThreadExecutor();
        var second = Executors.newSingleThreadExecutor()) {
      var snapshot = origin.snapshot();
      var ofTwo = SwitchFigure.view(onePool, snapshot);
      var ofOne = SwitchFigure.view(anotherPool, snapshot);
      var two = List.of(first, second);
      var one = List.of(first, first);
      microseconds(ofTwo, two, WARM_UP);
      microseconds(ofOne, one, WARM_UP);
      return Result.unbounded(
          Rounds.inTurns(
              ROUNDS, () -> microseconds(ofTwo, two, CALLS), () -> microseconds(ofOne, one, CALLS)),
          "us");
    }
  }

  private static double microseconds(
      FreshCallFigure.Functions guest, List<ExecutorService> threads, int calls) throws Exception {
    long sum = 0;
    for (int i = 0; i < calls; i++) {
      sum +=
          threads
              .get(i % 2)
              .submit(() -> {
                long start = System.nanoTime();
                guest.touch(PAGES);
                return System.nanoTime() - start;
              })
              .get();
    }
    return sum / 1e3 / calls;
  }
}
