package dev.mote.machine;

import java.util.List;

/// Makes virtual machines. KVM is the one there is; another one implements this and
/// [VirtualMachine].
///
/// Thread-safe.
public interface Hypervisor {
  /// Page tables may take 2 % of the guest's memory, and this many frames more (a table maps 2
  /// MiB).
  int SPARE_TABLE_FRAMES = 256;

  /// The largest memory limit; what the page tables' Java side can number is a little more.
  long MAX_MEMORY = 256L << 30;

  /// Makes a virtual machine in 64-bit mode at CPL 3, without a program.
  ///
  /// @param memoryLimit bytes of data that the guest may use, from one page to [#MAX_MEMORY]
  /// @throws HypervisorUnavailableException if this host cannot
  /// @throws MachineException if it could but failed
  default VirtualMachine create(long memoryLimit, CpuBaseline baseline) {
    return create(memoryLimit, 1, baseline);
  }

  /// The same for several guests, of which one runs at a time.
  ///
  /// @param memoryLimit bytes of data that all of them may use together
  /// @param guests how many, at least 1
  VirtualMachine create(long memoryLimit, int guests, CpuBaseline baseline);

  /// What a guest is shown of this host's processor.
  ///
  /// @throws HypervisorUnavailableException if this host cannot run guests
  /// @throws MachineException if it could but failed
  Processor processor(CpuBaseline baseline);

  /// Examines this host: what is needed, whether it is there, and what to do about what is missing.
  List<HostCheck.Finding> examine();

  /// The hypervisor of this host.
  static Hypervisor ofThisHost() {
    return KvmHypervisor.INSTANCE;
  }
}
