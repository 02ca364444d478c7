package dev.mote.machine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/// The time-stamp counter (TSC) of a vCPU: what RDTSC reads there, and whether it can tell time.
///
/// Not thread-safe, like its machine.
public final class TimestampCounter {
  private static final Path HOST_CLOCK =
      Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource");

  /// IA32_TIME_STAMP_COUNTER (Intel SDM volume 4, table 2-2).
  private static final int MSR_TSC = 0x10;

  // struct kvm_msrs with one entry: nmsrs u32, pad u32; index u32, reserved u32, data u64.
  private static final long SIZE = 24;
  private static final long COUNT = 0;
  private static final long INDEX = 8;
  private static final long DATA = 16;

  private final Kvm kvm;
  private final int vcpu;
  private final MemorySegment msrs;
  private final long kilohertz;

  TimestampCounter(Kvm kvm, int vcpu, Arena arena) {
    this.kvm = kvm;
    this.vcpu = vcpu;
    msrs = arena.allocate(SIZE, 8);
    msrs.set(ValueLayout.JAVA_INT, COUNT, 1);
    msrs.set(ValueLayout.JAVA_INT, INDEX, MSR_TSC);
    kilohertz = kvm.countsTime ? Math.max(0, kvm.tscKilohertz(vcpu)) : 0;
  }

  /// Linux makes the TSC its clock source only where it counts at one rate, never stops and is
  /// equal on all processors, and gives it up when its watchdog finds otherwise.
  static boolean isClockOfHost() {
    try {
      return Files.readString(HOST_CLOCK).strip().equals("tsc");
    } catch (IOException _) {
      return false; // not known is no
    }
  }

  /// Whether the counter counts at one rate on every processor of the host and never stops.
  public boolean tellsTime() {
    return kilohertz > 0;
  }

  /// The rate as the kernel has it, which may differ from the true one by some 500 millionths; only
  /// if it [#tellsTime()].
  public long kilohertz() {
    return kilohertz;
  }

  /// What RDTSC would read in the guest now. Costs a system call.
  public long read() {
    kvm.ioctl(vcpu, KvmAbi.KVM_GET_MSRS, msrs.address(), "KVM_GET_MSRS");
    return msrs.get(ValueLayout.JAVA_LONG, DATA);
  }
}
