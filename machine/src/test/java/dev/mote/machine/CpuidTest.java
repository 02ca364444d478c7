package dev.mote.machine;

import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a guest learns when it asks the processor itself.
///
/// A hypervisor may show other than it was told (PVM does), so these tests ask in the guest rather
/// than read the table.
@Tag("every-kvm")
class CpuidTest {
  private static final int KICKS = 500;

  private record Answer(int eax, int ebx, int ecx, int edx) {}

  private static final Set<CpuBaseline> WITHOUT_AVX = Set.of(CpuBaseline.X86_64_V2);
  private static final Set<CpuBaseline> WITHOUT_AVX512 =
      Set.of(CpuBaseline.X86_64_V2, CpuBaseline.X86_64_V3);

  /// A guest under a baseline, where this host decides what CPUID tells. Where it does not, a
  /// baseline is refused and there is nothing else to look at.
  private static Guest guest(CpuBaseline baseline) {
    if (!CpuidControl.decides()) {
      assertThat(HostFacts.cpuidCanFault()).isFalse();
      if (baseline != CpuBaseline.HOST) {
        assertThatThrownBy(() -> new Guest(16 << 20, baseline))
            .isInstanceOf(HypervisorUnavailableException.class)
            .hasMessageContaining("no other baseline than the host's own");
      }
      assumeTrue(false, "PVM, and CPUID does not fault: guests are told what the host is told");
    }
    return new Guest(16 << 20, baseline);
  }

  @Test
  void aGuestIsToldItsBaselineWhereItIsVirtualizedByTheProcessor() {
    assumeTrue(!Kvm.instance().pvm, "PVM is none of these");
    assertThat(CpuidControl.isObeyed(Kvm.instance())).isTrue();
  }

  private static List<CpuBaseline> baselines() {
    return CpuidControl.decides() ? List.of(CpuBaseline.values()) : List.of(CpuBaseline.HOST);
  }

  private static Answer cpuid(Guest guest, int leaf, int subleaf) {
    guest.load(code().cpuid().guestCall());
    guest.start(Guest.CODE);
    var r = guest.registers;
    r.rax(leaf);
    r.rcx(subleaf);
    assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
    return new Answer((int) r.rax(), (int) r.rbx(), (int) r.rcx(), (int) r.rdx());
  }

  private static boolean has(int register, int bit) {
    return (register >>> bit & 1) != 0;
  }

  @ParameterizedTest
  @EnumSource
  void nothingOfHypervisorsCountersOrOtherProcessorsShows(CpuBaseline baseline) {
    try (var guest = guest(baseline)) {
      Answer one = cpuid(guest, 1, 0);
      assertThat(has(one.ecx, 5)).as("VMX").isFalse();
      assertThat(has(one.ecx, 31)).as("hypervisor").isFalse();
      assertThat(has(one.ecx, 3)).as("MONITOR").isFalse();
      assertThat(has(one.ecx, 15)).as("PDCM").isFalse();
      assertThat(one.ebx >>> 16 & 0xff).as("logical processors").isEqualTo(1);
      assertThat(one.ebx >>> 24).as("APIC id").isZero();
      Answer extended = cpuid(guest, 0x8000_0001, 0);
      assertThat(has(extended.ecx, 2)).as("SVM").isFalse();
      assertThat(extended.ecx & (1 << 23 | 1 << 24 | 1 << 28)).as("AMD counters").isZero();
      for (int leaf : new int[] {0xa, 0x14, 0x1c, 0x23, 0x8000_000a, 0x8000_001b, 0x8000_0022}) {
        Answer answer = cpuid(guest, leaf, 0);
        if (isWithinLimits(guest, leaf)) {
          assertThat(answer).as("leaf %x", leaf).isEqualTo(new Answer(0, 0, 0, 0));
        }
      }
      for (int leaf = 0x4000_0000; leaf <= 0x4000_0010; leaf++) {
        Answer answer = cpuid(guest, leaf, 0);
        assertThat(text(answer)).doesNotContain("KVMKVMKVM").doesNotContain("PVM");
      }
      Answer seven = cpuid(guest, 7, 0);
      assertThat(seven.edx & (1 << 22 | 1 << 24 | 1 << 25)).as("AMX").isZero();
      assertThat(seven.ecx & (1 << 3 | 1 << 4)).as("protection keys").isZero();
    }
  }

  private static boolean isWithinLimits(Guest guest, int leaf) {
    int base = leaf & 0xffff_0000;
    return Integer.compareUnsigned(leaf, cpuid(guest, base, 0).eax) <= 0;
  }

  private static String text(Answer answer) {
    var text = new StringBuilder();
    for (int register : new int[] {answer.ebx, answer.ecx, answer.edx}) {
      for (int shift = 0; shift < 32; shift += 8) {
        text.append((char) (register >>> shift & 0xff));
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @EnumSource
  void vectorExtensionsEndWithTheBaseline(CpuBaseline baseline) {
    try (var guest = guest(baseline)) {
      Answer one = cpuid(guest, 1, 0);
      Answer seven = cpuid(guest, 7, 0);
      boolean avx = has(one.ecx, 28);
      boolean avx2 = has(seven.ebx, 5);
      int avx512 = seven.ebx & (1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31);
      if (WITHOUT_AVX.contains(baseline)) {
        assertThat(has(one.ecx, 26)).as("XSAVE").isFalse();
        assertThat(avx).isFalse();
        assertThat(avx2).isFalse();
        assertThat(has(one.ecx, 12)).as("FMA").isFalse();
        assertThat(has(one.ecx, 29)).as("F16C").isFalse();
      }
      if (WITHOUT_AVX512.contains(baseline)) {
        assertThat(avx512).isZero();
      }
      if (baseline != CpuBaseline.HOST) {
        assertThat(seven.edx).isZero();
      }
      assertThat(has(one.ecx, 0) && has(one.ecx, 9) && has(one.ecx, 20)).as("v2").isTrue();
      assertThat(!avx || has(one.ecx, 27)).as("AVX without OSXSAVE").isTrue();
    }
  }

  /// As every C library does it at start-up: OSXSAVE, XGETBV, leaf 0xD.
  @ParameterizedTest
  @EnumSource
  void extendedStateIsWhatXgetbvAndLeafDAgreeOn(CpuBaseline baseline) {
    try (var guest = guest(baseline)) {
      boolean osxsave = has(cpuid(guest, 1, 0).ecx, 27);
      assertThat(osxsave).isEqualTo(!WITHOUT_AVX.contains(baseline));
      if (!osxsave) {
        Answer none = cpuid(guest, 0xd, 0);
        assertThat(none.eax | none.ecx | none.edx).isZero(); // KVM itself fills in ebx
        assertThat(guest.vm.vcpu().xcr0()).isEqualTo(3);
        assertThat(guest.vm.vcpu().xsaveSize()).isEqualTo(576);
        return;
      }
      guest.load(code().xgetbv().guestCall());
      guest.start(Guest.CODE);
      guest.registers.rcx(0);
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      long xcr0 = (guest.registers.rax() & 0xffff_ffffL) | (guest.registers.rdx() << 32);
      if (Kvm.instance().pvm) {
        xcr0 &= 0xe7; // it cannot hide the host's own, and there may be more
      } else if (WITHOUT_AVX512.contains(baseline)) {
        assertThat(xcr0 & 0xe0).isZero();
      }
      assertThat(xcr0).isEqualTo(guest.vm.vcpu().xcr0());
      assertThat(xcr0 & 3).isEqualTo(3);
      assertThat(xcr0 & ~0xe7L).as("AMX and others").isZero();

      Answer sizes = cpuid(guest, 0xd, 0);
      assertThat(sizes.eax).as("components offered").isEqualTo((int) xcr0);
      assertThat(sizes.edx).isZero();
      int size = 576;
      for (int component = 2; component < 63; component++) {
        Answer place = cpuid(guest, 0xd, component);
        if ((xcr0 >>> component & 1) != 0) {
          size = Math.max(size, place.eax + place.ebx);
        } else {
          assertThat(place).as("component %d", component).isEqualTo(new Answer(0, 0, 0, 0));
        }
      }
      assertThat(sizes.ebx).as("bytes for what is enabled").isEqualTo(size);
      assertThat(sizes.ecx).as("bytes for what is offered").isEqualTo(size);
      assertThat(guest.vm.vcpu().xsaveSize()).isEqualTo(size);
    }
  }

  @Test
  void cpuidMayEndAtTheEndOfThePagesAndClearsTheUpperHalves() {
    for (CpuBaseline baseline : baselines()) {
      try (var guest = new Guest(16 << 20, baseline)) {
        long at = Guest.CODE + 4096 - 1; // one byte on each page
        guest.load(code().cpuid().guestCall(), at);
        guest.start(at);
        guest.registers.rax(0xffff_ffff_0000_0000L);
        guest.registers.rcx(-1L << 32);
        assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
        assertThat(guest.registers.rip()).isEqualTo(at + 4);
        assertThat(guest.registers.rax()).isBetween(1L, 0x100L);
        assertThat(guest.registers.rbx() >>> 32).isZero();
        assertThat(guest.registers.rcx() >>> 32).isZero();
        assertThat(guest.isSound()).isTrue();
      }
    }
  }

  /// Where the host answers, a kick may meet the guest in the stub of an exit that ends no run.
  @Test
  @Timeout(120)
  void aGuestThatAsksForEverCanBeKickedWhereverItIs() throws InterruptedException {
    for (CpuBaseline baseline : baselines()) {
      try (var guest = new Guest(16 << 20, baseline)) {
        guest.load(code().cpuid().jumpTo(0));
        guest.start(Guest.CODE);
        var taken = new Semaphore(0);
        var kicker =
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < KICKS; i++) {
                    guest.vm.kick();
                    taken.acquireUninterruptibly();
                    LockSupport.parkNanos(i % 16 * 5_000L);
                  }
                });
        for (int i = 0; i < KICKS; i++) {
          assertThat(guest.run()).isEqualTo(VmExit.INTERRUPTED);
          taken.release();
        }
        kicker.join();
        assertThat(guest.isSound()).isTrue();
      }
    }
  }

  /// glibc sizes its copies by these, and divides by what some of them say.
  @ParameterizedTest
  @EnumSource
  void cachesAreSane(CpuBaseline baseline) {
    try (var guest = guest(baseline)) {
      for (int leaf : new int[] {4, 0x8000_001d}) {
        if (!isWithinLimits(guest, leaf)) {
          continue;
        }
        var levels = new TreeSet<Integer>();
        for (int index = 0; index < 8; index++) {
          Answer cache = cpuid(guest, leaf, index);
          if ((cache.eax & 0x1f) == 0) {
            break;
          }
          levels.add(cache.eax >>> 5 & 7);
          long size =
              ((cache.ebx >>> 22) + 1L)
                  * ((cache.ebx >>> 12 & 0x3ff) + 1)
                  * ((cache.ebx & 0xfff) + 1)
                  * ((cache.ecx & 0xffff_ffffL) + 1);
          assertThat(size).as("bytes of cache %d", index).isBetween(4L << 10, 4L << 30);
          assertThat(cache.eax >>> 14 & 0xfff).as("processors that share it, less 1").isZero();
          assertThat(cache.eax >>> 26).as("cores, less 1").isZero();
        }
        if (!levels.isEmpty()) {
          assertThat(levels).contains(1, 2);
        }
      }
    }
  }
}
