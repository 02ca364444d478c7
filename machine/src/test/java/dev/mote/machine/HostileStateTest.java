package dev.mote.machine;

import static dev.mote.machine.Guest.CODE;
import static dev.mote.machine.Guest.DATA;
import static dev.mote.machine.Guest.STACK_TOP;
import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A stack pointer, an instruction pointer and flags as no program has them, at each kind of exit.
@Tag("every-kvm")
class HostileStateTest {
  private static final long CF = 0x1;
  private static final long TF = 0x100;
  private static final long DF = 0x400;
  private static final long NT = 0x4000;
  private static final long RF = 0x1_0000;
  private static final long AC = 0x4_0000;
  private static final long ID = 0x20_0000;
  private static final long SETTABLE = ID | AC | DF | 0x8d5; // and OF SF ZF AF PF CF

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        -1,
        8,
        0x1000,
        DATA + 3,
        CODE,
        1L << 46,
        (1L << 47) - 8,
        1L << 47,
        1L << 62,
        Long.MIN_VALUE,
        Supervisor.BASE + 0x3ff8,
        Supervisor.BASE + 0x2000,
        -4096
      })
  void everyExitComesWhateverTheStackPointerIs(long rsp) {
    try (var guest = new Guest()) {
      var r = guest.registers;
      guest.load(code().syscall().guestCall().ud2().raw(0xcc).guestCall());
      r.rsp(rsp);
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      assertThat(r.rsp()).isEqualTo(rsp);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(r.rsp()).isEqualTo(rsp);
      assertThat(r.rip()).isEqualTo(CODE + 4);
      assertThat(guest.faultOfRun()).isEqualTo("6/0");
      assertThat(r.rsp()).isEqualTo(rsp);
      r.rip(CODE + 6);
      // PVM interprets a program whose stack pointer is not canonical, and knows no INT3 there.
      boolean interpreted = Kvm.instance().pvm && rsp << 16 >> 16 != rsp;
      assertThat(guest.faultOfRun()).isEqualTo(interpreted ? "6/0" : "3/0");
      assertThat(r.rsp()).isEqualTo(rsp);
      r.rip(CODE + 7);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(r.rsp()).isEqualTo(rsp);
      assertThat(guest.isSound()).isTrue();

      guest.load(code().movRsp(rsp).syscall());
      guest.start(CODE);
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      assertThat(r.rsp()).isEqualTo(rsp);
      assertThat(guest.isSound()).isTrue();
    }
  }

  @Test
  void usingAStackThatIsNotThereFaults() {
    try (var guest = new Guest(code().pushRax())) {
      guest.registers.rsp(0x1000);
      assertThat(guest.faultOfRun()).isEqualTo("14/6");
      assertThat(guest.vm.fault().address()).isEqualTo(0xff8);
      guest.registers.rsp(1L << 47 | 0x1000);
      assertThat(guest.faultOfRun()).isIn("12/0", "13/0"); // the second is QEMU's
      guest.registers.rsp(Supervisor.BASE + 0x4000);
      assertThat(guest.run()).isEqualTo(VmExit.FAULT);
      assertThat(guest.vm.fault().errorCode() & Fault.ERROR_USER).isNotZero();
      assertThat(guest.isSound()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 47, 1L << 62, Long.MIN_VALUE, 0x7fff_8000_0000_0000L})
  void goingToAnAddressThatIsNotCanonicalIsAProtectionFault(long target) {
    try (var guest = new Guest()) {
      var r = guest.registers;
      guest.load(code().jumpRax());
      r.rax(target);
      assertThat(guest.faultOfRun()).as("jmp").isEqualTo("13/0");
      assertThat(guest.isSound()).isTrue();

      guest.load(code().pushRax().ret());
      guest.start(CODE);
      r.rax(target);
      assertThat(guest.faultOfRun()).as("ret").isEqualTo("13/0");
      assertThat(guest.isSound()).isTrue();

      // mov rdx, ss; push rdx; push rsp; pushfq; mov edx, cs; push rdx; push rax; iretq
      guest.load(code().raw(0x8c, 0xd2, 0x52, 0x54, 0x9c, 0x8c, 0xca, 0x52, 0x50).raw(0x48, 0xcf));
      guest.start(CODE);
      r.rax(target);
      assertThat(guest.run()).as("iretq").isEqualTo(VmExit.FAULT);
      assertThat(guest.vm.fault().vector()).isIn(Fault.GENERAL_PROTECTION, Fault.PAGE_FAULT);
      assertThat(guest.isSound()).isTrue();

      // As the result of a system call or a signal handler's return.
      guest.load(code().syscall());
      guest.start(CODE);
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      r.rip(target);
      assertThat(guest.faultOfRun()).as("return").isEqualTo("13/0");
      assertThat(r.rip()).isEqualTo(target);
      assertThat(guest.isSound()).isTrue();
    }
  }

  @Test
  void aSystemCallInTheLastBytesOfTheAddressSpaceReturnsIntoAFault() {
    try (var guest = new Guest()) {
      long last = PageTables.USER_END - 4096;
      guest.tables.bind(
          last, guest.vm.frames().take(1), PageTables.READ | PageTables.EXECUTE, false);
      guest.load(code().syscall(), PageTables.USER_END - 2);
      guest.start(PageTables.USER_END - 2);
      VmExit exit = guest.run();
      if (exit == VmExit.SYSTEM_CALL) {
        assertThat(guest.registers.rip()).isEqualTo(PageTables.USER_END);
        exit = guest.run();
      }
      assertThat(exit).isEqualTo(VmExit.FAULT);
      assertThat(guest.vm.fault().vector()).isEqualTo(Fault.GENERAL_PROTECTION);
      assertThat(guest.isSound()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {CF, DF, NT, RF, AC, ID, DF | NT | AC | ID | CF, 0x24_4cd5})
  void flagsThatAProgramMaySetPassThroughASystemCallAndAFault(long flags) {
    // SYSCALL saves RF as clear, and POPF never sets it; NT has no use, and PVM drops it.
    long visible = flags & ~(RF | NT);
    try (var guest = new Guest()) {
      var r = guest.registers;
      // The guest sets them itself ...
      guest.load(code().pushRax().popFlags().syscall().ud2().pushFlags().popRax().guestCall());
      r.rax(flags | 2);
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      assertThat(r.rflags() & SETTABLE).isEqualTo(visible);
      assertThat(guest.faultOfRun()).isEqualTo("6/0");
      assertThat(r.rflags() & SETTABLE).isEqualTo(visible);
      r.rip(r.rip() + 2);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(r.rax() & SETTABLE).isEqualTo(visible);

      // ... and the host for it, by each of the two ways into the guest.
      for (int way = 0; way < 2; way++) {
        guest.load(code().pushFlags().popRax().guestCall());
        if (way == 1) {
          guest.load(code().syscall(), CODE + 64);
          assertThat(guest.runAt(CODE + 64)).isEqualTo(VmExit.SYSTEM_CALL);
        }
        guest.start(CODE);
        r.rflags(flags | 2);
        assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
        assertThat(r.rax() & SETTABLE).isEqualTo(visible);
      }
      assertThat(guest.isSound()).isTrue();
    }
  }

  @Test
  void trapFlagStopsAfterEachInstruction() {
    try (var guest = new Guest(code().nop().incRbx().nop())) {
      var r = guest.registers;
      for (int[] step : new int[][] {{0, 1}, {1, 4}, {4, 5}}) {
        r.rip(CODE + step[0]);
        r.rflags(TF | 2);
        assertThat(guest.faultOfRun()).isEqualTo("1/0");
        assertThat(r.rip()).isEqualTo(CODE + step[1]);
        assertThat(r.rflags() & TF).isNotZero();
      }
      assertThat(r.rbx()).isEqualTo(1);
    }
  }

  /// A trap flag at a system call: the trap comes before it or after its return, or is lost, but
  /// the system call is made once, and the stubs are not traced.
  @Test
  void trapFlagAtASystemCallDoesNotTraceTheSupervisor() {
    try (var guest = new Guest(code().nop().syscall().incRbx().nop().guestCall())) {
      var r = guest.registers;
      r.rflags(TF | 2);
      int calls = 0;
      int steps = 0;
      VmExit exit = guest.run();
      while (exit != VmExit.GUEST_CALL) {
        assertThat(++steps).isLessThan(20);
        if (exit == VmExit.SYSTEM_CALL) {
          calls++;
          assertThat(r.rip()).isEqualTo(CODE + 3);
        } else {
          assertThat(guest.vm.fault().vector()).isEqualTo(Fault.DEBUG);
          assertThat(r.rip()).isBetween(CODE, CODE + 16);
        }
        exit = guest.run();
      }
      assertThat(calls).isEqualTo(1);
      assertThat(r.rbx()).isEqualTo(1);
      assertThat(guest.isSound()).isTrue();
    }
  }

  @Test
  void trapFlagAtAGuestCallIsHarmless() {
    try (var guest = new Guest(code().guestCall().nop().spin())) {
      guest.registers.rflags(TF | 2);
      VmExit exit = guest.run();
      assertThat(exit).isEqualTo(VmExit.GUEST_CALL);
      assertThat(guest.run()).isEqualTo(VmExit.FAULT);
      assertThat(guest.vm.fault().vector()).isEqualTo(Fault.DEBUG);
      assertThat(guest.registers.rip()).isBetween(CODE + 2, CODE + 3);
      assertThat(guest.isSound()).isTrue();
    }
  }

  /// MOV SS holds back a trap until behind the next instruction, which may be the way into the
  /// supervisor (what was once CVE-2018-8897).
  @Test
  void trapHeldBackByMovSsDoesNotHarmTheSupervisor() {
    for (GuestCode entry : new GuestCode[] {code().syscall(), code().raw(0xcc), code().ud2()}) {
      try (var guest = new Guest(code().raw(0x8e, 0xd0).raw(bytesOf(entry)).spin())) {
        guest.registers.rax(Supervisor.USER_SS);
        guest.registers.rflags(TF | 2);
        VmExit exit = guest.run();
        assertThat(exit).isIn(VmExit.SYSTEM_CALL, VmExit.FAULT);
        assertThat(guest.isSound()).isTrue();
      }
    }
  }

  private static int[] bytesOf(GuestCode code) {
    byte[] bytes = code.bytes();
    int[] values = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return values;
  }

  @Test
  void instructionsAcrossPagesOfDifferentRightsFault() {
    try (var guest = new Guest()) {
      long end = CODE + 4 * 4096;
      guest.load(code().nop(), end - 1);
      assertThat(guest.runAt(end - 1)).isEqualTo(VmExit.FAULT);
      assertThat(guest.vm.fault().address()).isEqualTo(end);
      assertThat(guest.vm.fault().errorCode() & Fault.ERROR_FETCH).isNotZero();
      assertThat(guest.registers.rsp()).isEqualTo(STACK_TOP - 64);
      assertThat(guest.isSound()).isTrue();
    }
  }
}
