package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mote.Instance;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import dev.mote.SandboxPool.PoolStatistics;
import dev.mote.Snapshot;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Instances that nobody calls for a while, in a file: they come back as they were, whatever the
/// disk does.
@Tag("every-kvm")
class InstanceParkingTest {
  private static final MemorySize ROOM = MemorySize.ofMebibytes(64);
  private static final Duration SOON = Duration.ofMillis(20);

  private static Snapshot snapshot;

  @TempDir Path folder;

  @BeforeAll
  static void takeSnapshot() {
    Program program = Program.of(Corpus.programs().resolve("functions-fresh"));
    try (var sandbox = Sandbox.builder(program).memory(MemorySize.ofMebibytes(16)).start()) {
      snapshot = sandbox.snapshot();
    }
  }

  @AfterAll
  static void forget() {
    snapshot = null;
  }

  private static SandboxPool pool(Path directory, MemorySize most) {
    return SandboxPool.builder()
        .machines(1)
        .machineMemory(MemorySize.ofMebibytes(128))
        .parking(directory, most, SOON)
        .build();
  }

  private static void await(SandboxPool pool, Predicate<PoolStatistics> wanted) throws Exception {
    for (int i = 0; i < 2000 && !wanted.test(pool.statistics()); i++) {
      Thread.sleep(5);
    }
    assertThat(pool.statistics()).matches(wanted);
  }

  @Test
  void anIdleInstanceGoesToTheFileAndComesBack() throws Exception {
    try (var pool = pool(folder, ROOM)) {
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
      Instance instance = pooled.newInstance();
      for (long calls = 1; calls <= 5; calls++) {
        assertThat(instance.call("count", Long.class)).isEqualTo(calls);
        long times = calls;
        await(pool, statistics -> statistics.parked() == times);
        assertThat(pool.statistics().parkedBytes()).isPositive();
        assertThat(folder).isEmptyDirectory(); // the file has no name
      }
      long parked = pool.statistics().parkedBytes();
      assertThat(instance.changedMemory().bytes()).isGreaterThanOrEqualTo(parked);
      instance.close();
      assertThat(pool.statistics().parkedBytes()).isZero();
      assertThat(pool.statistics().parkingFailures()).isZero();
    }
  }

  @Test
  void aParkedInstanceHasBranchesAndSnapshots() throws Exception {
    Snapshot kept;
    try (var pool = pool(folder, ROOM)) {
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
      Instance instance = pooled.newInstance();
      instance.call("count", Long.class);
      await(pool, statistics -> statistics.parked() == 1);
      Instance branch = instance.branch();
      kept = instance.snapshot();
      assertThat(instance.call("count", Long.class)).isEqualTo(2);
      assertThat(branch.call("count", Long.class)).isEqualTo(2);
      assertThat(branch.call("count", Long.class)).isEqualTo(3);
      instance.close();
      branch.close();
    }
    try (var sandbox = kept.start()) { // it outlives the pool
      assertThat(sandbox.call("count", Long.class)).isEqualTo(2);
    }
  }

  /// A call that does not finish leaves the instance as it is in the file.
  @Test
  void aCallThatDoesNotFinishChangesNothing() throws Exception {
    try (var pool = pool(folder, ROOM)) {
      Instance instance = pool.add(Sandbox.builder(snapshot)).newInstance();
      instance.call("count", Long.class);
      await(pool, statistics -> statistics.parked() == 1);
      assertThat(instance.tryCall("wipe", Void.class, 2L)).isInstanceOf(Outcome.Ended.class);
      instance.restore();
      Thread.currentThread().interrupt();
      assertThat(instance.tryCall("count", Long.class)).isInstanceOf(Outcome.Ended.class);
      assertThat(Thread.interrupted()).isTrue();
      instance.restore();
      assertThat(instance.call("count", Long.class)).isEqualTo(2);
    }
  }

  @Test
  void whatTheFileHasNoRoomForStaysInMemory() throws Exception {
    try (var pool = pool(folder, MemorySize.ofBytes(4096))) {
      Instance instance = pool.add(Sandbox.builder(snapshot)).newInstance();
      assertThat(instance.call("count", Long.class)).isEqualTo(1);
      await(pool, statistics -> statistics.parkingFailures() >= 2); // it is tried again
      assertThat(pool.statistics().parked()).isZero();
      assertThat(instance.call("count", Long.class)).isEqualTo(2);
    }
  }

  /// On a disk of 16 KiB.
  @Test
  void aFullDiskIsNoTrouble() throws Exception {
    var mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder.toString())
            .redirectErrorStream(true)
            .start();
    assumeTrue(mount.waitFor() == 0, "only root mounts");
    try {
      try (var pool = pool(folder, ROOM)) {
        PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
        var instances = new Instance[8];
        for (int round = 1; round <= 3; round++) {
          for (int i = 0; i < instances.length; i++) {
            instances[i] = round == 1 ? pooled.newInstance() : instances[i];
            assertThat(instances[i].call("count", Long.class)).isEqualTo(round);
          }
          int failures = 4 * round;
          await(pool, statistics -> statistics.parkingFailures() >= failures);
        }
      }
    } finally {
      new ProcessBuilder("umount", "--lazy", folder.toString()).start().waitFor();
    }
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> pool(folder.resolve("nowhere"), ROOM))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(folder.resolve("nowhere").toString());
    assertThat(Files.exists(folder.resolve("nowhere"))).isFalse();
    assertThatThrownBy(() -> SandboxPool.builder().parking(folder, ROOM, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
