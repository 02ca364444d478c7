package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How a vCPU is set up, once: what it can do, what CPUID tells of it, and where SYSCALL leads.
final class VcpuSetup {
  private static final int MSR_STAR = 0xc000_0081;
  private static final int MSR_LSTAR = 0xc000_0082;
  private static final int MSR_CSTAR = 0xc000_0083;
  private static final int MSR_FMASK = 0xc000_0084;

  /// Its bit 0 makes CPUID fault at CPL 3.
  private static final int MSR_MISC_FEATURES_ENABLES = 0x140;

  private static final long CPUID_FAULT = 1;

  /// What SYSCALL clears: the same as Linux (what CPL 3 may set, IF and IOPL).
  private static final long SYSCALL_MASK = 0x25_7fd5;

  private VcpuSetup() {}

  /// Puts a vCPU, which was just made, into the state that it begins with.
  ///
  /// @param sregs its special registers, with [#cr4]
  /// @param cpuidFaults whether CPUID is to fault at CPL 3
  static void apply(Kvm kvm, int vcpu, Cpuid cpuid, SpecialRegisters sregs, boolean cpuidFaults) {
    kvm.ioctl(vcpu, KvmAbi.KVM_SET_CPUID2, cpuid.table.address(), "KVM_SET_CPUID2");
    try (var scratch = Arena.ofConfined()) {
      kvm.ioctl(vcpu, KvmAbi.KVM_SET_SREGS, sregs.segment().address(), "KVM_SET_SREGS");
      if (cpuid.hasLeaf1Ecx(Cpuid.XSAVE)) {
        kvm.ioctl(
            vcpu, KvmAbi.KVM_SET_XCRS, Kvm.xcrs(scratch, cpuid.xcr0).address(), "KVM_SET_XCRS");
      }
      MemorySegment msrs = msrs(scratch, cpuidFaults);
      long set = kvm.ioctl(vcpu, KvmAbi.KVM_SET_MSRS, msrs.address(), "KVM_SET_MSRS");
      if (set != msrs.get(ValueLayout.JAVA_INT, 0)) {
        throw new MachineException("KVM_SET_MSRS refused a value after " + set);
      }
    }
  }

  /// The bits of CR4 that the processor has and a guest shall have.
  static long cr4(Kvm kvm, Cpuid cpuid) {
    long bits = cpuid.hasLeaf1Ecx(Cpuid.XSAVE) ? SpecialRegisters.CR4_OSXSAVE : 0;
    if (cpuid.hasLeaf7Ebx(Cpuid.FSGSBASE)) {
      bits |= SpecialRegisters.CR4_FSGSBASE;
    }
    // A second wall around the supervisor. PVM interprets CPL 0, where there is nothing for them to
    // guard.
    if (cpuid.hasLeaf7Ebx(Cpuid.SMEP) && !kvm.pvm) {
      bits |= SpecialRegisters.CR4_SMEP;
    }
    if (cpuid.hasLeaf7Ebx(Cpuid.SMAP) && !kvm.pvm) {
      bits |= SpecialRegisters.CR4_SMAP;
    }
    if (cpuid.hasLeaf7Ecx(Cpuid.UMIP)) {
      bits |= SpecialRegisters.CR4_UMIP; // SGDT and its kin tell CPL 3 nothing
    }
    return bits;
  }

  /// `struct kvm_msrs`: a count, padding, then entries of index u32, reserved u32, data u64.
  private static MemorySegment msrs(Arena arena, boolean cpuidFaults) {
    // STAR: SYSCALL loads CS from bits 32 to 47 and SS 8 above; SYSRET's bits 48 to 63 are Linux's,
    // nothing uses them.
    long star = 0x23L << 48 | (long) Supervisor.KERNEL_CS << 32;
    // CSTAR, for SYSCALL outside 64-bit mode on AMD's processors: there is no 32-bit code segment,
    // but PVM's interpreter of IRETQ takes a data segment for one, and CSTAR would be address 0.
    long[][] values = {
      {MSR_STAR, star},
      {MSR_LSTAR, Supervisor.SYSCALL_ENTRY},
      {MSR_CSTAR, Supervisor.SYSCALL_ENTRY},
      {MSR_FMASK, SYSCALL_MASK},
      {MSR_MISC_FEATURES_ENABLES, cpuidFaults ? CPUID_FAULT : 0}
    };
    var struct = arena.allocate(8 + 16L * values.length, 8);
    struct.set(ValueLayout.JAVA_INT, 0, values.length);
    for (int i = 0; i < values.length; i++) {
      struct.set(ValueLayout.JAVA_INT, 8 + 16L * i, (int) values[i][0]);
      struct.set(ValueLayout.JAVA_LONG, 16 + 16L * i, values[i][1]);
    }
    return struct;
  }
}
