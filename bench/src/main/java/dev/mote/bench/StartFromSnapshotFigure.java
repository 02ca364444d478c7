package dev.mote.bench;

import dev.mote.Sandbox;
import dev.mote.Snapshot;

/// A sandbox started from a snapshot in a new virtual machine, its first call, and all of it gone
/// again: a cold start without a pool.
///
/// The floor is a machine made and unmade by hand, one exit more, and the copies of as many pages
/// as the snapshot has.
final class StartFromSnapshotFigure implements Figure {
  private static final int ROUNDS = 201;
  private static final int WARM_UP = 1500;

  @Override
  public String name() {
    return "start-from-snapshot";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    Snapshot snapshot;
    try (var sandbox = SwitchFigure.start(settings)) {
      snapshot = sandbox.snapshot();
    }
    long pages = snapshot.memory().bytes() / 4096;
    try (var floor = new Floor(settings.floor())) {
      for (int i = 0; i < WARM_UP; i++) {
        once(snapshot);
      }
      var rounds =
          Rounds.inTurns(
              ROUNDS,
              () -> once(snapshot),
              () ->
                  floor.measure("create")
                      + floor.measure("destroy")
                      + floor.measure("copy " + pages));
      return Result.atMost(1.15, rounds, "us");
    }
  }

  private static double once(Snapshot snapshot) {
    long start = System.nanoTime();
    try (var sandbox = Sandbox.builder(snapshot).start()) {
      sandbox.call("add", Long.class, 1L);
    }
    return (System.nanoTime() - start) / 1e3;
  }
}
