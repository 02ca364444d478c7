package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Streams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a guest did, the same process runs the next one as if nothing had been, and has nothing
/// left of it: no thread, no descriptor, no mapping, no memory.
class HostUnharmedTest {
  private static final int ROUNDS = Integer.getInteger("hostile.rounds", 40);
  private static final int WARM_UP = 10;

  /// In KiB; a single page table or thread's stack left in each round would be more.
  private static final long SLACK = 16 << 10;

  private static final Duration SHORT = Duration.ofMillis(40);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exhaust time",
        "exhaust stack",
        "exhaust mmap",
        "exhaust scatter-touching",
        "exhaust output",
        "exhaust descriptors",
        "exhaust held-files",
        "entries delivery 6",
        "entries returning 8",
        "storms faulting-handler 1",
        "waits read",
        "waits sleep",
        "waits fifo",
        "waits alarm-loop",
        "frames random 5 200"
      })
  void roundsOfOneKindLeaveNothingBehind(String what) {
    repeat(what, WARM_UP);
    HostState before = HostState.now();
    repeat(what, ROUNDS);
    HostState after = HostState.now();
    // The JVM's own memory grows in steps as well (its compilers'): what leaks grows every time.
    for (int i = 0; i < 2 && after.residentKibibytes() > before.residentKibibytes() + SLACK; i++) {
      before = after;
      repeat(what, ROUNDS);
      after = HostState.now();
    }
    String both = "before " + before + ", after " + after;
    assertThat(after.descriptors()).as(both).isLessThanOrEqualTo(before.descriptors());
    assertThat(after.threads()).as(both).isLessThanOrEqualTo(before.threads() + 2);
    assertThat(after.mappings()).as(both).isLessThanOrEqualTo(before.mappings() + 20);
    assertThat(after.residentKibibytes())
        .as(both)
        .isLessThanOrEqualTo(before.residentKibibytes() + SLACK);
    assertGoodGuestRuns();
  }

  private static void repeat(String what, int rounds) {
    String[] words = what.split(" ");
    String[] arguments = new String[words.length - 1];
    System.arraycopy(words, 1, arguments, 0, arguments.length);
    for (int i = 0; i < rounds; i++) {
      var builder =
          HostileGuest.builder(words[0], arguments)
              .memory(MemorySize.ofMebibytes(16))
              .fileLimit(MemorySize.ofMebibytes(2))
              .outputLimit(MemorySize.ofMebibytes(1))
              .timeout(SHORT);
      try (var sandbox = builder.build()) {
        sandbox.run(Streams.capture());
      }
    }
  }

  private static void assertGoodGuestRuns() {
    var streams = Streams.capture();
    try (var sandbox = Sandbox.builder(HostileGuest.program("storms", "registers")).build()) {
      assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(0));
      assertThat(streams.outputText()).isEqualTo("registers over a signal: 0 wrong\n");
    }
  }

  @Test
  void aHundredSandboxesOnEightThreadsKeepApart() throws Exception {
    List<Future<Ending>> outcomes = new ArrayList<>();
    List<Class<? extends Ending>> expected = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 100; i++) {
        int number = i;
        expected.add(kindOf(number));
        outcomes.add(threads.submit(() -> runOf(number)));
      }
    }
    for (int i = 0; i < 100; i++) {
      assertThat(outcomes.get(i).get()).as("sandbox %d", i).isInstanceOf(expected.get(i));
    }
    assertGoodGuestRuns();
  }

  private static Class<? extends Ending> kindOf(int number) {
    return switch (number % 5) {
      case 0 -> Ending.TimedOut.class;
      case 1 -> Ending.OutOfMemory.class;
      case 2 -> Ending.Signaled.class;
      case 3 -> Ending.LimitExceeded.class;
      default -> Ending.Exited.class;
    };
  }

  private static Ending runOf(int number) {
    SandboxBuilder builder =
        switch (number % 5) {
          case 0 -> HostileGuest.builder("exhaust", "time").timeout(Duration.ofMillis(300));
          case 1 -> HostileGuest.builder("exhaust", "mmap");
          case 2 -> HostileGuest.builder("exhaust", "stack");
          case 3 ->
              HostileGuest.builder("exhaust", "output").outputLimit(MemorySize.ofMebibytes(1));
          default -> HostileGuest.builder("frames", "random", Integer.toString(number), "100");
        };
    try (var sandbox = builder.memory(MemorySize.ofMebibytes(16)).build()) {
      return sandbox.run(Streams.capture());
    }
  }
}
