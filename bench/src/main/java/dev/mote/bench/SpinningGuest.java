package dev.mote.bench;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.PageTables;
import dev.mote.machine.VirtualMachine;
import dev.mote.machine.VmExit;

/// A guest of two instructions: it exits and jumps back, for ever.
final class SpinningGuest implements AutoCloseable {
  /// How it exits, as bytes of code.
  enum Way {
    GUEST_CALL(0xe6, VirtualMachine.GUEST_CALL_PORT), // out 0x7e, al
    SYSTEM_CALL(0x0f, 0x05), // syscall
    FAULT(0x0f, 0x0b); // ud2

    private final int first;
    private final int second;

    Way(int first, int second) {
      this.first = first;
      this.second = second;
    }
  }

  private static final long CODE = 0x40_0000;
  private static final long MEMORY = 64 << 20;

  private final VirtualMachine vm = Hypervisor.ofThisHost().create(MEMORY, CpuBaseline.HOST);
  private final VmExit expected;

  SpinningGuest(Way way) {
    expected = VmExit.valueOf(way.name());
    var tables = new PageTables(vm.memory(), vm.frames());
    vm.vcpu().pageTableRoot(tables.root());
    var code = vm.frames().take(1);
    tables.bind(CODE, code, PageTables.READ | PageTables.EXECUTE, false);
    int[] bytes = {way.first, way.second, 0xeb, 0xfc}; // jmp to the first
    for (int i = 0; i < bytes.length; i++) {
      vm.memory().setByte(code.gpa() + i, (byte) bytes[i]);
    }
    vm.registers().rip(CODE);
    vm.registers().rflags(2);
  }

  /// Enters the guest and waits for its exit.
  void exit() {
    if (vm.run() != expected) {
      throw new IllegalStateException("the guest ended its run otherwise: " + vm.fault());
    }
    if (expected == VmExit.FAULT) {
      vm.registers().rip(CODE);
    }
  }

  @Override
  public void close() {
    vm.close();
  }
}
