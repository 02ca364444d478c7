package dev.mote.bench;

import dev.mote.Sandbox;
import dev.mote.Snapshot;
import dev.mote.store.SnapshotStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A snapshot of a file, checked and mapped, a sandbox started from it, and its first result: a
/// function that nobody has called yet. The file is in the page cache, or was taken out of it.
///
/// The floor is that of `start-from-snapshot`.
final class LoadSnapshotFigure implements Figure {
  private static final int ROUNDS = 101;
  private static final int WARM_UP = 100;
  private static final int COLD_ROUNDS = 31;

  private final boolean cold;

  private LoadSnapshotFigure(boolean cold) {
    this.cold = cold;
  }

  static LoadSnapshotFigure warm() {
    return new LoadSnapshotFigure(false);
  }

  static LoadSnapshotFigure cold() {
    return new LoadSnapshotFigure(true);
  }

  @Override
  public String name() {
    return cold ? "load-cold" : "load-snapshot";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    Path directory = Files.createTempDirectory("mote-bench-");
    try (var floor = new Floor(settings.floor())) {
      long pages;
      try (var sandbox = SwitchFigure.start(settings)) {
        Snapshot snapshot = sandbox.snapshot();
        SnapshotStore.create(directory).save("functions", snapshot);
        pages = snapshot.memory().bytes() / 4096;
      }
      for (int i = 0; i < WARM_UP; i++) {
        once(directory);
      }
      return Result.unbounded(
          Rounds.inTurns(
              cold ? COLD_ROUNDS : ROUNDS,
              () -> {
                if (cold) {
                  drop(directory, floor);
                }
                return once(directory);
              },
              () ->
                  floor.measure("create")
                      + floor.measure("destroy")
                      + floor.measure("copy " + pages)),
          "us");
    } finally {
      delete(directory);
    }
  }

  /// What is still mapped stays in the page cache, so the last round's snapshot goes first.
  private static void drop(Path directory, Floor floor) throws IOException {
    System.gc();
    try {
      Thread.sleep(50); // for the mappings to be undone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Path path : below(directory)) {
      if (Files.isRegularFile(path)) {
        floor.measure("drop " + path);
      }
    }
  }

  private static double once(Path directory) throws IOException {
    long start = System.nanoTime();
    Snapshot snapshot = SnapshotStore.open(directory).load("functions");
    try (var sandbox = Sandbox.builder(snapshot).start()) {
      sandbox.call("add", Long.class, 1L);
    }
    return (System.nanoTime() - start) / 1e3;
  }

  private static void delete(Path directory) throws IOException {
    for (Path path : below(directory)) {
      Files.delete(path);
    }
  }

  private static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> below = Files.walk(directory)) {
      return below.sorted(Comparator.reverseOrder()).toList();
    }
  }
}
