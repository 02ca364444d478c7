package dev.mote.machine;

import static dev.mote.machine.Guest.CODE;
import static dev.mote.machine.Guest.DATA;
import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Of all ports and all ways to use one, a program has a single one: a byte written to the
/// guest-call port.
class PortTest {
  private static final int PORTS = 0x1_0000;

  private record Access(String mnemonic, GuestCode code) {
    Access(String mnemonic, int... bytes) {
      this(mnemonic, GuestCode.code().raw(bytes));
    }
  }

  private static final Access OUT = new Access("out dx, al", 0xee);
  private static final Access IN = new Access("in al, dx", 0xec);
  private static final Access OUTSB = new Access("outsb", 0x6e);

  private static final List<Access> ACCESSES =
      List.of(
          OUT,
          new Access("out dx, ax", 0x66, 0xef),
          new Access("out dx, eax", 0xef),
          IN,
          new Access("in ax, dx", 0x66, 0xed),
          new Access("in eax, dx", 0xed),
          OUTSB,
          new Access("outsw", 0x66, 0x6f),
          new Access("outsd", 0x6f),
          new Access("insb", 0x6c),
          new Access("insw", 0x66, 0x6d),
          new Access("insd", 0x6d),
          new Access("rep outsd", 0xf3, 0x6f),
          new Access("rep insb", 0xf3, 0x6c));

  private static void assertRefused(Guest guest, Access access, int port) {
    guest.start(CODE);
    var r = guest.registers;
    r.rdx(port);
    r.rsi(DATA);
    r.rdi(DATA);
    r.rcx(3);
    r.rax(0x55);
    if (guest.run() != VmExit.FAULT
        || !guest.vm.fault().equals(new Fault(Fault.GENERAL_PROTECTION, 0, 0))
        || r.rip() != CODE
        || r.rax() != 0x55
        || r.rcx() != 3
        || r.rdi() != DATA) {
      throw new AssertionError(
          "%s, port %x: %s, rip %x, rax %x, rcx %x"
              .formatted(access.mnemonic, port, guest.vm.fault(), r.rip(), r.rax(), r.rcx()));
    }
  }

  @Test
  void everyPortRefusesABytesWriteButTheOne() {
    try (var guest = new Guest(OUT.code())) {
      for (int port = 0; port < PORTS; port++) {
        if (port != VirtualMachine.GUEST_CALL_PORT) {
          assertRefused(guest, OUT, port);
        }
      }
    }
  }

  @Test
  void everyPortRefusesAReadingByte() {
    try (var guest = new Guest(IN.code())) {
      for (int port = 0; port < PORTS; port++) {
        assertRefused(guest, IN, port);
      }
    }
  }

  @Tag("every-kvm")
  @Test
  void everyAccessToTheGuestCallPortButOneByteIsRefused() {
    for (Access access : ACCESSES) {
      if (access.equals(OUT) || access.equals(OUTSB)) {
        continue;
      }
      try (var guest = new Guest(access.code())) {
        for (int i = 0; i < 5; i++) {
          assertRefused(guest, access, VirtualMachine.GUEST_CALL_PORT);
        }
        assertThat(guest.isSound()).as(access.mnemonic).isTrue();
      }
    }
  }

  /// The ports around the guest-call port and the ends of the I/O map, and a sample of all others.
  @Tag("every-kvm")
  @Test
  void everyAccessToAnyOtherPortIsRefused() {
    for (Access access : ACCESSES) {
      try (var guest = new Guest(access.code())) {
        for (int port = 0; port < PORTS; port += port < 0x90 ? 1 : 1021) {
          if (port != VirtualMachine.GUEST_CALL_PORT) {
            assertRefused(guest, access, port);
          }
        }
        assertRefused(guest, access, PORTS - 1);
        assertThat(guest.isSound()).as(access.mnemonic).isTrue();
      }
    }
  }

  @Tag("every-kvm")
  @Test
  void aByteWrittenToTheGuestCallPortIsAGuestCallInEachForm() {
    try (var guest = new Guest(code().guestCall().raw(0xee).raw(0x6e).syscall())) {
      var r = guest.registers;
      r.rdx(VirtualMachine.GUEST_CALL_PORT);
      r.rsi(DATA);
      for (int end : new int[] {2, 3, 4}) { // out imm8, out dx, outsb
        assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
        assertThat(r.rip()).isEqualTo(CODE + end);
      }
      assertThat(r.rsi()).isEqualTo(DATA + 1);
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
    }
  }
}
