package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VcpuThreadTest {
  @ParameterizedTest
  @CsvSource({
    "6.1.0-56-amd64, true",
    "6.12.9, true",
    "6.13.0-rc1, false",
    "6.18.44-v657, false",
    "7.0.0, false",
    "10.2, false",
    "5.15.0-1, true",
    "5.99, true",
    "6, true",
    "6.99999999999999999999, false",
    "'', true",
    "unknown, true",
  })
  void kernelsBefore613BindAVcpu(String release, boolean binds) {
    assertThat(VcpuThread.binds(release)).isEqualTo(binds);
  }

  @Test
  void whereThreadsMayChangeNothingGoesElsewhere() throws Exception {
    try (var thread = new VcpuThread(false)) {
      thread.enter();
      assertThat(thread.elsewhere()).isNull();
      assertThat(onAnother(Thread.ofPlatform(), thread)).isNull();
      assertThat(onAnother(Thread.ofVirtual(), thread)).isNull();
    }
  }

  @Test
  void itStaysOnTheThreadThatRanItFirst() throws Exception {
    try (var thread = new VcpuThread(true)) {
      assertThat(thread.elsewhere()).isNull();
      thread.enter();
      assertThat(thread.elsewhere()).isNull();
    }
  }

  @Test
  void aVirtualThreadNeverRunsIt() throws Exception {
    try (var thread = new VcpuThread(true)) {
      assertThat(onAnother(Thread.ofVirtual(), thread)).isNotNull();
    }
  }

  @Test
  void whenOthersWantItItGoesToOneOfItsOwnForGood() throws Exception {
    try (var thread = new VcpuThread(true)) {
      thread.enter();
      Executor own = onAnother(Thread.ofPlatform(), thread);
      assertThat(own).isNotNull();
      List<Thread> ran = new ArrayList<>();
      List<Boolean> stays = new ArrayList<>();
      for (int times = 0; times < 3; times++) {
        var done = new CountDownLatch(1);
        own.execute(() -> {
          thread.enter();
          ran.add(Thread.currentThread());
          stays.add(thread.elsewhere() == null);
          done.countDown();
        });
        done.await();
        assertThat(thread.elsewhere()).isSameAs(own);
      }
      assertThat(stays).containsOnly(true);
      assertThat(ran.stream().distinct()).hasSize(1);
      assertThat(ran.getFirst()).isNotSameAs(Thread.currentThread());
    }
  }

  @Test
  void itsOwnThreadEndsWithIt() throws Exception {
    var thread = new VcpuThread(true);
    Executor own = onAnother(Thread.ofVirtual(), thread);
    var runner = new FutureTask<>(Thread::currentThread);
    own.execute(runner);
    thread.close();
    runner.get().join();
    assertThat(onAnother(Thread.ofVirtual(), thread)).isNull();
    var late = new FutureTask<>(Thread::currentThread);
    own.execute(late);
    assertThat(late.get()).isSameAs(Thread.currentThread());
  }

  private static Executor onAnother(Thread.Builder builder, VcpuThread thread) throws Exception {
    var task = new FutureTask<>(thread::elsewhere);
    builder.start(task);
    return task.get();
  }
}
