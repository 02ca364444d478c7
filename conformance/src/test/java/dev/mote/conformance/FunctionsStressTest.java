package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.HostCall;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Program;
import dev.mote.Sandbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A hundred sandboxes, eight threads, many calls, and somebody who cancels now and then: each call
/// has the right result, or was cancelled by a request that was made while it ran. `-Dcalls=100000`
/// makes more of them.
class FunctionsStressTest {
  private static final int SANDBOXES = 100;
  private static final int THREADS = 8;
  private static final int CALLS = Integer.getInteger("calls", 20_000);

  private final AtomicInteger returned = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();

  /// A sandbox and who has asked for what.
  private static final class Slot implements AutoCloseable {
    private static final Program PROGRAM =
        Program.of(Corpus.programs().resolve("functions-behaviour-musl"));

    volatile Sandbox sandbox = start();
    final AtomicLong started = new AtomicLong(); // calls
    private final List<long[]> cancels = new ArrayList<>(); // guarded by itself

    private static Sandbox start() {
      return Sandbox.builder(PROGRAM)
          .memory(MemorySize.ofMebibytes(4))
          .timeout(Duration.ofMinutes(1))
          .hostFunction("again", (HostCall call, Long n) -> call.call("recurse", Long.class, n))
          .start();
    }

    /// Cancels what runs now: a call with a number that was current at some time meanwhile.
    void cancel() {
      synchronized (cancels) {
        long first = started.get();
        sandbox.cancel();
        cancels.add(new long[] {first, started.get()});
      }
    }

    boolean wasCancelled(long call) {
      synchronized (cancels) {
        return cancels.stream().anyMatch(range -> range[0] <= call && call <= range[1]);
      }
    }

    void replace() {
      sandbox.close();
      sandbox = start();
    }

    @Override
    public void close() {
      sandbox.close();
    }
  }

  @Test
  void noCallIsLostAndNoneIsCancelledThatWasNotMeant() throws Exception {
    var slots = new ArrayList<Slot>();
    try {
      for (int i = 0; i < SANDBOXES; i++) {
        slots.add(new Slot());
      }
      var failures = new ArrayList<Throwable>();
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        Thread.Builder kind = i % 4 == 3 ? Thread.ofVirtual() : Thread.ofPlatform();
        threads.add(
            kind.start(() -> {
              try {
                call(slots, number);
              } catch (RuntimeException | Error e) {
                synchronized (failures) {
                  failures.add(e);
                }
              }
            }));
      }
      cancelUntilAllHaveEnded(slots, threads);
      assertThat(failures).isEmpty();
      System.out.printf(
          "%,d calls returned, %,d were cancelled%n", returned.get(), cancelled.get());
      assertThat(returned.get() + cancelled.get()).isEqualTo(CALLS);
      assertThat(cancelled.get()).isPositive();
    } finally {
      slots.forEach(Slot::close);
    }
  }

  /// Each thread has its own slots, so that it knows the number of the call that it makes.
  private void call(List<Slot> slots, int thread) {
    var random = new SplittableRandom(thread);
    for (int i = 0; i < CALLS / THREADS; i++) {
      int index = random.nextInt((SANDBOXES - 1 - thread) / THREADS + 1) * THREADS + thread;
      Slot slot = slots.get(index);
      long call = slot.started.incrementAndGet();
      long depth = random.nextInt(4);
      long number = random.nextLong();
      Outcome<@Nullable Object> outcome =
          depth == 3
              ? slot.sandbox.tryCall("recurse", Object.class, depth)
              : slot.sandbox.tryCall("add", Object.class, number, depth);
      if (outcome instanceof Outcome.Returned<@Nullable Object> value) {
        assertThat(value.value()).isEqualTo(depth == 3 ? depth : number + depth);
        returned.incrementAndGet();
      } else {
        assertThat(outcome).isEqualTo(new Outcome.Ended<>(new Ending.Cancelled()));
        assertThat(slot.wasCancelled(call)).isTrue();
        cancelled.incrementAndGet();
        slot.replace();
      }
    }
  }

  private static void cancelUntilAllHaveEnded(List<Slot> slots, List<Thread> threads)
      throws InterruptedException {
    var random = new SplittableRandom(99);
    while (threads.stream().anyMatch(Thread::isAlive)) {
      slots.get(random.nextInt(SANDBOXES)).cancel();
      Thread.sleep(Duration.ofNanos(200_000));
    }
  }

  /// Hyperlight 3.10.
  @Test
  void twoHundredSandboxesOfTwentyThreadsBeginAlike() throws Exception {
    var counts = Collections.synchronizedList(new ArrayList<Long>());
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 20; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                var sandboxes = new ArrayList<Sandbox>();
                for (int j = 0; j < 10; j++) {
                  sandboxes.add(Slot.start());
                }
                for (Sandbox sandbox : sandboxes) {
                  counts.add(sandbox.<Long>call("count", Long.class));
                  sandbox.close();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(counts).hasSize(200).containsOnly(1L);
  }
}
