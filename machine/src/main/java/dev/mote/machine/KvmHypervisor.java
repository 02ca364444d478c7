package dev.mote.machine;

import java.util.List;

/// Linux's KVM.
enum KvmHypervisor implements Hypervisor {
  INSTANCE;

  @Override
  public VirtualMachine create(long memoryLimit, int guests, CpuBaseline baseline) {
    if (memoryLimit < GuestMemory.PAGE_SIZE || memoryLimit > MAX_MEMORY) {
      throw new IllegalArgumentException(
          "a memory limit of " + memoryLimit + " bytes is not between 4096 and " + MAX_MEMORY);
    }
    return new KvmMachine(Kvm.instance(), memoryLimit, guests, baseline);
  }

  @Override
  public List<HostCheck.Finding> examine() {
    return HostCheck.examine();
  }
}
