package dev.mote.machine;

/// Whether this host decides what CPUID tells a guest.
///
/// PVM runs CPL 3 on the processor itself. It keeps CPUID from it only where that instruction can
/// be made to fault: on Intel's processors, and on AMD's since Zen 4. On others a guest is told
/// what the host is told, whatever the table of its vCPU says.
final class CpuidControl {
  private static final long CODE = 0x40_0000;
  private static final byte[] ASKS = {
    0x0f, (byte) 0xa2, (byte) 0xe6, VirtualMachine.GUEST_CALL_PORT // cpuid; out 0x7e, al
  };

  private static final class Holder {
    static final boolean DECIDES = !Kvm.instance().pvm || isObeyed();
  }

  private CpuidControl() {}

  static boolean decides() {
    return Holder.DECIDES;
  }

  /// @throws HypervisorUnavailableException if a guest would be told other features than the
  ///   baseline's
  static void require(CpuBaseline baseline) {
    if (baseline != CpuBaseline.HOST && !decides()) {
      throw new HypervisorUnavailableException(
          "this host cannot hide features of its processor from a program, so there is no other"
              + " baseline than the host's own: its KVM is PVM, and its processor cannot make CPUID"
              + " fault",
          "leave the processor out (--cpu host), or use a host with hardware virtualization");
    }
  }

  /// Asks in a guest.
  private static boolean isObeyed() {
    try (var vm = new KvmMachine(Kvm.instance(), 1 << 20, 1, CpuBaseline.HOST)) {
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
      return Cpuid.isHidden((int) registers.rbx(), (int) registers.rcx());
    }
  }
}
