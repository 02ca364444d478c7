package dev.mote.bench;

import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import java.time.Duration;

/// A call in a sandbox that is put back to its snapshot before, beside the same call in one that is
/// not: what a clean state for each call costs. The guest writes to some pages of its own, and to a
/// few of its stack and its library.
final class FreshCallFigure implements Figure {
  private static final int ROUNDS = 41;
  private static final int CALLS = 500;
  private static final int WARM_UP = 20_000;

  /// What the guest offers, as `functions.c` does.
  interface Functions {
    long touch(long pages);
  }

  private final int pages;
  private final double bound;

  private FreshCallFigure(int pages, double bound) {
    this.pages = pages;
    this.bound = bound;
  }

  static FreshCallFigure of(int pages, double bound) {
    return new FreshCallFigure(pages, bound);
  }

  @Override
  public String name() {
    return "fresh-call-" + pages;
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    try (var sandbox =
        Sandbox.builder(Program.of(settings.program("functions")))
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofSeconds(10))
            .start()) {
      Functions functions = sandbox.as(Functions.class);
      functions.touch(pages);
      Snapshot snapshot = sandbox.snapshot();
      fresh(sandbox, snapshot, functions, WARM_UP);
      warm(functions, WARM_UP);
      var rounds =
          Rounds.inTurns(
              ROUNDS,
              () -> microseconds(() -> fresh(sandbox, snapshot, functions, CALLS)),
              () -> microseconds(() -> warm(functions, CALLS)));
      Allocation.requireNone(CALLS, () -> fresh(sandbox, snapshot, functions, CALLS));
      return Result.atMost(bound, rounds, "us");
    }
  }

  private void fresh(Sandbox sandbox, Snapshot snapshot, Functions functions, int calls) {
    for (int i = 0; i < calls; i++) {
      sandbox.restore(snapshot);
      functions.touch(pages);
    }
  }

  private void warm(Functions functions, int calls) {
    for (int i = 0; i < calls; i++) {
      functions.touch(pages);
    }
  }

  private static double microseconds(Runnable calls) {
    long start = System.nanoTime();
    calls.run();
    return (System.nanoTime() - start) / 1e3 / CALLS;
  }
}
