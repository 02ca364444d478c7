package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.conformance.HostileGuest.Run;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Guests that take as much as they can of one thing: each comes to its limit, and the outcome says
/// which.
class HostileLimitsTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration SLACK = Duration.ofSeconds(3);

  @ParameterizedTest
  @ValueSource(strings = {"time", "calls", "long-calls", "signals-for-ever"})
  void whoeverRunsForEverIsStoppedInTime(String what) {
    long start = System.nanoTime();
    Run run =
        what.equals("signals-for-ever")
            ? HostileGuest.run(b -> b.timeout(SHORT), "storms", "endless-faults")
            : HostileGuest.run(b -> b.timeout(SHORT), "exhaust", what);
    assertThat(run.outcome()).isEqualTo(new Ending.TimedOut(Ending.TimedOut.Kind.WALL, SHORT));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, SHORT.plus(SLACK));
  }

  @ParameterizedTest
  @ValueSource(strings = {"time", "calls", "long-calls"})
  void whoeverComputesForEverIsStoppedByItsCpuTime(String what) {
    Run run = HostileGuest.run(b -> b.cpuTime(SHORT), "exhaust", what);
    assertThat(run.outcome()).isEqualTo(new Ending.TimedOut(Ending.TimedOut.Kind.CPU, SHORT));
  }

  @Test
  void endlessOutputEndsAtItsLimit() {
    var limit = MemorySize.ofMebibytes(1);
    Run run = HostileGuest.run(b -> b.outputLimit(limit), "exhaust", "output");
    assertThat(run.outcome()).isEqualTo(new Ending.LimitExceeded("standard output", limit));
    assertThat(run.output()).hasSize((int) limit.bytes());
    Run error = HostileGuest.run(b -> b.outputLimit(limit), "exhaust", "error-output");
    assertThat(error.outcome()).isEqualTo(new Ending.LimitExceeded("standard error", limit));
  }

  @Test
  void theHeapGrowsToTheMemoryLimitAndIsRefusedMore() {
    Run run = HostileGuest.run("exhaust", "brk");
    assertThat(run.outcome()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output()).matches("brk: MiB 6[0-3], then errno 12 .*\\n");
  }

  @Test
  void smallMappingsAreRefusedBeyondTheMemoryLimit() {
    Run run = HostileGuest.run("exhaust", "small-maps");
    assertThat(run.output()).startsWith("pages 1, then errno 12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mmap", "scatter-touching"})
  void touchingMoreThanTheMemoryLimitIsTheEnd(String what) {
    Run run = HostileGuest.run("exhaust", what);
    assertThat(run.outcome()).isEqualTo(new Ending.OutOfMemory(MemorySize.ofMebibytes(64)));
  }

  @Test
  void anEndlessRecursionIsASegmentationFault() {
    Run run = HostileGuest.run("exhaust", "stack");
    assertThat(run.outcome())
        .isInstanceOfSatisfying(
            Ending.Signaled.class,
            killed -> assertThat(killed.report().signalName()).isEqualTo("SIGSEGV"));
  }

  @Test
  void mappingsAreAsManyAsOnLinux() {
    Run run = HostileGuest.run(b -> b.memory(MemorySize.ofMebibytes(256)), "exhaust", "mappings");
    assertThat(run.outcome()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output()).isEqualTo("some 65530 mappings\nthen errno 12\n");
  }

  @Test
  void pagesScatteredOverTheAddressSpaceAreRefusedBeforeTheirTablesCostTooMuch() {
    Run run = HostileGuest.run("exhaust", "scatter");
    assertThat(run.outcome()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output()).startsWith("scattered 1, then errno 12");
  }

  @Test
  void memoryAtEverNewPlacesCanBeHadForEver() {
    Run run = HostileGuest.run("exhaust", "random-hints");
    assertThat(run.output()).isEqualTo("random hints, 0 pages not empty\n");
  }

  @Test
  @Tag("every-kvm")
  void reservationsCostNothing() {
    Run run = HostileGuest.run("exhaust", "reservations");
    assertThat(run.outcome()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output())
        .isEqualTo(
            """
            7 in the middle of 600 GiB, the hundredth
            all of it accessible: 7 0
            unmapped: 0
            64 TiB: reserved
            """);
  }

  @Test
  void filesHoldNoMoreThanTheirLimit() {
    Run run =
        HostileGuest.run(b -> b.fileLimit(MemorySize.ofMebibytes(4)), "exhaust", "file-content");
    assertThat(run.output())
        .isEqualTo(
            """
            KiB of one file 4096, then errno 28 (No space left on device)
            truncated: 0, written again: 65536
            sparse: 0
            at the end: -27
            before it: 1
            allocated: -28
            allocated: -28
            """);
  }

  @Test
  void filesAreNoMoreThanTheirLimit() {
    Run run = HostileGuest.run(b -> b.fileCount(1000), "exhaust", "file-count");
    assertThat(run.output())
        .isEqualTo(
            "files 1000, then errno 28 (No space left on device)\none fewer: 0, one more: made\n");
  }

  @Test
  void directoriesMayBeDeepAndLinksLong() {
    Run deep = HostileGuest.run(b -> b.fileCount(3000), "exhaust", "directory-depth");
    assertThat(deep.output())
        .isEqualTo(
            """
            directories deep 3000, then errno 28 (No space left on device)
            path: too long
            stat: 0
            back: /tmp
            renamed: 0
            """);
    Run links = HostileGuest.run(b -> b.fileLimit(MemorySize.ofMebibytes(1)), "exhaust", "names");
    assertThat(links.output()).startsWith("long links 256, then errno 28").endsWith("errno 40\n");
  }

  @Test
  void descriptorsAreNoMoreThanTheirLimitAndNeitherIsWhatTheyHold() {
    Run run = HostileGuest.run(b -> b.openFiles(256), "exhaust", "descriptors");
    assertThat(run.outcome()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output())
        .contains("dup 253, then errno 24", "full pipes 126, then errno 24")
        .contains("eventfds 253, then errno 24", "memfds 253, then errno 24");
  }

  @Test
  void whatMappingsHoldOfFilesIsCharged() {
    Run run =
        HostileGuest.run(b -> b.fileLimit(MemorySize.ofMebibytes(8)), "exhaust", "held-files");
    assertThat(run.output()).isEqualTo("thousands of files held by mappings, then errno 28\n");
  }

  @Test
  void textsThatOpenFilesHoldAreFew() {
    Run run = HostileGuest.run(b -> b.memory(MemorySize.ofMebibytes(256)), "exhaust", "held-texts");
    assertThat(run.output()).matches("texts held [0-9]+, then errno 12 .*\\n");
  }

  @Test
  void locksAndQueuedSignalsAreFew() {
    assertThat(HostileGuest.run("exhaust", "locks").output()).startsWith("locks 1, then errno 37");
    assertThat(HostileGuest.run("exhaust", "signals").output())
        .startsWith("signals queued 1, then errno 11");
  }
}
