package dev.mote.machine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Linux's KVM.
enum KvmHypervisor implements Hypervisor {
  INSTANCE;

  private static final Map<CpuBaseline, Processor> PROCESSORS = new ConcurrentHashMap<>();

  @Override
  public VirtualMachine create(long memoryLimit, int guests, CpuBaseline baseline) {
    if (memoryLimit < GuestMemory.PAGE_SIZE || memoryLimit > MAX_MEMORY) {
      throw new IllegalArgumentException(
          "a memory limit of " + memoryLimit + " bytes is not between 4096 and " + MAX_MEMORY);
    }
    CpuidControl.require(baseline);
    return new KvmMachine(Kvm.instance(), memoryLimit, guests, baseline);
  }

  /// A vCPU is asked, for PVM shows other features than those that it says to support.
  @Override
  public Processor processor(CpuBaseline baseline) {
    CpuidControl.require(baseline);
    return PROCESSORS.computeIfAbsent(
        baseline,
        b -> {
          try (var machine = new KvmMachine(Kvm.instance(), GuestMemory.PAGE_SIZE, 1, b)) {
            return machine.processor();
          }
        });
  }

  @Override
  public List<HostCheck.Finding> examine() {
    return HostCheck.examine();
  }
}
