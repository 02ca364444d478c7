package dev.mote.bench;

import dev.mote.Instance;
import dev.mote.MemorySize;
import dev.mote.PooledSandbox;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/// A hundred thousand instances of a function, each with 16 pages of its own: what they take of the
/// machine's memory while nobody calls them, and how long a call of any of them takes beside a call
/// of the only one; with all in memory, and with those that nobody calls in a file.
final class ParkedFigure implements Figure {
  private static final int INSTANCES = Integer.getInteger("bench.instances", 100_000);
  private static final int RESUMES = 5001;
  private static final int CHANGED = 16;
  private static final double PAGE_KIB = 4;

  private static final Duration IDLE = Duration.ofMillis(200);

  private final boolean memory;
  private final boolean file;

  private ParkedFigure(boolean memory, boolean file) {
    this.memory = memory;
    this.file = file;
  }

  static ParkedFigure memory() {
    return new ParkedFigure(true, false);
  }

  static ParkedFigure resume() {
    return new ParkedFigure(false, false);
  }

  static ParkedFigure memoryWithFile() {
    return new ParkedFigure(true, true);
  }

  static ParkedFigure resumeFromFile() {
    return new ParkedFigure(false, true);
  }

  @Override
  public String name() {
    return (memory ? "parked-density" : "parked-resume") + (file ? "-file" : "");
  }

  private SandboxPool pool() {
    SandboxPool.Builder builder = SandboxPool.builder().machines(1);
    if (file) {
      Path directory = Path.of(System.getProperty("bench.parking", "/var/tmp"));
      builder.parking(directory, MemorySize.ofBytes((INSTANCES * 128L) << 10), IDLE);
    }
    return builder.build();
  }

  /// Waits until nothing more goes to the file.
  private void awaitParked(SandboxPool pool) throws InterruptedException {
    for (long before = -1; file && before != pool.statistics().parked(); ) {
      before = pool.statistics().parked();
      Thread.sleep(3 * IDLE.toMillis());
    }
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    try (var sandbox = SwitchFigure.start(settings);
        var pool = pool()) {
      sandbox.call("touch", Long.class, 1L);
      PooledSandbox pooled = pool.add(Sandbox.builder(sandbox.snapshot()));
      long pages = pagesFor(pooled);
      double alone = medianOfResumes(new Instance[] {made(pooled, pages)}, pages);
      long before = available();
      var instances = new Instance[INSTANCES];
      for (int i = 0; i < INSTANCES; i++) {
        instances[i] = made(pooled, pages);
      }
      awaitParked(pool);
      System.gc(); // what was garbage on the way is not theirs
      double kib = (double) (before - available()) / INSTANCES;
      double among = medianOfResumes(instances, pages);
      var rounds = new Rounds(1);
      if (memory) {
        rounds.add(kib, CHANGED * PAGE_KIB);
        return Result.atMost(8.0 * (1 << 20) / 100_000 / (CHANGED * PAGE_KIB), rounds, "KiB");
      }
      rounds.add(among, alone);
      return Result.atMost(1.3, rounds, "us");
    }
  }

  /// So many pages are to be touched that 16 differ in all, those of the stack and library
  /// included.
  private static long pagesFor(PooledSandbox pooled) {
    for (long pages = CHANGED; ; pages--) {
      try (Instance instance = made(pooled, pages)) {
        if (instance.changedMemory().bytes() <= CHANGED * 4096L) {
          return pages;
        }
      }
    }
  }

  private static Instance made(PooledSandbox pooled, long pages) {
    Instance instance = pooled.newInstance();
    instance.call("touch", Long.class, pages);
    return instance;
  }

  private static double medianOfResumes(Instance[] instances, long pages) {
    var random = new SplittableRandom(1);
    double[] times = new double[RESUMES];
    for (int i = 0; i < times.length; i++) {
      Instance instance = instances[random.nextInt(instances.length)];
      long start = System.nanoTime();
      instance.call("touch", Long.class, pages);
      times[i] = (System.nanoTime() - start) / 1e3;
    }
    Arrays.sort(times);
    return times[times.length / 2];
  }

  /// Memory of the machine that is to be had, in KiB: what the process takes is missing there, and
  /// what the kernel takes for it.
  private static long available() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemAvailable:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IllegalStateException("/proc/meminfo has no MemAvailable");
  }
}
