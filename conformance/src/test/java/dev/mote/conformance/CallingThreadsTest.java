package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.PooledSandbox;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.SandboxPool;
import dev.mote.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls by several threads of the host: who runs the guest, who waits, and what stops it.
@Tag("every-kvm")
class CallingThreadsTest {
  private static SandboxBuilder builder() {
    return Sandbox.builder(Program.of(Corpus.programs().resolve("functions-behaviour")))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(60));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelStopsTheCallThatRunsAndNoOther(boolean virtual) throws Exception {
    try (var sandbox = builder().start()) {
      sandbox.cancel(); // nothing runs
      assertThat(sandbox.<Long>call("count", Long.class)).isEqualTo(1);
      var outcome = new AtomicReference<@Nullable Outcome<Object>>();
      Thread caller =
          (virtual ? Thread.ofVirtual() : Thread.ofPlatform())
              .start(() -> outcome.set(sandbox.tryCall("spin", Object.class)));
      while (caller.isAlive()) {
        sandbox.cancel();
        caller.join(Duration.ofMillis(20));
      }
      assertThat(outcome.get()).isEqualTo(new Outcome.Ended<>(new Ending.Cancelled()));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void interruptingTheCallerStopsTheCall(boolean virtual) throws Exception {
    try (var sandbox = builder().start()) {
      var outcome = new AtomicReference<@Nullable Outcome<Object>>();
      Thread caller =
          (virtual ? Thread.ofVirtual() : Thread.ofPlatform())
              .start(() -> outcome.set(sandbox.tryCall("spin", Object.class)));
      Thread.sleep(50);
      caller.interrupt();
      caller.join();
      assertThat(outcome.get()).isEqualTo(new Outcome.Ended<>(new Ending.Cancelled()));
    }
  }

  /// Hyperlight 3.9: killed while a host function runs, and in a loop of host calls.
  @Test
  void cancelAlsoReachesACallThatIsInAHostFunction() throws Exception {
    var entered = new CountDownLatch(1);
    try (var sandbox =
        builder()
            .hostFunction(
                "wait",
                () -> {
                  entered.countDown();
                  return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                })
            .start()) {
      var outcome = new AtomicReference<@Nullable Outcome<Object>>();
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () -> outcome.set(sandbox.tryCall("call_host_times", Object.class, "wait", 9)));
      entered.await();
      sandbox.cancel();
      caller.join();
      assertThat(outcome.get()).isEqualTo(new Outcome.Ended<>(new Ending.Cancelled()));
    }
  }

  @Test
  void callsOfManyThreadsWaitForEachOther() throws Exception {
    try (var sandbox = builder().start()) {
      var counts = Collections.synchronizedList(new ArrayList<Long>());
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++) {
        Thread.Builder kind = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
        threads.add(
            kind.start(() -> {
              for (int j = 0; j < 50; j++) {
                counts.add(sandbox.<Long>call("count", Long.class));
              }
            }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(counts).hasSize(400).doesNotHaveDuplicates();
      assertThat(Collections.max(counts)).isEqualTo(400);
    }
  }

  @Test
  void whereItIsDearToChangeTheThreadAGuestChangesItOnce() throws Exception {
    Set<Thread> runners = ConcurrentHashMap.newKeySet();
    try (var sandbox =
        builder().hostFunction("here", () -> runners.add(Thread.currentThread())).start()) {
      sandbox.call("call_host_times", Long.class, "here", 1);
      assertThat(runners).containsExactly(Thread.currentThread());
      List<Thread> callers =
          fromSeveralThreads(() -> sandbox.call("call_host_times", Long.class, "here", 1));
      checkRunners(runners, callers, 2);
    }
  }

  @Test
  void soDoAMachineOfAPoolAndAllItsGuests() throws Exception {
    Set<Thread> runners = ConcurrentHashMap.newKeySet();
    Snapshot snapshot;
    try (var sandbox = builder().hostFunction("here", () -> true).start()) {
      snapshot = sandbox.snapshot();
    }
    try (var pool = SandboxPool.builder().machines(1).build()) {
      List<PooledSandbox> guests =
          Stream.of(1, 2)
              .map(_ ->
                  pool.add(
                      Sandbox.builder(snapshot)
                          .hostFunction("here", () -> runners.add(Thread.currentThread()))))
              .toList();
      List<Thread> callers =
          fromSeveralThreads(() -> {
            for (PooledSandbox guest : guests) {
              guest.call("call_host_times", Long.class, "here", 1);
            }
          });
      checkRunners(runners, callers, 2);
    }
  }

  /// Of both kinds, five times each.
  private static List<Thread> fromSeveralThreads(Runnable call) throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      Thread.Builder kind = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
      threads.add(
          kind.start(() -> {
            for (int times = 0; times < 5; times++) {
              call.run();
            }
          }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return threads;
  }

  /// Linux before 6.13 makes a vCPU wait for milliseconds that changes its thread.
  private static void checkRunners(Set<Thread> runners, List<Thread> callers, int most) {
    String[] release = System.getProperty("os.version").split("\\D+");
    int major = Integer.parseInt(release[0]);
    if (major < 6 || (major == 6 && Integer.parseInt(release[1]) < 13)) {
      assertThat(runners).hasSizeLessThanOrEqualTo(most);
    } else {
      assertThat(runners).containsAll(callers.stream().filter(t -> !t.isVirtual()).toList());
    }
  }
}
