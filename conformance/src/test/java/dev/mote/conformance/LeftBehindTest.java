package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Instance;
import dev.mote.MemorySize;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What calls leave in corners that only a later snapshot, an instance or another call would find.
@Tag("every-kvm")
class LeftBehindTest {
  private static Sandbox start() {
    return Sandbox.builder(Program.of(Corpus.programs().resolve("functions-left")))
        .memory(MemorySize.ofMebibytes(16))
        .timeout(Duration.ofSeconds(20))
        .start();
  }

  @Test
  void aSnapshotThatIsTakenRightAfterARestoreHasItsVectorRegisters() {
    try (var sandbox = start()) {
      Snapshot snapshot = sandbox.snapshot();
      sandbox.call("set_vector", Void.class, 77L);
      sandbox.restore(snapshot);
      try (var other = sandbox.snapshot().start()) {
        assertThat(other.call("vector", Long.class)).isZero();
      }
    }
  }

  @Test
  void aSnapshotOfAnInstanceHasItsVectorRegisters() {
    try (var sandbox = start();
        var pool = SandboxPool.builder().machines(1).build()) {
      PooledSandbox pooled = pool.add(Sandbox.builder(sandbox.snapshot()));
      try (Instance instance = pooled.newInstance()) {
        instance.call("set_vector", Void.class, 77L);
        assertThat(instance.call("vector", Long.class)).isEqualTo(77);
        Snapshot taken = instance.snapshot();
        try (var other = taken.start()) {
          for (int i = 0; i < 3; i++) {
            assertThat(other.call("vector", Long.class)).isEqualTo(77);
            other.call("set_vector", Void.class, 78L);
            other.restore(taken);
          }
        }
      }
    }
  }

  @Test
  void anInstanceThatUnmapsAFileKeepsTheOthers() {
    try (var sandbox = start();
        var pool = SandboxPool.builder().machines(1).build()) {
      PooledSandbox pooled = pool.add(Sandbox.builder(sandbox.snapshot()));
      try (Instance instance = pooled.newInstance()) {
        instance.call("unmap_first", Void.class);
        assertThat(instance.call("read_second", Long.class)).isEqualTo('B');
      }
    }
  }

  @Test
  void aGuestThatSpoilsItsPagesForRestoresIsRestoredWithoutThem() {
    try (var sandbox = start()) {
      sandbox.snapshot();
      assertThat(sandbox.call("spoil", Long.class)).isZero();
      Snapshot spoiled = sandbox.snapshot();
      sandbox.call("set_vector", Void.class, 77L);
      sandbox.restore(spoiled);
      assertThat(sandbox.call("vector", Long.class)).isZero();
    }
  }

  /// Page tables keep their places for good, so a guest that has used them up is made anew.
  @Test
  void pageTablesThatACallUsedUpAreThereForTheNext() {
    try (var sandbox = start();
        var pool = SandboxPool.builder().machines(1).build()) {
      Snapshot snapshot = sandbox.snapshot();
      sandbox.restore(snapshot);
      long places = sandbox.call("scatter", Long.class);
      assertThat(places).isBetween(50L, 1000L);
      for (int i = 0; i < 3; i++) {
        sandbox.restore(snapshot);
        assertThat(sandbox.call("scatter", Long.class)).isEqualTo(places);
      }
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
      for (int i = 0; i < 3; i++) {
        assertThat(pooled.call("scatter", Long.class)).isEqualTo(places);
      }
    }
  }

  @Test
  void thePeakOfMemoryIsThatOfOneCall() {
    try (var sandbox = start()) {
      Snapshot snapshot = sandbox.snapshot();
      sandbox.restore(snapshot);
      long peak = sandbox.call("peak", Long.class);
      sandbox.call("hog", Void.class);
      sandbox.restore(snapshot);
      assertThat(sandbox.call("peak", Long.class)).isEqualTo(peak);
    }
  }

  @Test
  void aMachineIsForWhoMayHaveItThoughOthersHaveWaitedLonger() throws Exception {
    var entered = new CountDownLatch(2);
    var go = Map.of("a", new CountDownLatch(1), "b", new CountDownLatch(1));
    try (var sandbox = start();
        var pool =
            SandboxPool.builder()
                .machines(2)
                .machinesPerTenant(1)
                .waitTime(Duration.ofSeconds(20))
                .build();
        var threads = Executors.newCachedThreadPool()) {
      Snapshot snapshot = sandbox.snapshot();
      var members = new HashMap<String, PooledSandbox>();
      for (String tenant : List.of("a", "b")) {
        var description = Sandbox.builder(snapshot).tenant(tenant);
        members.put(
            tenant,
            pool.add(
                description.hostFunction(
                    "wait",
                    () -> {
                      entered.countDown();
                      Objects.requireNonNull(go.get(tenant)).await();
                      return 1L;
                    })));
        threads.execute(() -> members.get(tenant).call("ask", Long.class));
      }
      entered.await();
      var first = threads.submit(() -> members.get("a").call("vector", Long.class));
      Thread.sleep(300);
      var second = threads.submit(() -> members.get("b").call("vector", Long.class));
      Thread.sleep(300);
      Objects.requireNonNull(go.get("b")).countDown();
      assertThat(second.get(3, TimeUnit.SECONDS)).isZero();
      Objects.requireNonNull(go.get("a")).countDown();
      assertThat(first.get(3, TimeUnit.SECONDS)).isZero();
    }
  }
}
