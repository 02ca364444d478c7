package dev.mote.machine;

import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a virtual machine takes from the host, it gives back.
class LifetimeTest {
  private static final int EIO = 5;

  /// What this process holds.
  private record Holdings(long descriptors, long threads, long mappings, long residentKibibytes) {
    static Holdings now() {
      System.gc();
      try (var descriptors = Files.list(Path.of("/proc/self/fd"));
          var threads = Files.list(Path.of("/proc/self/task"));
          var mappings = Files.lines(Path.of("/proc/self/maps"));
          var status = Files.lines(Path.of("/proc/self/status"))) {
        long resident =
            status
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
        return new Holdings(descriptors.count(), threads.count(), mappings.count(), resident);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    /// The JVM itself takes a little now and then; a leak of `rounds` machines would be more.
    void assertFlatSince(Holdings before, int rounds) {
      assertThat(descriptors).as("descriptors").isLessThan(before.descriptors + rounds / 20 + 3);
      assertThat(threads).as("threads").isLessThan(before.threads + rounds / 20 + 3);
      assertThat(mappings).as("mappings").isLessThan(before.mappings + rounds / 20 + 30);
      // A machine that has run holds some 15 pages of guest memory and kvm_run at least. The Java
      // heap
      // of these tests is there from the start (pom.xml), so that it is not taken for a leak.
      assertThat(residentKibibytes)
          .as("resident KiB")
          .isLessThan(before.residentKibibytes + Math.max(24_000, rounds * 16L));
    }
  }

  private interface Round {
    void run(Guest guest);
  }

  private static void assertFlat(int rounds, Round round) {
    for (int i = 0; i < 100; i++) {
      oneRound(round);
    }
    Holdings before = Holdings.now();
    for (int i = 0; i < rounds; i++) {
      oneRound(round);
    }
    Holdings.now().assertFlatSince(before, rounds);
  }

  private static void oneRound(Round round) {
    try (var guest = new Guest(code().syscall().ud2().spin())) {
      round.run(guest);
    }
  }

  private static void endWithASystemCall(Guest guest) {
    assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
  }

  private static void endWithAFault(Guest guest) {
    assertThat(guest.runAt(Guest.CODE + 2)).isEqualTo(VmExit.FAULT);
  }

  private static void endWithAKick(Guest guest) {
    var kicker = guest.kickAfterMillis(0);
    assertThat(guest.runAt(Guest.CODE + 4)).isEqualTo(VmExit.INTERRUPTED);
    try {
      kicker.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void twoThousandMachinesThatEndWithASystemCallLeaveNothing() {
    assertFlat(2000, LifetimeTest::endWithASystemCall);
  }

  @Test
  void twoThousandMachinesThatEndWithAFaultLeaveNothing() {
    assertFlat(2000, LifetimeTest::endWithAFault);
  }

  @Test
  void twoThousandMachinesThatEndWithAKickLeaveNothing() {
    assertFlat(2000, LifetimeTest::endWithAKick);
  }

  @Tag("every-kvm")
  @Test
  void machinesThatEndInEachWayLeaveNothing() {
    assertFlat(
        100,
        guest -> {
          endWithASystemCall(guest);
          endWithAFault(guest);
          endWithAKick(guest);
        });
  }

  /// Each call to the kernel in the making of a machine fails once, and nothing is left of what the
  /// calls before it made.
  @Tag("every-kvm")
  @Test
  void aFailureAtEachStepOfCreationLeavesNothing() {
    var untilFailure = new AtomicInteger(Integer.MAX_VALUE);
    Kvm kvm =
        Kvm.open((fd, request, argument) ->
            untilFailure.getAndDecrement() == 0 ? -EIO : Libc.ioctl(fd, request, argument));
    int steps = stepsOfCreation(kvm, untilFailure);
    assertThat(steps).isGreaterThanOrEqualTo(6);
    Holdings before = Holdings.now();
    int rounds = 20;
    for (int round = 0; round < rounds; round++) {
      for (int step = 0; step < steps; step++) {
        untilFailure.set(step);
        assertThatThrownBy(() -> create(kvm))
            .isInstanceOf(MachineException.class)
            .hasMessageContaining("errno 5");
      }
    }
    Holdings.now().assertFlatSince(before, rounds * steps);
    untilFailure.set(Integer.MAX_VALUE);
    create(kvm).close();
  }

  private static KvmMachine create(Kvm kvm) {
    return new KvmMachine(kvm, 1024, 64, CpuBaseline.HOST);
  }

  private static int stepsOfCreation(Kvm kvm, AtomicInteger untilFailure) {
    create(kvm).close(); // asks what is asked once
    int many = 1000;
    untilFailure.set(many);
    create(kvm).close();
    return many - untilFailure.get();
  }

  @Test
  void aRunPageThatCannotBeMappedLeavesNothing() {
    Kvm kvm =
        Kvm.open((fd, request, argument) ->
            request == KvmAbi.KVM_GET_VCPU_MMAP_SIZE
                ? 0 // nothing can be mapped
                : Libc.ioctl(fd, request, argument));
    Holdings before = Holdings.now();
    for (int i = 0; i < 200; i++) {
      assertThatThrownBy(() -> create(kvm))
          .isInstanceOf(MachineException.class)
          .hasMessageContaining("kvm_run");
    }
    Holdings.now().assertFlatSince(before, 200);
  }

  @Test
  void machinesAreMadeAndClosedByManyThreadsAtATime() throws Exception {
    Holdings before = Holdings.now();
    var threads = new Thread[6];
    var barrier = new CyclicBarrier(threads.length);
    var failure = new AtomicReference<Throwable>();
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  barrier.await();
                  for (int i = 0; i < 40; i++) {
                    oneRound(guest -> {
                      endWithASystemCall(guest);
                      endWithAFault(guest);
                    });
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
    Holdings.now().assertFlatSince(before, 240);
  }

  @Test
  void memoryLimitsOutsideTheRangeAreRefused() {
    for (long limit : new long[] {Long.MIN_VALUE, -1, 0, 4095, Hypervisor.MAX_MEMORY + 1}) {
      assertThatThrownBy(() -> Hypervisor.ofThisHost().create(limit, CpuBaseline.HOST))
          .isInstanceOf(IllegalArgumentException.class);
    }
    Hypervisor.ofThisHost().create(4096, CpuBaseline.HOST).close();
  }

  @Tag("every-kvm")
  @Test
  void theMemoryLimitIsWhatTheGuestsDataMayTake() {
    try (var vm = Hypervisor.ofThisHost().create(1 << 20, CpuBaseline.HOST)) {
      assertThat(vm.frames().limit()).isEqualTo(256);
      int taken = 0;
      while (vm.frames().available() > 0) {
        taken += vm.frames().take(7).count();
      }
      assertThat(taken).isEqualTo(256);
      assertThatThrownBy(() -> vm.frames().take(1))
          .isInstanceOf(GuestMemoryExhaustedException.class);
    }
  }
}
