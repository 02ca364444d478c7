package dev.mote.machine;

import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The host's view of the guest's time-stamp counter is the guest's own.
@Tag("every-kvm")
class TimestampCounterTest {
  @Test
  void guestReadsWhatTheHostReadsBeforeAndAfter() {
    // rdtsc; shl rdx, 32; or rax, rdx
    var read = code().raw(0x0f, 0x31, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0).syscall();
    try (var guest = new Guest(read)) {
      var counter = guest.vm.timestampCounter();
      for (int i = 0; i < 1000; i++) {
        guest.start(Guest.CODE);
        long before = counter.read();
        assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
        long after = counter.read();
        assertThat(guest.registers.rax()).isBetween(before, after);
      }
    }
  }

  @Test
  void itRunsAtItsRate() throws InterruptedException {
    try (var guest = new Guest()) {
      var counter = guest.vm.timestampCounter();
      if (!counter.tellsTime()) { // the host has another clock
        assertThat(counter.kilohertz()).isZero();
        return;
      }
      long nanos = System.nanoTime();
      long start = counter.read();
      Thread.sleep(200);
      double ticks = counter.read() - start;
      nanos = System.nanoTime() - nanos;
      assertThat(ticks / nanos * 1e6 / counter.kilohertz()).isBetween(0.98, 1.02);
    }
  }
}
