package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WatchdogTest {
  private static final long MILLISECOND = 1_000_000;

  @Test
  void ringsWhenTheDeadlineHasPassedAndNotBefore() throws InterruptedException {
    var rung = new Semaphore(0);
    var at = new AtomicLong();
    try (var watch =
        Watchdog.watch(now -> {
          at.set(now);
          rung.release();
          return Watchdog.NONE;
        })) {
      for (long millis : new long[] {1, 5, 30, 3}) {
        long before = System.nanoTime();
        watch.arm(System.nanoTime(), millis * MILLISECOND);
        rung.acquire();
        assertThat(at.get() - before).isGreaterThanOrEqualTo(millis * MILLISECOND);
        assertThat(rung.tryAcquire(20, TimeUnit.MILLISECONDS)).as("rang twice").isFalse();
      }
    }
  }

  @Test
  void ringsAtOnceForADeadlineThatIsNow() throws InterruptedException {
    var rung = new CountDownLatch(1);
    try (var watch =
        Watchdog.watch(_ -> {
          rung.countDown();
          return Watchdog.NONE;
        })) {
      watch.arm(System.nanoTime(), 1);
      rung.await();
    }
  }

  @Test
  void aShorterDeadlineIsNotHeldUpByALongerOne() throws InterruptedException {
    var rung = new CountDownLatch(1);
    try (var longer = Watchdog.watch(_ -> Watchdog.NONE);
        var shorter =
            Watchdog.watch(_ -> {
              rung.countDown();
              return Watchdog.NONE;
            })) {
      longer.arm(System.nanoTime(), 3600_000 * MILLISECOND);
      Thread.sleep(30); // the thread sleeps until the longer one
      shorter.arm(System.nanoTime(), 5 * MILLISECOND);
      rung.await();
    }
  }

  @Test
  void anAlarmMayArmItselfAgain() throws InterruptedException {
    var rung = new Semaphore(0);
    var count = new AtomicInteger();
    var last = new AtomicLong(System.nanoTime());
    var tooEarly = new AtomicInteger();
    try (var watch =
        Watchdog.watch(now -> {
          if (now - last.getAndSet(now) < 2 * MILLISECOND) {
            tooEarly.incrementAndGet();
          }
          rung.release();
          return count.incrementAndGet() < 10 ? now + 2 * MILLISECOND : Watchdog.NONE;
        })) {
      watch.arm(System.nanoTime(), 2 * MILLISECOND);
      rung.acquire(10);
      assertThat(rung.tryAcquire(20, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(tooEarly).hasValue(0);
    }
  }

  @Test
  void aDisarmedOrClosedWatchDoesNotRing() throws InterruptedException {
    var rung = new AtomicInteger();
    var watch =
        Watchdog.watch(_ -> {
          rung.incrementAndGet();
          return Watchdog.NONE;
        });
    watch.arm(System.nanoTime(), 30 * MILLISECOND);
    watch.disarm();
    Thread.sleep(80);
    assertThat(rung).hasValue(0);
    watch.arm(System.nanoTime(), 30 * MILLISECOND);
    watch.close();
    watch.close();
    Thread.sleep(80);
    assertThat(rung).hasValue(0);
  }

  @Test
  void oneThreadWatchesAll() throws InterruptedException {
    var rung = new CountDownLatch(100);
    var watches = new Watchdog.Watch[100];
    for (int i = 0; i < watches.length; i++) {
      watches[i] =
          Watchdog.watch(_ -> {
            rung.countDown();
            return Watchdog.NONE;
          });
      watches[i].arm(System.nanoTime(), (i % 10 + 1) * MILLISECOND);
    }
    rung.await();
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("mote-watchdog"))
            .count();
    assertThat(threads).isEqualTo(1);
    for (var watch : watches) {
      watch.close();
    }
  }

  /// A run of calls with the same time-out, each ended in time, must not wake the thread: that
  /// would be a system call for each.
  @Test
  void callsThatEndInTimeMakeNoWakeUpCall() {
    try (var watch = Watchdog.watch(_ -> Watchdog.NONE)) {
      long timeout = 3600_000 * MILLISECOND;
      watch.arm(System.nanoTime(), timeout); // the first may wake the thread
      watch.disarm();
      long before = Watchdog.wakeUps();
      for (int i = 0; i < 100_000; i++) {
        watch.arm(System.nanoTime(), timeout);
        watch.disarm();
      }
      assertThat(Watchdog.wakeUps() - before).isLessThan(10);
    }
  }

  @Test
  void shortTimeoutsInARowWakeTheThreadRarely() {
    try (var watch = Watchdog.watch(_ -> Watchdog.NONE)) {
      long timeout = 20 * MILLISECOND;
      long before = Watchdog.wakeUps();
      long calls = 0;
      long end = System.nanoTime() + 300 * MILLISECOND;
      while (System.nanoTime() < end) {
        watch.arm(System.nanoTime(), timeout);
        calls++;
        watch.disarm();
      }
      assertThat(calls).isGreaterThan(1000);
      assertThat(Watchdog.wakeUps() - before).isLessThan(calls / 100);
    }
  }

  @Test
  void anAlarmThatThrowsDoesNotEndTheWatch() throws InterruptedException {
    var rung = new CountDownLatch(1);
    var reported = new CountDownLatch(1);
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((_, _) -> reported.countDown());
    try (var faulty =
            Watchdog.watch(_ -> {
              throw new IllegalStateException("an alarm that fails");
            });
        var sound =
            Watchdog.watch(_ -> {
              rung.countDown();
              return Watchdog.NONE;
            })) {
      faulty.arm(System.nanoTime(), MILLISECOND);
      reported.await();
      sound.arm(System.nanoTime(), MILLISECOND);
      rung.await();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void timeoutsWithoutAnEndDoNotDisturbTheOthers() throws InterruptedException {
    var rung = new CountDownLatch(1);
    try (var endless = Watchdog.watch(_ -> Watchdog.NONE);
        var shorter =
            Watchdog.watch(_ -> {
              rung.countDown();
              return Watchdog.NONE;
            })) {
      endless.arm(System.nanoTime(), Long.MAX_VALUE);
      endless.arm(System.nanoTime(), Long.MAX_VALUE - 1);
      shorter.arm(System.nanoTime(), 5 * MILLISECOND);
      rung.await();
    }
  }

  @Test
  void everyDeadlineOfManyThreadsRings() throws InterruptedException {
    int threads = 8;
    int rounds = 50;
    var rung = new AtomicInteger();
    var all = new Thread[threads];
    for (int t = 0; t < threads; t++) {
      int seed = t;
      all[t] =
          Thread.ofPlatform()
              .start(() -> {
                var mine = new Semaphore(0);
                try (var watch =
                    Watchdog.watch(_ -> {
                      mine.release();
                      return Watchdog.NONE;
                    })) {
                  for (int i = 0; i < rounds; i++) {
                    watch.arm(System.nanoTime(), 1 + (seed * 7 + i) % 5 * MILLISECOND / 2);
                    mine.acquireUninterruptibly();
                    rung.incrementAndGet();
                  }
                }
              });
    }
    for (var thread : all) {
      thread.join();
    }
    assertThat(rung).hasValue(threads * rounds);
  }
}
