package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Programs that do harm end as they should, and the host is as before: the next guest runs, and
/// nothing is left.
class HostileGuestsTest {
  private static final Path PROGRAMS = Path.of("target/programs").toAbsolutePath();
  private static final Program HARM = Program.of(PROGRAMS.resolve("hostile-harm"));

  private static String outcome(String way) {
    Program program = Program.of(HARM.executable(), way);
    try (var sandbox =
        Sandbox.builder(program)
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofSeconds(60))
            .cpuTime(Duration.ofSeconds(way.equals("loop") ? 1 : 50))
            .outputLimit(MemorySize.ofMebibytes(1))
            .fileLimit(MemorySize.ofMebibytes(8))
            .fileCount(1000)
            .openFiles(200)
            .build()) {
      return describe(sandbox.run(Streams.capture()));
    }
  }

  private static String describe(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Exited(int status) -> "status " + status;
      case Outcome.Signaled(var report) -> report.signalName();
      case Outcome.TimedOut(var kind, _) -> "timed out " + kind;
      case Outcome other -> other.getClass().getSimpleName();
    };
  }

  private static void assertHostIsUnharmed() {
    assertThat(outcome("self-modifying")).isEqualTo("status 0");
  }

  @ParameterizedTest
  @CsvSource({
    "loop, timed out CPU",
    "output, LimitExceeded",
    "brk, status 3", // brk is refused at the limit
    "mmap, OutOfMemory",
    "stack, SIGSEGV",
    "reserve, status 0",
    "mappings, status 0",
    "scatter, status 0",
    "file, status 0",
    "directories, status 0",
    "descriptors, status 0",
    "pipes, status 0"
  })
  void whoTakesTooMuchIsLimited(String way, String expected) {
    assertThat(outcome(way)).isEqualTo(expected);
    assertHostIsUnharmed();
  }

  @ParameterizedTest
  @Tag("every-kvm")
  @CsvSource({
    "supervisor, status 0",
    "port, SIGSEGV",
    "other-port, SIGSEGV",
    "in, SIGSEGV",
    "hlt, SIGSEGV",
    "cli, SIGSEGV",
    "wrmsr, SIGSEGV",
    "cr3, SIGSEGV",
    "lgdt, SIGSEGV",
    "int80, SIGSEGV",
    "int8, SIGSEGV",
    "ud2, SIGILL",
    "jump-null, SIGSEGV",
    "jump-far, SIGSEGV",
    "read-far, SIGSEGV",
    "stack-of-nothing, status 0",
    "signal-on-no-stack, SIGSEGV",
    "fault-on-no-stack, SIGSEGV|SIGBUS", // a push below address 0 is not canonical: #SS
    "random-frame, SIGSEGV|SIGBUS|SIGILL|SIGTRAP",
    "bad-fpu-frame, SIGSEGV",
    "fault-in-handler, SIGSEGV",
    "alarms, status 0",
    "trap-flag, SIGTRAP",
    "alignment, SIGBUS",
    "direction-flag, status 0",
    "iopl, SIGSEGV",
    "self-modifying, status 0"
  })
  void whoBreaksTheRulesOfTheProcessorGetsItsSignal(String way, String expected) {
    assertThat(outcome(way)).matches(expected);
    assertHostIsUnharmed();
  }

  @Test
  void twoHundredRoundsLeaveNothingBehind() throws Exception {
    for (String way : List.of("hlt", "ud2", "descriptors", "directories", "pipes", "alarms")) {
      outcome(way);
    }
    System.gc();
    int descriptors = count("/proc/self/fd");
    int threads = count("/proc/self/task");
    long memory = residentPages();
    for (int round = 0; round < 200; round++) {
      outcome(List.of("hlt", "ud2", "descriptors", "directories", "pipes").get(round % 5));
    }
    System.gc();
    assertThat(count("/proc/self/fd")).isLessThanOrEqualTo(descriptors + 2);
    assertThat(count("/proc/self/task")).isLessThanOrEqualTo(threads + 2);
    assertThat(residentPages() - memory).as("pages of 4 KiB more").isLessThan(32_768);
  }

  private static int count(String directory) {
    return Objects.requireNonNull(new File(directory).list()).length;
  }

  private static long residentPages() throws Exception {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
  }

  /// Random system calls by random seeds: how long is told by `-Dfuzz.seconds`, where to begin by
  /// `-Dfuzz.seed`.
  @Test
  void randomSystemCallsNeverHarmTheHost() {
    long seconds = Long.getLong("fuzz.seconds", 10);
    long seed = Long.getLong("fuzz.seed", 1);
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    long calls = 0;
    long first = seed;
    while (System.nanoTime() < end) {
      Program program =
          Program.of(PROGRAMS.resolve("hostile-system-calls"), Long.toString(seed++), "2000");
      try (var sandbox =
          Sandbox.builder(program)
              .memory(MemorySize.ofMebibytes(64))
              .fileLimit(MemorySize.ofMebibytes(4))
              .timeout(Duration.ofSeconds(5))
              .build()) {
        Outcome outcome = sandbox.run(Streams.capture("some input"));
        // It may wait for ever, or kill itself; the virtual machine itself must not break.
        assertThat(outcome).as("seed %d", seed - 1).isNotInstanceOf(Outcome.Broken.class);
        calls += sandbox.statistics().systemCalls().values().stream().mapToLong(n -> n).sum();
      }
    }
    System.out.printf("guest fuzzer: %d seeds, %d system calls%n", seed - first, calls);
    assertThat(calls).isPositive();
    assertHostIsUnharmed();
  }
}
