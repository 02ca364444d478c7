package dev.mote.bench;

import dev.mote.PooledSandbox;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;

/// A fresh call of a function that does not reside in the machine, which another one has just left:
/// the guest is made, its pages are copied, and the call touches them for the first time.
///
/// The floor is a warm call, so many pages copied into fresh memory, and as many first touches of a
/// guest as the call changes pages; what it only reads is not in it.
final class SwitchColdFigure implements Figure {
  private static final int ROUNDS = 101;
  private static final int WARM_UP = 1500;
  private static final int TOUCHED = 16;

  private final long pages;

  private SwitchColdFigure(long pages) {
    this.pages = pages;
  }

  /// @param pages that the snapshots have beside those of the program
  static SwitchColdFigure of(long pages) {
    return new SwitchColdFigure(pages);
  }

  @Override
  public String name() {
    return "switch-cold-" + pages;
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    try (var sandbox = SwitchFigure.start(settings);
        var other = SwitchFigure.start(settings);
        var floor = new Floor(settings.floor());
        var pool = SandboxPool.builder().machines(1).residents(1).build()) {
      sandbox.call("touch", Long.class, pages);
      other.call("touch", Long.class, pages);
      Snapshot snapshot = sandbox.snapshot();
      PooledSandbox[] turns = {
        pool.add(Sandbox.builder(snapshot)), pool.add(Sandbox.builder(other.snapshot()))
      };
      long copied = snapshot.memory().bytes() / 4096;
      long touched = changed(turns[0]);
      int[] turn = {0};
      for (int i = 0; i < WARM_UP; i++) {
        call(turns[turn[0]++ & 1]);
        sandbox.call("touch", Long.class, (long) TOUCHED);
      }
      var rounds =
          Rounds.inTurns(
              ROUNDS,
              () -> microseconds(() -> call(turns[turn[0]++ & 1])),
              () ->
                  microseconds(() -> sandbox.call("touch", Long.class, (long) TOUCHED))
                      + floor.measure("copy " + copied)
                      + floor.measure("touch " + touched));
      return Result.atMost(1.25, rounds, "us");
    }
  }

  private static long changed(PooledSandbox pooled) {
    try (var instance = pooled.newInstance()) {
      instance.call("touch", Long.class, (long) TOUCHED);
      return instance.changedMemory().bytes() / 4096;
    }
  }

  private static void call(PooledSandbox pooled) {
    pooled.call("touch", Long.class, (long) TOUCHED);
  }

  private static double microseconds(Runnable call) {
    long start = System.nanoTime();
    call.run();
    return (System.nanoTime() - start) / 1e3;
  }
}
