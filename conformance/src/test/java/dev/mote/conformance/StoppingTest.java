package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Ending;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Streams;
import dev.mote.WaitingThread;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A guest is stopped whatever it does: by its time, by an interrupt of the thread that runs it, by
/// closing its sandbox; and the thread finds its interrupt flag set.
class StoppingTest {
  private static final List<String> WAYS =
      List.of(
          "loop",
          "calls",
          "faults",
          "alarm-loop",
          "file-then-loop",
          "mapped-file-loop",
          "read",
          "read-pipe",
          "write-pipe",
          "fifo",
          "sleep",
          "pause",
          "sigsuspend",
          "sigwait",
          "poll",
          "select");
  private static final int SECONDS = 20;

  /// Which thread a guest runs on.
  enum Runner {
    PLATFORM,
    /// The guest blocks its carrier, if there is one to spare.
    VIRTUAL,
    /// A virtual one hands it over to a platform thread, because CPU time is to be measured.
    HANDED_OVER
  }

  @TempDir static Path data;

  static Stream<Arguments> waysOnEachKindOfThread() throws IOException {
    Files.write(data.resolve("file"), new byte[4 << 20]);
    return Stream.of(Runner.values())
        .flatMap(runner -> WAYS.stream().map(way -> Arguments.of(way, runner)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("waysOnEachKindOfThread")
  void anInterruptStopsTheGuestAndTheFlagIsSet(String way, Runner runner) throws Exception {
    try (var running = new Running(way, runner)) {
      running.awaitReady();
      running.thread.interrupt();
      assertThat(running.outcome()).isEqualTo(new Ending.Cancelled());
      assertThat(running.interrupted).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("waysOnEachKindOfThread")
  void closingStopsTheGuestAndNoFlagIsSet(String way, Runner runner) throws Exception {
    try (var running = new Running(way, runner)) {
      running.awaitReady();
      running.sandbox.close();
      assertThat(running.outcome()).isEqualTo(new Ending.Cancelled());
      assertThat(running.interrupted).isFalse();
    }
  }

  @Test
  void aGuestThatWaitsForItselfHasEnded() {
    try (var sandbox = builder("futex").timeout(Duration.ofSeconds(SECONDS)).build()) {
      Ending ending = sandbox.run(HostileGuest.endless(OutputStream.nullOutputStream()));
      assertThat(ending).isInstanceOf(Ending.Deadlocked.class);
      assertThat(((Ending.Deadlocked) ending).threads())
          .extracting(WaitingThread::call)
          .containsExactly("futex");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void theTimeLimitStopsTheGuest(String way) throws Exception {
    var limit = Duration.ofMillis(200);
    try (var sandbox = builder(way).timeout(limit).build()) {
      Ending outcome = sandbox.run(HostileGuest.endless(OutputStream.nullOutputStream()));
      assertThat(outcome).isEqualTo(new Ending.TimedOut(Ending.TimedOut.Kind.WALL, limit));
    }
  }

  static Stream<String> ways() throws IOException {
    return waysOnEachKindOfThread().limit(WAYS.size()).map(a -> (String) a.get()[0]);
  }

  @Test
  void aThreadThatIsInterruptedAlreadyRunsNothing() {
    try (var sandbox = HostileGuest.builder("waits", "loop").build()) {
      Thread.currentThread().interrupt();
      assertThat(sandbox.run(Streams.capture())).isEqualTo(new Ending.Cancelled());
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aClosedSandboxRunsNothing() {
    var sandbox = HostileGuest.builder("waits", "loop").build();
    sandbox.close();
    sandbox.close();
    assertThatThrownBy(() -> sandbox.run(Streams.capture()))
        .isInstanceOf(IllegalStateException.class);
  }

  private static SandboxBuilder builder(String way) {
    return HostileGuest.builder("waits", way).mount(data, "/data");
  }

  /// A guest that runs in a thread of its own.
  private static final class Running implements AutoCloseable {
    private final Sandbox sandbox;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final AtomicReference<@Nullable Object> result = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean interrupted;

    Running(String way, Runner runner) {
      SandboxBuilder builder = builder(way);
      if (runner == Runner.HANDED_OVER) {
        builder.cpuTime(Duration.ofHours(1));
      }
      sandbox = builder.build();
      Thread.Builder threads = runner == Runner.PLATFORM ? Thread.ofPlatform() : Thread.ofVirtual();
      thread = threads.start(this::run);
    }

    private void run() {
      var output =
          new OutputStream() {
            @Override
            public void write(int b) {
              ready.countDown();
            }
          };
      try {
        result.set(sandbox.run(HostileGuest.endless(output)));
      } catch (RuntimeException e) {
        result.set(e);
      }
      interrupted = Thread.interrupted();
    }

    void awaitReady() throws InterruptedException {
      assertThat(ready.await(SECONDS, TimeUnit.SECONDS)).isTrue();
      Thread.sleep(5); // so that most are in the middle of what they do
    }

    @Nullable Object outcome() throws InterruptedException {
      assertThat(thread.join(Duration.ofSeconds(SECONDS))).as("the guest has stopped").isTrue();
      return result.get();
    }

    @Override
    public void close() {
      sandbox.close();
    }
  }

  @Test
  void manyThreadsMayCloseAtOnce() throws Exception {
    try (var running = new Running("loop", Runner.PLATFORM)) {
      running.awaitReady();
      var closers = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++) {
        closers.add(Thread.ofPlatform().start(running.sandbox::close));
      }
      for (Thread closer : closers) {
        assertThat(closer.join(Duration.ofSeconds(SECONDS))).isTrue();
      }
      assertThat(running.outcome()).isEqualTo(new Ending.Cancelled());
    }
  }
}
