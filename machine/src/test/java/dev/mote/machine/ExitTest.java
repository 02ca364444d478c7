package dev.mote.machine;

import static dev.mote.machine.Guest.CODE;
import static dev.mote.machine.Guest.DATA;
import static dev.mote.machine.Guest.STACK_TOP;
import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The four exits, and what the guest's registers hold across them.
@Tag("every-kvm")
class ExitTest {
  private static final long RSP = STACK_TOP - 64;

  private static void fillRegisters(Registers r) {
    r.rax(0x1111_0000_0000_0001L);
    r.rbx(0x1111_0000_0000_0002L);
    r.rcx(0x1111_0000_0000_0003L);
    r.rdx(0x1111_0000_0000_0004L);
    r.rsi(0x1111_0000_0000_0005L);
    r.rdi(0x1111_0000_0000_0006L);
    r.rbp(0x1111_0000_0000_0007L);
    r.r8(0x1111_0000_0000_0008L);
    r.r9(0x1111_0000_0000_0009L);
    r.r10(0x1111_0000_0000_000aL);
    r.r11(0x1111_0000_0000_000bL);
    r.r12(0x1111_0000_0000_000cL);
    r.r13(0x1111_0000_0000_000dL);
    r.r14(0x1111_0000_0000_000eL);
    r.r15(0x1111_0000_0000_000fL);
  }

  private static long[] preservedBySyscall(Registers r) {
    return new long[] {
      r.rbx(), r.rdx(), r.rsi(), r.rdi(), r.rbp(), r.rsp(), r.r8(), r.r9(), r.r10(), r.r12(),
      r.r13(), r.r14(), r.r15()
    };
  }

  private static long[] all(Registers r) {
    return new long[] {
      r.rax(), r.rbx(), r.rcx(), r.rdx(), r.rsi(), r.rdi(), r.rbp(), r.rsp(), r.r8(), r.r9(),
      r.r10(), r.r11(), r.r12(), r.r13(), r.r14(), r.r15()
    };
  }

  @Test
  void systemCallStandsBehindTheInstructionWithTheGuestsRegisters() {
    try (var guest = new Guest(code().syscall().syscall())) {
      var r = guest.registers;
      fillRegisters(r);
      r.rflags(0x8d7); // CF PF AF ZF SF OF
      long[] before = preservedBySyscall(r);

      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);

      assertThat(preservedBySyscall(r)).isEqualTo(before);
      assertThat(r.rax()).isEqualTo(0x1111_0000_0000_0001L);
      assertThat(r.rip()).isEqualTo(CODE + 2);
      assertThat(r.rcx()).isEqualTo(CODE + 2);
      assertThat(r.rflags() & 0x8d5).isEqualTo(0x8d5);

      r.rax(42);
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      assertThat(preservedBySyscall(r)).isEqualTo(before);
      assertThat(r.rax()).isEqualTo(42);
      assertThat(r.rip()).isEqualTo(CODE + 4);
      assertThat(r.rflags() & 0x8d5).as("flags after the return").isEqualTo(0x8d5);
    }
  }

  @Test
  void hostMayChangeEveryRegisterDuringASystemCall() {
    try (var guest = new Guest(code().syscall().guestCall())) {
      var r = guest.registers;
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      fillRegisters(r); // rcx and r11 too, as after a signal handler's return
      r.rsp(0x1234_5678);
      r.rip(CODE + 2);
      r.rflags(0x41); // CF ZF
      long[] before = all(r);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(all(r)).isEqualTo(before);
      assertThat(r.rflags() & 0x8d5).isEqualTo(0x41);
    }
  }

  @Test
  void guestCallStandsBehindTheInstructionAndKeepsEveryRegister() {
    try (var guest = new Guest(code().guestCall().guestCall())) {
      var r = guest.registers;
      fillRegisters(r);
      r.rflags(0x8d7);
      long[] before = all(r);
      for (int call = 1; call <= 2; call++) {
        assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
        assertThat(all(r)).isEqualTo(before);
        assertThat(r.rip()).isEqualTo(CODE + 2L * call);
        assertThat(r.rflags() & 0x8d5).isEqualTo(0x8d5);
      }
    }
  }

  @Test
  void faultStandsAtTheInstructionAndReturnsWithEveryRegister() {
    try (var guest = new Guest(code().ud2().guestCall())) {
      var r = guest.registers;
      fillRegisters(r);
      r.rflags(0x8d7);
      long[] before = all(r);
      assertThat(guest.run()).isEqualTo(VmExit.FAULT);
      assertThat(guest.vm.fault()).isEqualTo(new Fault(Fault.INVALID_OPCODE, 0, 0));
      assertThat(all(r)).isEqualTo(before);
      assertThat(r.rip()).isEqualTo(CODE);
      assertThat(r.rflags() & 0x8d5).isEqualTo(0x8d5);

      r.rip(CODE + 2);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(all(r)).isEqualTo(before);
      assertThat(r.rflags() & 0x8d5).isEqualTo(0x8d5);
    }
  }

  @Test
  void pageFaultsTellAddressAndKind() {
    try (var guest = new Guest(code().loadRax().storeRax().callRbx())) {
      var r = guest.registers;
      r.rbx(0x1234_5678_9000L);
      assertThat(guest.faultOfRun()).isEqualTo("14/4"); // read, not present, CPL 3
      assertThat(guest.vm.fault().address()).isEqualTo(0x1234_5678_9000L);
      r.rip(CODE + 3);
      assertThat(guest.faultOfRun()).isEqualTo("14/6"); // write
      r.rbx(CODE);
      assertThat(guest.faultOfRun()).isEqualTo("14/7"); // write, present
      r.rip(CODE + 6);
      r.rbx(DATA);
      assertThat(guest.faultOfRun()).isEqualTo("14/15"); // fetch, present
      assertThat(guest.vm.fault().address()).isEqualTo(DATA);
      assertThat(r.rip()).isEqualTo(DATA);
    }
  }

  @Test
  void everyExceptionOfAProgramHasItsVector() {
    var divide = code().raw(0x31, 0xc9, 0xf7, 0xf1); // xor ecx, ecx; div ecx
    var breakpoint = code().raw(0xcc); // int3
    var trap = code().raw(0xf1); // int1
    var alignment = code().loadRax();
    // fld1; fldz; fdivp; fwait, with the zero-divide exception unmasked by fldcw [rbx]
    var x87 = code().raw(0xd9, 0x2b, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, 0x9b);
    // ldmxcsr [rbx]; xorps xmm0, xmm0; divss xmm0, xmm0
    var simd = code().raw(0x0f, 0xae, 0x13, 0x0f, 0x57, 0xc0, 0xf3, 0x0f, 0x5e, 0xc0).guestCall();
    try (var guest = new Guest()) {
      guest.load(divide);
      assertThat(guest.faultOfRun()).isEqualTo("0/0");
      assertThat(guest.registers.rip()).isEqualTo(CODE + 2);
      guest.load(breakpoint);
      guest.start(CODE);
      assertThat(guest.faultOfRun()).isEqualTo("3/0");
      assertThat(guest.registers.rip()).isEqualTo(CODE + 1);
      guest.load(trap);
      guest.start(CODE);
      // An emulated processor may not know this instruction.
      assertThat(guest.faultOfRun()).isEqualTo(HostFacts.processorIsEmulated() ? "6/0" : "1/0");
      guest.load(x87);
      guest.start(CODE);
      guest.registers.rbx(DATA);
      guest.memory.setShort(guest.tables.gpa(DATA), (short) 0x37b);
      assertThat(guest.faultOfRun()).isEqualTo("16/0");
      guest.load(simd);
      guest.start(CODE);
      guest.memory.setInt(guest.tables.gpa(DATA), 0x1f00); // MXCSR: invalid operation unmasked
      assertThat(guest.faultOfRun())
          .isEqualTo(HostFacts.processorIsEmulated() ? "GUEST_CALL" : "19/0");
      assertThat(guest.isSound()).isTrue();
      guest.load(alignment);
      guest.start(CODE);
      guest.registers.rbx(DATA + 1);
      guest.registers.rflags(0x4_0002); // AC
      if (HostFacts.processorIsEmulated()) { // and checks no alignment
        guest.load(code().loadRax().guestCall());
        assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      } else {
        assertThat(guest.faultOfRun()).isEqualTo("17/0");
      }
    }
  }

  @Test
  void segmentBasesAreKeptAndRefusedWhenNotCanonical() {
    // mov rax, fs:[0]; mov rcx, gs:[0]; out 0x7e, al
    var code =
        code()
            .raw(0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0)
            .raw(0x65, 0x48, 0x8b, 0x0c, 0x25, 0, 0, 0, 0)
            .guestCall();
    try (var guest = new Guest(code)) {
      guest.memory.setLong(guest.tables.gpa(DATA), 11);
      guest.memory.setLong(guest.tables.gpa(DATA + 8), 22);
      guest.vm.vcpu().fsBase(DATA);
      guest.vm.vcpu().gsBase(DATA + 8);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(guest.registers.rax()).isEqualTo(11);
      assertThat(guest.registers.rcx()).isEqualTo(22);
      assertThat(guest.vm.vcpu().fsBase()).isEqualTo(DATA);
      assertThat(guest.vm.vcpu().gsBase()).isEqualTo(DATA + 8);
      assertThatThrownBy(() -> guest.vm.vcpu().fsBase(1L << 47))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> guest.vm.vcpu().gsBase(Long.MIN_VALUE))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void segmentBasesThatTheGuestSetsAreSeenByTheHost() {
    var code = code().raw(0xf3, 0x48, 0x0f, 0xae, 0xd3).syscall(); // wrfsbase rbx; syscall
    try (var guest = new Guest(code)) {
      guest.registers.rbx(DATA);
      if (!guest.vm.vcpu().fsgsbase() && guest.run() == VmExit.FAULT) {
        assertThat(guest.vm.fault().vector()).isEqualTo(Fault.INVALID_OPCODE);
        return;
      }
      // PVM runs CPL 3 under the host's CR4, so the instruction may work although CPUID hides it.
      for (long base = DATA; base < DATA + 64; base += 8) {
        guest.start(CODE);
        guest.registers.rbx(base);
        assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
        assertThat(guest.vm.vcpu().fsBase()).isEqualTo(base);
      }
    }
  }

  @Test
  void vectorStateCanBeReadAndReplaced() {
    // movq xmm0, rax; out; movq rax, xmm0; out
    var code =
        code()
            .raw(0x66, 0x48, 0x0f, 0x6e, 0xc0)
            .guestCall()
            .raw(0x66, 0x48, 0x0f, 0x7e, 0xc0)
            .guestCall();
    try (var guest = new Guest(code);
        var arena = Arena.ofConfined()) {
      guest.registers.rax(0x1122_3344_5566_7788L);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      var state = arena.allocate(guest.vm.vcpu().xsaveSize(), 64);
      guest.vm.vcpu().readXsave(state);
      assertThat(state.get(ValueLayout.JAVA_LONG, 160)).isEqualTo(0x1122_3344_5566_7788L);
      state.set(ValueLayout.JAVA_LONG, 160, 99);
      assertThat(guest.vm.vcpu().writeXsave(state)).isTrue();
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(guest.registers.rax()).isEqualTo(99);

      state.set(ValueLayout.JAVA_INT, 24, -1); // reserved bits of MXCSR
      assertThat(guest.vm.vcpu().writeXsave(state)).isFalse();
      assertThat(guest.isSound()).isTrue();
    }
  }

  /// Between two runs it may sleep, and go on another carrier; a kick finds it all the same.
  @Test
  void aVirtualThreadMayRunIt() throws InterruptedException {
    try (var guest = new Guest(code().guestCall().guestCall().jumpTo(4))) {
      var exits = Collections.synchronizedList(new ArrayList<VmExit>());
      var computes = new CountDownLatch(1);
      Thread runner =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 2; i++) {
                  exits.add(guest.run());
                  LockSupport.parkNanos(1_000_000);
                }
                computes.countDown();
                exits.add(guest.run());
              });
      computes.await();
      Thread.sleep(20);
      guest.vm.kick();
      assertThat(runner.join(Duration.ofSeconds(20))).isTrue();
      assertThat(exits).containsExactly(VmExit.GUEST_CALL, VmExit.GUEST_CALL, VmExit.INTERRUPTED);
    }
  }

  @Test
  void anotherThreadMayGoOnWithTheMachine() throws InterruptedException {
    try (var guest = new Guest(code().syscall().jumpTo(0))) {
      for (int i = 0; i < 20; i++) {
        var exit = new AtomicReference<VmExit>();
        Thread.ofPlatform().start(() -> exit.set(guest.run())).join();
        assertThat(exit.get()).isEqualTo(VmExit.SYSTEM_CALL);
        assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      }
      assertThat(guest.registers.rsp()).isEqualTo(RSP);
    }
  }
}
