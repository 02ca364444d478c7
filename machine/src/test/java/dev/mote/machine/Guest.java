package dev.mote.machine;

import java.util.concurrent.locks.LockSupport;

/// A virtual machine with a few pages of its own, for tests:
///
/// ```
/// CODE        4 pages  read, execute
/// DATA        4 pages  read, write
/// STACK_TOP   below it 4 pages  read, write
/// ```
final class Guest implements AutoCloseable {
  static final long CODE = 0x40_0000;
  static final long DATA = 0x60_0000;
  static final long STACK_TOP = 0x7fff_0000;
  private static final int PAGES = 4;

  final VirtualMachine vm;
  final GuestMemory memory;
  final PageTables tables;
  final Registers registers;

  Guest() {
    this(16 << 20, CpuBaseline.HOST);
  }

  Guest(long memoryLimit, CpuBaseline baseline) {
    vm = Hypervisor.ofThisHost().create(memoryLimit, baseline);
    memory = vm.memory();
    registers = vm.registers();
    tables = new PageTables(memory, vm.frames());
    vm.vcpu().pageTableRoot(tables.root());
    bind(CODE, PageTables.READ | PageTables.EXECUTE);
    bind(DATA, PageTables.READ | PageTables.WRITE);
    bind(STACK_TOP - PAGES * 4096L, PageTables.READ | PageTables.WRITE);
    start(CODE);
  }

  Guest(GuestCode code) {
    this();
    load(code);
  }

  void bind(long gva, int rights) {
    for (int bound = 0; bound < PAGES; ) {
      var run = vm.frames().take(PAGES - bound);
      tables.bind(gva + bound * 4096L, run, rights, false);
      bound += run.count();
    }
  }

  void load(GuestCode code) {
    load(code, CODE);
  }

  void load(GuestCode code, long gva) {
    byte[] bytes = code.bytes();
    for (int i = 0; i < bytes.length; i++) {
      memory.setByte(tables.gpa(gva + i), bytes[i]);
    }
  }

  /// Sets the registers that every guest needs; the others stay.
  void start(long rip) {
    registers.rip(rip);
    registers.rsp(STACK_TOP - 64);
    registers.rflags(0x2);
  }

  VmExit run() {
    return vm.run();
  }

  VmExit runAt(long rip) {
    start(rip);
    return vm.run();
  }

  /// The fault of a run, described so that a failed assertion tells all.
  String faultOfRun() {
    VmExit exit = vm.run();
    if (exit != VmExit.FAULT) {
      return exit.toString();
    }
    Fault fault = vm.fault();
    return fault.vector() + "/" + Long.toHexString(fault.errorCode());
  }

  /// Shows that the machine is unharmed: system call and guest call work as on the first day.
  boolean isSound() {
    var probe = GuestCode.code().syscall().guestCall();
    load(probe, CODE + 3 * 4096);
    return runAt(CODE + 3 * 4096) == VmExit.SYSTEM_CALL
        && registers.rip() == CODE + 3 * 4096 + 2
        && run() == VmExit.GUEST_CALL
        && registers.rip() == CODE + 3 * 4096 + 4;
  }

  /// Kicks this machine after a while, from another thread.
  Thread kickAfterMillis(long millis) {
    return Thread.ofPlatform()
        .start(() -> {
          LockSupport.parkNanos(millis * 1_000_000);
          vm.kick();
        });
  }

  @Override
  public void close() {
    vm.close();
  }
}
