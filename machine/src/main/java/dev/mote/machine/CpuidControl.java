package dev.mote.machine;

import org.jspecify.annotations.Nullable;

/// Whether this host decides what CPUID tells a guest, as it must for a baseline.
///
/// PVM runs CPL 3 on the processor itself. Where it cannot, or does not, make CPUID fault there, a
/// guest is told what the host is told, whatever the table of its vCPU says. So a guest is asked,
/// once, when somebody wants to know.
final class CpuidControl {
  private static final long CODE = 0x40_0000;
  private static final byte[] ASKS = {
    0x0f, (byte) 0xa2, (byte) 0xe6, VirtualMachine.GUEST_CALL_PORT // cpuid; out 0x7e, al
  };

  private static volatile @Nullable Boolean obeyed; // null: nobody has asked yet

  private CpuidControl() {}

  /// @throws HypervisorUnavailableException if this host runs no virtual machines
  /// @throws MachineException if it fails to run this one
  static boolean decides() {
    Kvm kvm = Kvm.instance();
    if (!kvm.pvm) {
      return true;
    }
    Boolean known = obeyed;
    if (known == null) {
      known = isObeyed(kvm); // twice does no harm
      obeyed = known;
    }
    return known;
  }

  /// @throws HypervisorUnavailableException if a guest would be told other features than the
  ///   baseline's
  static void require(CpuBaseline baseline) {
    if (baseline != CpuBaseline.HOST && !decides()) {
      throw new HypervisorUnavailableException(
          "this host cannot hide features of its processor from a program, so there is no other"
              + " baseline than the host's own: its KVM is PVM, and CPUID does not fault",
          "use --cpu host, or for a snapshot that was taken with another baseline a host with"
              + " hardware virtualization");
    }
  }

  /// Asks in a guest under the smallest baseline.
  static boolean isObeyed(Kvm kvm) {
    try (var vm = new KvmMachine(kvm, 1 << 20, 1, CpuBaseline.X86_64_V2)) {
      var tables = new PageTables(vm.memory(), vm.frames());
      Frames.Run code = vm.frames().take(1);
      vm.memory().write(code.gpa(), ASKS, 0, ASKS.length);
      tables.bind(CODE, code, PageTables.READ | PageTables.EXECUTE, false);
      vm.vcpu().pageTableRoot(tables.root());
      Registers registers = vm.registers();
      registers.rip(CODE);
      registers.rax(1);
      VmExit exit = vm.run();
      if (exit != VmExit.GUEST_CALL) {
        throw new MachineException("CPUID ends in a " + exit);
      }
      return Cpuid.isSmallest((int) registers.rbx(), (int) registers.rcx());
    }
  }
}
