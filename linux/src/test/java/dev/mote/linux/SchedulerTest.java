package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who has the one vCPU when a thread sleeps for less than the host needs to change threads.
class SchedulerTest {
  @TempDir Path directory;
  private Guest guest;
  private Scheduler scheduler;
  private Task worker;
  private Task sleeper;

  @BeforeEach
  void start() throws IOException {
    Path program = directory.resolve("program");
    Files.write(program, ElfBuilder.smallest().bytes());
    guest = Guest.create(FileGuest.setup(program, FileLimits.defaults()));
    scheduler = guest.process().scheduler();
    worker = guest.process().task();
    scheduler.run(worker);
    sleeper = scheduler.fork();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  /// The sleeper sleeps, and its sleep is over at once.
  private void sleeps() {
    scheduler.park(sleeper);
    scheduler.block(sleeper, guest.process().clock().monotonicNanos() - 1_000_000);
  }

  private Task turn() {
    Task task = scheduler.next();
    assertThat(task).isNotNull();
    scheduler.run(task);
    return task;
  }

  @Test
  void whoseSleepIsOverGoesFirst() {
    sleeps();
    assertThat(turn()).isSameAs(sleeper);
  }

  @Test
  void butNotTwiceBeforeTheOthersHaveComeToAnything() {
    sleeps();
    assertThat(turn()).isSameAs(sleeper);
    scheduler.progressed(); // its next call is to sleep
    sleeps();
    assertThat(turn()).isSameAs(worker);
    scheduler.interrupted(); // as soon as it has entered the guest
    sleeps();
    assertThat(turn()).isSameAs(worker);
    // On a slow host it has had more of the vCPU than is its due, and must wait a little.
    long end = System.nanoTime() + 10_000_000_000L;
    Task next = worker;
    while (next == worker && System.nanoTime() < end) {
      scheduler.progressed();
      sleeps();
      next = turn();
    }
    assertThat(next).isSameAs(sleeper);
  }

  @Test
  void whoSleepsGetsItsTurnAlsoBesideOneThatIsInterruptedForEver() {
    sleeps();
    assertThat(turn()).isSameAs(sleeper);
    sleeps();
    assertThat(turn()).isSameAs(worker);
    long end = System.nanoTime() + 10_000_000_000L;
    Task next = worker;
    while (next == worker && System.nanoTime() < end) {
      scheduler.arm();
      scheduler.interrupted();
      next = turn();
    }
    assertThat(next).isSameAs(sleeper);
  }
}
