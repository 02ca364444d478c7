package dev.mote.machine;

import static dev.mote.machine.Guest.CODE;
import static dev.mote.machine.Guest.STACK_TOP;
import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("every-kvm")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KickTest {
  @Test
  void kickStopsASpinningGuestBetweenTwoInstructions() throws InterruptedException {
    try (var guest = new Guest(code().spin())) {
      guest.registers.rax(77);
      var kicker = guest.kickAfterMillis(20);
      assertThat(guest.run()).isEqualTo(VmExit.INTERRUPTED);
      kicker.join();
      assertThat(guest.registers.rip()).isEqualTo(CODE);
      assertThat(guest.registers.rsp()).isEqualTo(STACK_TOP - 64);
      assertThat(guest.registers.rax()).isEqualTo(77);
      assertThat(guest.isSound()).isTrue();
    }
  }

  @Test
  void kickBeforeTheRunStopsTheNextRunAndNoOther() {
    try (var guest = new Guest(code().syscall().jumpTo(0))) {
      guest.vm.kick();
      guest.vm.kick();
      assertThat(guest.run()).isEqualTo(VmExit.INTERRUPTED);
      assertThat(guest.registers.rip()).isEqualTo(CODE);
      for (int i = 0; i < 50; i++) {
        assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      }
    }
  }

  @Test
  void kickDuringASystemCallStopsTheReturnFromIt() {
    try (var guest = new Guest(code().syscall().guestCall().spin())) {
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      guest.registers.rax(5);
      guest.vm.kick();
      assertThat(guest.run()).isEqualTo(VmExit.INTERRUPTED);
      assertThat(guest.registers.rip()).isEqualTo(CODE + 2);
      assertThat(guest.registers.rsp()).isEqualTo(STACK_TOP - 64);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(guest.registers.rax()).isEqualTo(5);
      assertThat(guest.registers.rip()).isEqualTo(CODE + 4);
    }
  }

  @Test
  void kickAfterCloseIsHarmlessAndCloseTwiceToo() {
    var guest = new Guest(code().syscall());
    guest.run();
    guest.close();
    assertThatCode(guest.vm::kick).doesNotThrowAnyException();
    assertThatCode(guest::close).doesNotThrowAnyException();
    assertThatCode(guest.vm::kick).doesNotThrowAnyException();
  }

  /// A guest that counts its system calls in rbx is kicked from another thread over and over. Each
  /// kick is seen by one interruption; none is left over, and the count shows that no system call
  /// was lost, doubled or cut in half by an interruption in a stub.
  @Test
  void noKickIsLostAndNoneIsSpuriousWhileTheGuestMakesSystemCalls() throws InterruptedException {
    kickOften(code().incRbx().syscall().jumpTo(0), VmExit.SYSTEM_CALL, 10_000);
  }

  @Test
  void noKickIsLostAndNoneIsSpuriousWhileTheGuestFaults() throws InterruptedException {
    kickOften(code().incRbx().ud2().jumpTo(0), VmExit.FAULT, 3_000);
  }

  @Test
  void noKickIsLostAndNoneIsSpuriousWhileTheGuestMakesGuestCalls() throws InterruptedException {
    kickOften(code().incRbx().guestCall().jumpTo(0), VmExit.GUEST_CALL, 3_000);
  }

  private static void kickOften(GuestCode loop, VmExit expected, int kicks)
      throws InterruptedException {
    try (var guest = new Guest(loop)) {
      var seen = new Semaphore(0);
      var kicked = new AtomicInteger();
      var kicker =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < kicks; i++) {
                  kicked.incrementAndGet();
                  guest.vm.kick();
                  seen.acquireUninterruptibly();
                  LockSupport.parkNanos(i % 8 * 7_000L); // meets the guest at many places
                }
              });
      var r = guest.registers;
      int interruptions = 0;
      long exits = 0;
      while (interruptions < kicks) {
        VmExit exit = guest.run();
        if (exit == VmExit.INTERRUPTED) {
          interruptions++;
          assertThat(interruptions).as("interruptions").isEqualTo(kicked.get());
          assertThat(r.rip()).as("between two instructions").isBetween(CODE, CODE + 7);
          assertThat(r.rsp()).isEqualTo(STACK_TOP - 64);
          seen.release();
          continue;
        }
        assertThat(exit).isEqualTo(expected);
        exits++;
        assertThat(r.rbx()).as("exits counted by the guest").isEqualTo(exits);
        if (exit == VmExit.FAULT) {
          assertThat(guest.vm.fault().vector()).isEqualTo(Fault.INVALID_OPCODE);
          r.rip(r.rip() + 2);
        }
      }
      kicker.join();
      for (int i = 0; i < 20; i++) {
        assertThat(guest.run()).as("after the last kick").isEqualTo(expected);
        if (expected == VmExit.FAULT) {
          r.rip(r.rip() + 2);
        }
      }
    }
  }

  @Test
  void signalsOfOthersDoNotStopTheGuest() throws InterruptedException {
    // inc rbx; cmp rbx, rdx; jne 0; out 0x7e, al
    var code = code().incRbx().raw(0x48, 0x39, 0xd3).raw(0x75, 0xf8).guestCall();
    try (var guest = new Guest(code)) {
      int tid = Libc.gettid();
      int signal = Kvm.instance().interruptSignal;
      var stop = new AtomicBoolean();
      var sender =
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  Libc.tgkill(Libc.getpid(), tid, signal);
                  LockSupport.parkNanos(100_000);
                }
              });
      for (int i = 0; i < 20; i++) {
        guest.start(CODE);
        guest.registers.rbx(0);
        guest.registers.rdx(3_000_000);
        assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
        assertThat(guest.registers.rbx()).isEqualTo(3_000_000);
      }
      stop.set(true);
      sender.join();
    }
  }

  @Test
  void kicksFromSeveralThreadsWhileTheMachineCloses() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      var guest = new Guest(code().spin());
      var kickers = new Thread[2];
      for (int i = 0; i < kickers.length; i++) {
        kickers[i] =
            Thread.ofPlatform()
                .start(() -> {
                  for (int k = 0; k < 200; k++) {
                    guest.vm.kick();
                  }
                });
      }
      assertThat(guest.run()).isEqualTo(VmExit.INTERRUPTED);
      guest.close();
      for (var kicker : kickers) {
        kicker.join();
      }
    }
  }
}
