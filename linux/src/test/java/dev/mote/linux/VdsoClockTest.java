package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page that the vDSO reads, and the clock behind it.
@Tag("every-kvm")
class VdsoClockTest {
  private static final long DATA = Vdso.DATA_ADDRESS;

  private static long field(FileGuest guest, long page, int field) {
    return guest.memory.getLong(page + field);
  }

  private static void rewrite(FileGuest guest) {
    guest.guest.process().vdsoClock().restart(guest.guest.process().clock().monotonicNanos());
    guest.guest.process().vdsoClock().refresh(System.nanoTime());
  }

  private static void assumeCounter(Guest guest) {
    assumeTrue(guest.process().vm().timestampCounter().tellsTime(), "the host has another clock");
  }

  @Test
  void thePageIsWrittenBeforeTheGuestIsEntered() {
    try (var guest = new FileGuest()) {
      assumeCounter(guest.guest);
      assertThat(field(guest, DATA, VdsoCode.MULTIPLIER)).isZero();
      guest.guest.process().vdsoClock().refresh(System.nanoTime());
      assertThat(field(guest, DATA, VdsoCode.GENERATION)).isEqualTo(1);
      assertThat(field(guest, DATA, VdsoCode.MULTIPLIER)).isPositive();
      guest.guest.process().vdsoClock().refresh(System.nanoTime());
      assertThat(field(guest, DATA, VdsoCode.GENERATION)).as("not yet again").isEqualTo(1);
    }
  }

  @Test
  void itIsNeverBackwardsAndNearTheClock() throws InterruptedException {
    try (var guest = new FileGuest()) {
      var clock = guest.guest.process().vdsoClock();
      long last = 0;
      for (int i = 0; i < 500; i++) {
        clock.refresh(System.nanoTime());
        long before = guest.guest.process().clock().monotonicNanos();
        long now = clock.monotonicNanos();
        long after = guest.guest.process().clock().monotonicNanos();
        assertThat(now).isGreaterThanOrEqualTo(last);
        assertThat(now).isBetween(before - 1_000_000, after + 1_000_000);
        last = now;
        Thread.sleep(1);
      }
      long difference = clock.realtimeNanos() - guest.guest.process().clock().realtimeNanos();
      assertThat(Math.abs(difference)).isLessThan(10_000_000);
    }
  }

  @Test
  void aRestoreIsSeenInThePage() {
    try (var guest = new FileGuest();
        var other = new FileGuest()) {
      var clock = guest.guest.process().vdsoClock();
      Set<Long> seen = new HashSet<>(Set.of(0L));
      for (FileGuest each : List.of(guest, other)) {
        rewrite(each);
        assertThat(seen.add(field(each, DATA, VdsoCode.RESTORE_ID))).isTrue();
      }
      for (int i = 0; i < 1000; i++) {
        clock.continueFrom(clock.monotonicNanos(), clock.page());
        assertThat(seen.add(field(guest, DATA, VdsoCode.RESTORE_ID))).isTrue();
        clock.refresh(System.nanoTime());
        assertThat(seen.add(field(guest, DATA, VdsoCode.RESTORE_ID))).isFalse();
      }
    }
  }

  @Test
  void theClockGoesOnWhereItStood() throws InterruptedException {
    try (var guest = new FileGuest()) {
      var clock = guest.guest.process().vdsoClock();
      clock.refresh(System.nanoTime());
      long stopped = clock.monotonicNanos();
      Thread.sleep(300);

      clock.continueFrom(stopped, clock.page());

      assertThat(clock.monotonicNanos()).isBetween(stopped, stopped + 200_000_000);
      assertThat(field(guest, DATA, VdsoCode.GENERATION)).isEqualTo(1);
    }
  }

  @Test
  void whereThePageWasUnmappedNothingIsWritten() {
    try (var guest = new FileGuest()) {
      var space = guest.guest.process().space();
      space.unmap(DATA, DATA + 4096);
      space.map(Mapping.zeros(DATA, DATA + 4096, Mapping.PROT_READ, ""));
      rewrite(guest);
      assertThat(field(guest, DATA, VdsoCode.GENERATION)).isZero();
    }
  }

  @Test
  void aPageThatWasMovedIsWrittenThere() {
    try (var guest = new FileGuest()) {
      long target = 0x1234_5000;
      guest.guest.process().space().move(DATA, DATA + 4096, target, 4096);
      rewrite(guest);
      assertThat(field(guest, target, VdsoCode.GENERATION)).isEqualTo(1);
    }
  }

  @Test
  void aPageThatWasThrownAwayAsksTheHost() {
    try (var guest = new FileGuest()) {
      rewrite(guest);
      guest.guest.process().space().discard(DATA, DATA + 4096);
      assertThat(field(guest, DATA, VdsoCode.MULTIPLIER)).isZero();
      guest.guest.process().space().discard(DATA, DATA + 4096);
      rewrite(guest);
      rewrite(guest);
      assertThat(field(guest, DATA, VdsoCode.MULTIPLIER)).isZero();
    }
  }

  @Test
  void theGuestCannotWriteThePage() {
    try (var guest = new FileGuest()) {
      var calls =
          new MemoryCalls(
              guest.guest.process().space(),
              0,
              1 << 20,
              (_, _, _) -> {
                throw Errno.EBADF.exception();
              });
      assertThatThrownBy(() -> calls.mprotect(DATA, 4096, 3)).isSameAs(Errno.EACCES.exception());
      assertThat(calls.mprotect(DATA, 4096, 0)).isZero();
    }
  }

  /// A program that calls a function of the vDSO so many times and ends with its result.
  private static GuestSetup reader(Path folder, String function, int times) throws Exception {
    var vdso = VdsoCode.assemble(Vdso.DATA_ADDRESS, Vdso.ADDRESS + Vdso.TEXT);
    long target = vdso.address(function);
    var code =
        new MachineCode(0x40_1000)
            .put("bb", times) // mov ebx, times
            .label("again")
            .put("bf", 1) // mov edi, CLOCK_MONOTONIC
            .put("48 8d 74 24 80") // lea rsi, [rsp - 128]
            .put("49 bc") // mov r12, target
            .put("", (int) target)
            .put("", (int) (target >>> 32))
            .put("41 ff d4") // call r12
            .put("ff cb") // dec ebx
            .jump("75", "again") // jnz again
            .put("89 c7") // mov edi, eax
            .put("b8", 231) // mov eax, exit_group
            .put("0f 05"); // syscall
    Path file = Files.createTempFile(folder, "reader", "");
    var elf = ElfBuilder.fixed().load(ElfBuilder.RX, 0x40_1000, code.bytes()).entry(0x40_1000);
    Files.write(file, elf.bytes());
    return FileGuest.setup(file, FileLimits.defaults());
  }

  @Test
  void readingAClockCostsNoExit(@TempDir Path folder) throws Exception {
    for (String function : List.of("clock_gettime", "clock_getres")) {
      try (var guest = Guest.create(reader(folder, function, 100_000))) {
        assumeCounter(guest);
        var ending = guest.run(StandardStreams.none(), Task.NO_DEADLINE, Task.NO_DEADLINE);
        assertThat(ending).isEqualTo(new GuestEnding.Exited(0));
        assertThat(guest.exits()).isLessThan(10);
      }
    }
  }

  @Test
  void withoutTheDataEachReadingIsASystemCall(@TempDir Path folder) throws Exception {
    try (var guest = Guest.create(reader(folder, "clock_gettime", 20))) {
      guest.process().space().discard(DATA, DATA + 4096);
      var ending = guest.run(StandardStreams.none(), Task.NO_DEADLINE, Task.NO_DEADLINE);
      assertThat(ending).isEqualTo(new GuestEnding.Exited(0));
      assertThat(guest.exits()).isGreaterThan(5);
    }
  }
}
