package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Very many fresh calls of several functions and tenants, one in a hundred of which faults or is
/// killed: nothing grows, and the last ones take as long as the first.
///
/// `-Dendurance.calls=10000000` is the long run; it prints a line for each twentieth of it.
class PoolEnduranceTest {
  private static final long CALLS = Long.getLong("endurance.calls", 20_000);
  private static final int THREADS = 2;
  private static final int PARTS = 20;

  /// What is measured at the end of each part.
  private record Reading(double medianMicros, long residentKib, long descriptors, long machines) {}

  private final AtomicLong wrong = new AtomicLong();

  @Test
  void nothingGrows() throws Exception {
    Program program = Program.of(Corpus.programs().resolve("functions-fresh"));
    try (var sandbox =
            Sandbox.builder(program)
                .memory(MemorySize.ofMebibytes(16))
                .timeout(Duration.ofSeconds(20))
                .start();
        var pool =
            SandboxPool.builder().machines(6).machineMemory(MemorySize.ofMebibytes(128)).build()) {
      var members = new ArrayList<PooledSandbox>();
      for (int i = 0; i < 6; i++) {
        Snapshot snapshot = sandbox.snapshot();
        members.add(
            pool.add(
                Sandbox.builder(snapshot)
                    .tenant("tenant-" + i % 2)
                    .timeout(Duration.ofMillis(i == 0 ? 20 : 20_000))));
        sandbox.call("count", Long.class);
      }
      var readings = new ArrayList<Reading>();
      for (int part = 0; part < PARTS; part++) {
        readings.add(part(pool, members, CALLS / PARTS, part));
        if (CALLS >= 1_000_000) {
          System.out.println(readings.getLast());
        }
      }
      assertThat(wrong).hasValue(0);
      requireFlat(readings);
    }
  }

  private Reading part(SandboxPool pool, List<PooledSandbox> members, long calls, int part)
      throws Exception {
    double[][] times = new double[THREADS][(int) (calls / THREADS)];
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < THREADS; i++) {
      double[] mine = times[i];
      var random = new SplittableRandom(part * THREADS + i);
      threads.add(Thread.ofPlatform().start(() -> call(members, mine, random)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double[] all = Arrays.stream(times).flatMapToDouble(Arrays::stream).sorted().toArray();
    return new Reading(
        all[all.length / 2], resident(), descriptors(), pool.statistics().machines());
  }

  private void call(List<PooledSandbox> members, double[] times, SplittableRandom random) {
    for (int i = 0; i < times.length; i++) {
      boolean dies = random.nextInt(100) == 0;
      int which =
          random.nextInt(dies ? 0 : 1, members.size()); // the first is too hurried to answer
      long start = System.nanoTime();
      if (!dies) {
        Outcome<Long> outcome = members.get(which).tryCall("count", Long.class);
        wrong.addAndGet(outcome.equals(new Outcome.Returned<>(which + 1L)) ? 0 : 1);
      } else {
        long way = which == 0 ? 1 : random.nextInt(2) * 2L; // for ever, a fault, an exit
        Outcome<?> outcome = members.get(which).tryCall("wipe", Void.class, way);
        wrong.addAndGet(outcome instanceof Outcome.Ended ? 0 : 1);
      }
      times[i] = (System.nanoTime() - start) / 1e3;
    }
  }

  private static void requireFlat(List<Reading> readings) {
    Reading first = readings.get(PARTS / 4); // compiled by then
    Reading last = readings.getLast();
    assertThat(last.machines).isLessThanOrEqualTo(6);
    assertThat(last.descriptors).isLessThanOrEqualTo(first.descriptors + 24); // of six machines
    assertThat(last.residentKib - first.residentKib).as("KiB more").isLessThan(200 << 10);
    assertThat(last.medianMicros / first.medianMicros).as("slower").isLessThan(2);
  }

  private static long resident() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IllegalStateException("no VmRSS");
  }

  private static long descriptors() throws Exception {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
