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
/// function that nobody has called yet. The file is in the page cache.
///
/// The floor is that of `start-from-snapshot`.
final class LoadSnapshotFigure implements Figure {
  private static final int ROUNDS = 101;
  private static final int WARM_UP = 100;

  @Override
  public String name() {
    return "load-snapshot";
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
              ROUNDS,
              () -> once(directory),
              () ->
                  floor.measure("create")
                      + floor.measure("destroy")
                      + floor.measure("copy " + pages)),
          "us");
    } finally {
      delete(directory);
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
    List<Path> all;
    try (Stream<Path> below = Files.walk(directory)) {
      all = below.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
