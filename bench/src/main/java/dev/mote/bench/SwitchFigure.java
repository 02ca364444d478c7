package dev.mote.bench;

import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import java.time.Duration;

/// Fresh calls of two snapshots in turns, both of which reside in the one machine of a pool, beside
/// warm calls of one sandbox: what it costs that another function ran before.
final class SwitchFigure implements Figure {
  private static final int ROUNDS = 41;
  private static final int CALLS = 500;
  private static final int WARM_UP = 20_000;
  private static final int PAGES = 16;

  @Override
  public String name() {
    return "switch-function";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    try (var sandbox = start(settings);
        var pool = SandboxPool.builder().machines(1).build()) {
      var warm = sandbox.as(FreshCallFigure.Functions.class);
      warm.touch(PAGES);
      var first = view(pool, sandbox.snapshot());
      warm.touch(PAGES);
      var second = view(pool, sandbox.snapshot());
      inTurns(first, second, WARM_UP);
      inTurns(warm, warm, WARM_UP);
      var rounds =
          Rounds.inTurns(
              ROUNDS,
              () -> microseconds(() -> inTurns(first, second, CALLS)),
              () -> microseconds(() -> inTurns(warm, warm, CALLS)));
      Allocation.requireNone(CALLS, () -> inTurns(first, second, CALLS));
      return Result.atMost(1.15, rounds, "us");
    }
  }

  static Sandbox start(Settings settings) {
    return Sandbox.builder(Program.of(settings.program("functions")))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(10))
        .start();
  }

  static FreshCallFigure.Functions view(SandboxPool pool, Snapshot snapshot) {
    return pool.add(Sandbox.builder(snapshot)).as(FreshCallFigure.Functions.class);
  }

  private static void inTurns(
      FreshCallFigure.Functions first, FreshCallFigure.Functions second, int calls) {
    for (int i = 0; i < calls; i += 2) {
      first.touch(PAGES);
      second.touch(PAGES);
    }
  }

  private static double microseconds(Runnable calls) {
    long start = System.nanoTime();
    calls.run();
    return (System.nanoTime() - start) / 1e3 / CALLS;
  }
}
