package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Instance;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.PoisonedException;
import dev.mote.PoolException;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Pools: every call in a fresh guest, whoever called before; instances that keep their state;
/// limits.
///
/// `-Dpool.calls=1000000` makes the long run longer.
@Tag("every-kvm")
class PoolTest {
  private static final int CALLS = Integer.getInteger("pool.calls", 600);

  /// A part of what the guest offers.
  interface Counting {
    long count();
  }

  private static Snapshot snapshot;

  @BeforeAll
  static void takeSnapshot() {
    Program program = Program.of(Corpus.programs().resolve("functions-fresh"));
    try (var sandbox =
        Sandbox.builder(program)
            .memory(MemorySize.ofMebibytes(16))
            .timeout(Duration.ofSeconds(20))
            .start()) {
      snapshot = sandbox.snapshot();
    }
  }

  @AfterAll
  static void forget() {
    snapshot = null;
  }

  private static SandboxPool.Builder small() {
    return SandboxPool.builder().machines(2).machineMemory(MemorySize.ofMebibytes(128));
  }

  @Test
  void everyCallIsTheFirstOne() {
    try (var pool = small().build()) {
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
      Counting view = pooled.as(Counting.class);
      for (int i = 0; i < 50; i++) {
        assertThat(pooled.call("count", Long.class)).isEqualTo(1);
        assertThat(view.count()).isEqualTo(1);
        pooled.call("change", Long.class, (long) i);
      }
      List<String> expected;
      try (var sandbox = snapshot.start()) {
        expected = sandbox.call("look", String.class).lines().toList();
      }
      assertThat(pooled.call("look", String.class).lines().toList()).isEqualTo(expected);
      assertThat(pool.statistics().machines()).isEqualTo(1);
    }
  }

  @Test
  void severalSnapshotsTakeTurnsInOneMachine() {
    try (var pool = small().machines(1).residents(3).build();
        var sandbox = snapshot.start()) {
      List<PooledSandbox> all = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        all.add(pool.add(Sandbox.builder(sandbox.snapshot())));
        sandbox.call("count", Long.class);
      }
      var random = new SplittableRandom(3);
      for (int i = 0; i < 200; i++) {
        int which = random.nextInt(all.size());
        if (random.nextInt(10) == 0) {
          assertThat(all.get(which).tryCall("wipe", Void.class, 0L))
              .isInstanceOf(Outcome.Ended.class);
        }
        assertThat(all.get(which).call("count", Long.class)).isEqualTo(which + 1L);
      }
      assertThat(pool.statistics().machines()).isEqualTo(1);
      assertThat(pool.statistics().loads()).isBetween(5L, 200L);
      all.getFirst().remove();
      assertThatThrownBy(() -> all.getFirst().call("count", Long.class))
          .isInstanceOf(PoolException.class);
    }
  }

  /// The memory of a discarded snapshot is used by the next one at once: a call that still went on
  /// from it, or a guest that stayed, would count otherwise.
  @Test
  void whatIsDiscardedIsFreedOnceNobodyIsInIt() throws Exception {
    try (var pool = small().build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      PooledSandbox kept = pool.add(Sandbox.builder(snapshotAt(100)));
      for (int round = 0; round < 12; round++) {
        long expected = round + 1L;
        PooledSandbox brief = pool.add(Sandbox.builder(snapshotAt(round)));
        assertThat(brief.call("count", Long.class)).isEqualTo(expected);
        var callers = new ArrayList<Future<PoolException>>();
        for (int i = 0; i < 4; i++) {
          callers.add(
              threads.submit(() -> {
                while (true) {
                  try {
                    assertThat(brief.call("count", Long.class)).isEqualTo(expected);
                    assertThat(kept.call("count", Long.class)).isEqualTo(101);
                  } catch (PoolException e) {
                    return e;
                  }
                }
              }));
        }
        Thread.sleep(20);
        brief.discard();
        brief.discard();
        for (Future<PoolException> caller : callers) {
          assertThat(caller.get().reason()).isEqualTo(PoolException.Reason.CLOSED);
        }
      }
      assertThat(kept.call("count", Long.class)).isEqualTo(101);
    }
  }

  /// One that shares no page with others.
  private static Snapshot snapshotAt(int count) {
    Program program = Program.of(Corpus.programs().resolve("functions-fresh"));
    try (var sandbox = Sandbox.builder(program).memory(MemorySize.ofMebibytes(16)).start()) {
      for (int i = 0; i < count; i++) {
        sandbox.call("count", Long.class);
      }
      return sandbox.snapshot();
    }
  }

  /// In memory, and while they go to a file whenever nobody calls them.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void instancesKeepTheirStateAndBranch(boolean parks, @TempDir Path folder) {
    SandboxPool.Builder description = small();
    if (parks) {
      description.parking(folder, MemorySize.ofMebibytes(64), Duration.ofMillis(1));
    }
    try (var pool = description.build()) {
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot).timeout(Duration.ofSeconds(20)));
      var instances = new ArrayList<Instance>();
      var expected = new ArrayList<Long>();
      var random = new SplittableRandom(4);
      instances.add(pooled.newInstance());
      expected.add(0L);
      for (int step = 0; step < 400; step++) {
        int which = random.nextInt(instances.size());
        Instance instance = instances.get(which);
        if (random.nextInt(10) == 0 && instances.size() < 20) {
          boolean branches = random.nextBoolean();
          instances.add(branches ? instance.branch() : pooled.newInstance());
          expected.add(branches ? expected.get(which) : 0L);
        } else if (random.nextInt(10) == 0) {
          assertThat(instance.tryCall("wipe", Void.class, 2L)).isInstanceOf(Outcome.Ended.class);
          assertThatThrownBy(() -> instance.call("count", Long.class))
              .isInstanceOf(PoisonedException.class);
          instance.restore();
        } else if (random.nextInt(4) == 0) {
          long count = expected.get(which) + 1;
          assertThat(instance.call("change", Long.class, random.nextLong(1000))).isEqualTo(count);
          expected.set(which, count);
        } else {
          long count = expected.get(which) + 1;
          assertThat(instance.call("count", Long.class)).isEqualTo(count);
          expected.set(which, count);
        }
      }
      for (int i = 0; i < instances.size(); i++) {
        PooledSandbox resumed = pool.add(Sandbox.builder(instances.get(i).snapshot()));
        assertThat(resumed.call("count", Long.class)).isEqualTo(expected.get(i) + 1);
        assertThat(instances.get(i).call("count", Long.class)).isEqualTo(expected.get(i) + 1);
        instances.get(i).close();
      }
      assertThat(pool.statistics().parked() > 0).isEqualTo(parks);
      assertThat(pooled.call("count", Long.class)).isEqualTo(1);
    }
  }

  @Test
  void callsOnVirtualThreadsWhileGuestsDie() throws Exception {
    var wrong = new AtomicInteger();
    var ended = new AtomicInteger();
    try (var pool = small().machines(3).waiting(CALLS).waitTime(Duration.ofMinutes(5)).build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var members = new ArrayList<PooledSandbox>();
      for (int i = 0; i < 4; i++) {
        members.add(pool.add(Sandbox.builder(snapshot).tenant("tenant-" + i / 2)));
      }
      var calls = new ArrayList<Future<?>>();
      for (int i = 0; i < CALLS; i++) {
        PooledSandbox pooled = members.get(i % members.size());
        boolean dies = i % 97 == 0;
        calls.add(
            threads.submit(() -> {
              if (dies) {
                Outcome<?> outcome = pooled.tryCall("wipe", Void.class, 0L);
                ended.addAndGet(outcome instanceof Outcome.Ended ? 1 : 0);
              } else {
                Outcome<Long> outcome = pooled.tryCall("count", Long.class);
                wrong.addAndGet(outcome.equals(new Outcome.Returned<>(1L)) ? 0 : 1);
              }
            }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
      assertThat(wrong).hasValue(0);
      assertThat(ended).hasValue((CALLS + 96) / 97);
      assertThat(pool.drain(Duration.ofSeconds(10))).isTrue();
      assertThatThrownBy(() -> members.getFirst().call("count", Long.class))
          .isInstanceOf(PoolException.class)
          .hasMessageContaining("no calls any more");
    }
  }

  @Test
  void tooManyWhoWaitAreRefusedClearly() throws Exception {
    var entered = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    try (var pool = small().machines(1).waiting(1).waitTime(Duration.ofMillis(300)).build()) {
      PooledSandbox pooled =
          pool.add(
              Sandbox.builder(snapshot)
                  .hostFunction(
                      "wait",
                      () -> {
                        entered.countDown();
                        go.await();
                        return 1L;
                      }));
      Thread first = Thread.ofVirtual().start(() -> pooled.call("ask", Long.class));
      entered.await();
      long before = pool.statistics().waits(); // the first may have waited for the machine
      var second = new ArrayList<PoolException.Reason>();
      Thread waits =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  pooled.call("count", Long.class);
                } catch (PoolException e) {
                  second.add(e.reason());
                }
              });
      while (pool.statistics().waits() == before) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> pooled.call("count", Long.class))
          .isInstanceOfSatisfying(
              PoolException.class,
              e -> assertThat(e.reason()).isEqualTo(PoolException.Reason.TOO_MANY_WAITING));
      waits.join();
      assertThat(second).containsExactly(PoolException.Reason.WAITED_TOO_LONG);
      go.countDown();
      first.join();
      assertThat(pooled.call("count", Long.class)).isEqualTo(1);
    }
  }

  @Test
  void aTenantsMachineIsNeverAnothersAndItsSecretIsGoneWithIt() {
    try (var pool = small().machines(1).build()) {
      PooledSandbox first = pool.add(Sandbox.builder(snapshot).tenant("first"));
      PooledSandbox second = pool.add(Sandbox.builder(snapshot).tenant("second"));
      for (int i = 0; i < 5; i++) {
        first.call("keep_secret", Long.class, "the secret of the first tenant, " + i);
        assertThat(second.call("count", Long.class)).isEqualTo(1);
      }
      assertThat(pool.statistics().made()).as("a new one at each turn").isGreaterThanOrEqualTo(9);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (var pool = small().machineMemory(MemorySize.ofMebibytes(8)).build()) {
      assertThatThrownBy(() -> pool.add(Sandbox.builder(snapshot)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("16MiB")
          .hasMessageContaining("8MiB");
    }
  }
}
