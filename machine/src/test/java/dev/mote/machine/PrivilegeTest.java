package dev.mote.machine;

import static dev.mote.machine.Guest.CODE;
import static dev.mote.machine.Guest.DATA;
import static dev.mote.machine.Guest.STACK_TOP;
import static dev.mote.machine.GuestCode.code;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What only an operating system may do, a program cannot.
@Tag("every-kvm")
class PrivilegeTest {
  private record Instruction(String mnemonic, GuestCode code) {
    Instruction(String mnemonic, int... bytes) {
      this(mnemonic, GuestCode.code().raw(bytes));
    }
  }

  private static final List<Instruction> PRIVILEGED =
      List.of(
          new Instruction("hlt", 0xf4),
          new Instruction("cli", 0xfa),
          new Instruction("sti", 0xfb),
          new Instruction("lgdt [rbx]", 0x0f, 0x01, 0x13),
          new Instruction("lidt [rbx]", 0x0f, 0x01, 0x1b),
          new Instruction("lldt ax", 0x0f, 0x00, 0xd0),
          new Instruction("ltr ax", 0x0f, 0x00, 0xd8),
          new Instruction("lmsw ax", 0x0f, 0x01, 0xf0),
          new Instruction("clts", 0x0f, 0x06),
          new Instruction("mov rax, cr0", 0x0f, 0x20, 0xc0),
          new Instruction("mov rax, cr2", 0x0f, 0x20, 0xd0),
          new Instruction("mov rax, cr3", 0x0f, 0x20, 0xd8),
          new Instruction("mov rax, cr4", 0x0f, 0x20, 0xe0),
          new Instruction("mov cr0, rax", 0x0f, 0x22, 0xc0),
          new Instruction("mov cr3, rax", 0x0f, 0x22, 0xd8),
          new Instruction("mov cr4, rax", 0x0f, 0x22, 0xe0),
          new Instruction("mov cr8, rax", 0x44, 0x0f, 0x22, 0xc0),
          new Instruction("mov rax, dr0", 0x0f, 0x21, 0xc0),
          new Instruction("mov dr0, rax", 0x0f, 0x23, 0xc0),
          new Instruction("mov dr7, rax", 0x0f, 0x23, 0xf8),
          new Instruction("rdmsr", 0x0f, 0x32),
          new Instruction("wrmsr", 0x0f, 0x30),
          new Instruction("invd", 0x0f, 0x08),
          new Instruction("wbinvd", 0x0f, 0x09),
          new Instruction("invlpg [rbx]", 0x0f, 0x01, 0x3b),
          new Instruction("swapgs", 0x0f, 0x01, 0xf8),
          new Instruction("sysretq", 0x48, 0x0f, 0x07),
          new Instruction("sysexit", 0x0f, 0x35),
          new Instruction("sysenter", 0x0f, 0x34),
          new Instruction("xsetbv", 0x0f, 0x01, 0xd1),
          new Instruction("monitor", 0x0f, 0x01, 0xc8),
          new Instruction("mwait", 0x0f, 0x01, 0xc9),
          new Instruction("invpcid rax, [rbx]", 0x66, 0x0f, 0x38, 0x82, 0x03),
          new Instruction("rsm", 0x0f, 0xaa),
          new Instruction("vmxon [rbx]", 0xf3, 0x0f, 0xc7, 0x33),
          new Instruction("vmxoff", 0x0f, 0x01, 0xc4),
          new Instruction("vmread rax, rbx", 0x0f, 0x78, 0xd8),
          new Instruction("vmlaunch", 0x0f, 0x01, 0xc2),
          new Instruction("vmrun", 0x0f, 0x01, 0xd8),
          new Instruction("vmload", 0x0f, 0x01, 0xda),
          new Instruction("vmsave", 0x0f, 0x01, 0xdb),
          new Instruction("stgi", 0x0f, 0x01, 0xdc),
          new Instruction("clgi", 0x0f, 0x01, 0xdd),
          new Instruction("skinit", 0x0f, 0x01, 0xde),
          new Instruction("invlpga", 0x0f, 0x01, 0xdf));

  private static void prepare(Guest guest, GuestCode code) {
    guest.load(code);
    guest.start(CODE);
    var r = guest.registers;
    r.rax(0);
    r.rbx(DATA);
    r.rcx(0x1b);
    r.rdx(0);
  }

  @Test
  void everyPrivilegedInstructionFaultsWhereItStands() {
    try (var guest = new Guest()) {
      var wrong = new ArrayList<String>();
      for (Instruction instruction : PRIVILEGED) {
        prepare(guest, instruction.code);
        String fault = guest.faultOfRun();
        if (!(fault.equals("13/0") || fault.equals("6/0")) || guest.registers.rip() != CODE) {
          wrong.add(instruction.mnemonic + ": " + fault);
        }
        if (!guest.isSound()) {
          wrong.add(instruction.mnemonic + ": the machine is harmed");
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  /// A hypercall of the hypervisor beneath, which shows itself nowhere, must do nothing: it faults,
  /// or is answered with "no such call" by KVM itself.
  @Test
  void hypercallsOfTheHypervisorDoNothing() {
    try (var guest = new Guest()) {
      for (int last : new int[] {0xc1, 0xd9}) { // vmcall, vmmcall
        for (int number = 0; number < 20; number++) {
          prepare(guest, code().raw(0x0f, 0x01, last).guestCall());
          guest.registers.rax(number);
          VmExit exit = guest.run();
          if (exit == VmExit.GUEST_CALL) {
            assertThat((int) guest.registers.rax())
                .as("result of hypercall %d", number)
                .isNegative();
          } else {
            assertThat(exit).isEqualTo(VmExit.FAULT);
          }
          assertThat(guest.isSound()).isTrue();
        }
      }
    }
  }

  /// The descriptor tables' addresses are no secret, but they are nobody's business either (UMIP).
  @Test
  void descriptorTablesCannotBeWrittenThroughWhatIsReadOfThem() {
    try (var guest = new Guest()) {
      int[][] stores = {
        {0x0f, 0x01, 0x03},
        {0x0f, 0x01, 0x0b},
        {0x0f, 0x00, 0x03},
        {0x0f, 0x00, 0x0b},
        {0x0f, 0x01, 0x23}
      }; // sgdt, sidt, sldt, str, smsw [rbx]
      for (int[] store : stores) {
        prepare(guest, code().raw(store).guestCall());
        VmExit exit = guest.run();
        assertThat(exit == VmExit.GUEST_CALL || guest.vm.fault().vector() == 13).isTrue();
        assertThat(guest.isSound()).isTrue();
      }
    }
  }

  @Test
  void softwareInterruptsReachNoVectorButBreakpointAndOverflow() {
    try (var guest = new Guest()) {
      for (int n = 0; n < 256; n++) {
        prepare(guest, code().raw(0xcd, n));
        boolean open = n == Fault.BREAKPOINT || n == Fault.OVERFLOW;
        String fault = guest.faultOfRun();
        if (open && fault.equals(n + "/0")) {
          assertThat(guest.registers.rip()).isEqualTo(CODE + 2);
        } else if (Kvm.instance().pvm || HostFacts.processorIsEmulated()) {
          // PVM's interpreter does not know the instruction, and three vectors are its own; QEMU
          // reports rip behind the instruction.
          assertThat(guest.vm.fault().vector())
              .isIn(Fault.INVALID_OPCODE, Fault.GENERAL_PROTECTION, Fault.PAGE_FAULT);
        } else {
          // The error code names the gate in the interrupt descriptor table.
          assertThat(fault).as("int 0x%x", n).isEqualTo("13/" + Integer.toHexString(n << 3 | 2));
          assertThat(guest.registers.rip()).as("int 0x%x", n).isEqualTo(CODE);
        }
      }
      assertThat(guest.isSound()).isTrue();
    }
  }

  @Test
  void jumpsIntoTheSupervisorsPagesFault() {
    try (var guest = new Guest(code().jumpRax())) {
      for (long target = Supervisor.BASE; target < Supervisor.BASE + 0x8000; target += 16) {
        if (target == Supervisor.SYSCALL_ENTRY) {
          continue;
        }
        for (int offset : new int[] {0, 2}) {
          guest.start(CODE);
          guest.registers.rax(target + offset);
          assertThat(guest.run()).as("jump to %x", target + offset).isEqualTo(VmExit.FAULT);
          assertThat(guest.vm.fault().vector()).isEqualTo(Fault.PAGE_FAULT);
          assertThat(guest.vm.fault().address()).isEqualTo(target + offset);
          assertThat(guest.vm.fault().errorCode() & (Fault.ERROR_USER | Fault.ERROR_FETCH))
              .isEqualTo(Fault.ERROR_USER | Fault.ERROR_FETCH);
          assertThat(guest.registers.rip()).isEqualTo(target + offset);
        }
      }
      assertThat(guest.isSound()).isTrue();
    }
  }

  /// Where SYSCALL arrives, a jump is a fault or, on a hypervisor that delivers SYSCALL as such a
  /// jump, a system call. In either case the program goes on where the host says.
  @Test
  void aJumpToTheSystemCallEntryIsAFaultOrASystemCall() {
    try (var guest = new Guest(code().jumpRax())) {
      var r = guest.registers;
      for (long rcx : new long[] {CODE, 0, -1, Supervisor.IRETQ, 1L << 47}) {
        guest.start(CODE);
        r.rax(Supervisor.SYSCALL_ENTRY);
        r.rcx(rcx);
        r.r11(-1);
        VmExit exit = guest.run();
        if (exit == VmExit.SYSTEM_CALL) {
          assertThat(r.rip()).isEqualTo(rcx);
          assertThat(guest.run()).isEqualTo(VmExit.FAULT); // a trap, or nothing is mapped there
        } else {
          assertThat(exit).isEqualTo(VmExit.FAULT);
          assertThat(r.rip()).isEqualTo(Supervisor.SYSCALL_ENTRY);
        }
        assertThat(guest.isSound()).isTrue();
      }
    }
  }

  @Test
  void readsAndWritesOfTheSupervisorsPagesFault() {
    try (var guest = new Guest(code().loadRax().guestCall())) {
      guest.load(code().storeRax().guestCall(), CODE + 16);
      for (long page = Supervisor.BASE; page < Supervisor.BASE + 0x9000; page += 4096) {
        for (int offset = 0; offset <= 4088; offset += 1022) {
          for (long access : new long[] {CODE, CODE + 16}) {
            guest.start(access);
            guest.registers.rbx(page + offset);
            assertThat(guest.run()).as("access to %x", page + offset).isEqualTo(VmExit.FAULT);
            assertThat(guest.vm.fault().vector()).isEqualTo(Fault.PAGE_FAULT);
            assertThat(guest.vm.fault().address()).isEqualTo(page + offset);
            assertThat(guest.vm.fault().errorCode() & Fault.ERROR_USER).isNotZero();
          }
        }
      }
      assertThat(guest.isSound()).isTrue();
    }
  }

  // push rax; push rcx; lretq
  private static final GuestCode FAR_RETURN = code().raw(0x50, 0x51, 0x48, 0xcb);

  // mov edx, ss; push rdx; push rsi; pushfq; push rax; push rcx; iretq
  private static final GuestCode INTERRUPT_RETURN =
      code().raw(0x8c, 0xd2, 0x52, 0x56, 0x9c, 0x50, 0x51, 0x48, 0xcf);

  private static VmExit returnTo(Guest guest, GuestCode way, int selector, GuestCode target) {
    guest.load(way);
    guest.load(target, CODE + 64);
    guest.start(CODE);
    var r = guest.registers;
    r.rax(selector);
    r.rcx(CODE + 64);
    r.rsi(STACK_TOP - 256);
    return guest.run();
  }

  @Test
  void noSelectorLeadsOutOf64BitModeOrToAnotherLevel() {
    try (var guest = new Guest()) {
      for (GuestCode way : List.of(FAR_RETURN, INTERRUPT_RETURN)) {
        for (int selector = 0; selector < 0x80; selector++) {
          if (Kvm.instance().pvm && way == INTERRUPT_RETURN && selector == Supervisor.USER_SS) {
            continue; // see the test below
          }
          VmExit exit = returnTo(guest, way, selector, code().guestCall());
          if (selector == Supervisor.USER_CS && exit == VmExit.GUEST_CALL) {
            assertThat(guest.registers.rip()).isEqualTo(CODE + 66);
          } else {
            assertThat(exit).as("selector %x", selector).isEqualTo(VmExit.FAULT);
            assertSelectorFault(guest.vm.fault(), selector);
          }
          assertThat(guest.isSound()).isTrue();
        }
      }
    }
  }

  /// PVM interprets an IRETQ at CPL 3, and takes the data segment for one of 32-bit code. What runs
  /// there is as powerless as ever, and the next entry by the supervisor's IRETQ ends it. On AMD's
  /// processors PVM loses the machine at a SYSCALL there: the guest has ended itself, and no more.
  @Test
  void codeInADataSegmentIsRefusedOrPowerless() {
    GuestCode syscall = code().syscall();
    List<GuestCode> attempts =
        List.of(
            syscall,
            code().raw(0x0f, 0x34), // sysenter
            code().raw(0xcd, 0x80), // int 0x80
            code().raw(0xfa), // cli
            code().raw(0xf4), // hlt
            code().raw(0xe6, Supervisor.EXCEPTION_PORT), // out
            code().raw(0x0f, 0x20, 0xd8), // mov eax, cr3
            code().raw(0xcf), // iretd
            code().raw(0xcb), // retf
            code().ud2());
    for (GuestCode attempt : attempts) {
      try (var guest = new Guest()) {
        guest.tables.bind( // where a processor without CSTAR would go
            0, guest.vm.frames().take(1), PageTables.READ | PageTables.EXECUTE, false);
        guest.load(code().raw(0x0f, 0x20, 0xd8, 0xf4), 0); // mov rax, cr3; hlt
        VmExit exit = returnTo(guest, INTERRUPT_RETURN, Supervisor.USER_SS, attempt);
        assertThat(exit).isIn(VmExit.FAULT, VmExit.SYSTEM_CALL);
        boolean mayBeLost = Kvm.instance().pvm && HostFacts.processorIsAmds() && attempt == syscall;
        assertThat(guest.isSound() || (mayBeLost && guest.vm.isLost())).isTrue();
      }
    }
  }

  /// PVM's interpreter reads the descriptor table with the rights of the program, which has none.
  /// QEMU reads a far return's frame with the rights of the supervisor, to whom SMAP refuses it.
  private static void assertSelectorFault(Fault fault, int selector) {
    if (HostFacts.processorIsEmulated()) {
      assertThat(fault.vector()).isBetween(Fault.INVALID_TSS, Fault.PAGE_FAULT);
    } else if (fault.vector() == Fault.PAGE_FAULT) {
      assertThat(Kvm.instance().pvm).isTrue();
      assertThat(fault.address()).isBetween(Supervisor.GDT, Supervisor.GDT + 0x7f);
    } else {
      assertThat(fault.vector())
          .as("selector %x", selector)
          .isIn(Fault.GENERAL_PROTECTION, Fault.SEGMENT_NOT_PRESENT, Fault.STACK_SEGMENT);
    }
  }

  @Test
  void dataSelectorsCanBeLoadedOnlyWithTheUsersOwn() {
    // mov ds, ax / mov ss, ax / mov fs, ax
    for (int register : new int[] {0xd8, 0xd0, 0xe0}) {
      try (var guest = new Guest(code().raw(0x8e, register).guestCall())) {
        for (int selector = 0; selector < 0x80; selector++) {
          guest.start(CODE);
          guest.registers.rax(selector);
          VmExit exit = guest.run();
          if (exit == VmExit.FAULT) {
            assertSelectorFault(guest.vm.fault(), selector);
          } else {
            assertThat(exit).isEqualTo(VmExit.GUEST_CALL);
          }
          assertThat(guest.isSound()).as("selector %x", selector).isTrue();
        }
      }
    }
  }

  /// The lower half of a 64-bit call gate that CPL 3 may use.
  private static long callGate(long selector, long target) {
    return (target & 0xffff) | selector << 16 | 0xecL << 40 | (target >>> 16 & 0xffff) << 48;
  }

  /// Descriptors and gates in the program's own memory, wherever a table might be thought to begin,
  /// are not used.
  @Test
  void noLocalDescriptorTableIsThere() {
    long[] descriptors = {
      0x00cf_fb00_0000_ffffL, // 32-bit code, level 3
      0x00cf_f300_0000_ffffL, // data, level 3
      0x00af_fb00_0000_ffffL, // 64-bit code, level 3
      callGate(Supervisor.KERNEL_CS, CODE),
      0 // the upper half of the call gate
    };
    var loadDs = code().raw(0x8e, 0xd8).guestCall(); // mov ds, ax
    var farReturn = code().raw(0x50, 0x51, 0x48, 0xcb); // push rax; push rcx; lretq
    var farCall = code().raw(0x48, 0xff, 0x1b); // call far [rbx]
    try (var guest = new Guest()) {
      guest.tables.bind(0, guest.vm.frames().take(1), PageTables.READ | PageTables.WRITE, false);
      for (int i = 0; i < 510; i++) {
        guest.memory.setLong(guest.tables.gpa(i * 8L), descriptors[i % descriptors.length]);
      }
      for (GuestCode way : List.of(loadDs, farReturn, farCall)) {
        guest.load(way);
        for (int index = 0; index < 20; index++) {
          guest.start(CODE);
          int selector = index << 3 | 7; // of the local table, level 3
          guest.registers.rax(selector);
          guest.registers.rcx(CODE);
          guest.registers.rbx(DATA);
          guest.memory.setLong(guest.tables.gpa(DATA), CODE);
          guest.memory.setShort(guest.tables.gpa(DATA + 8), (short) selector);
          assertThat(guest.run()).as("local selector %x", selector).isEqualTo(VmExit.FAULT);
          assertSelectorFault(guest.vm.fault(), selector);
          assertThat(guest.isSound()).isTrue();
        }
      }
    }
  }

  @Test
  void ioPrivilegeLevelCannotBeRaised() {
    // popfq with IOPL 3; cli
    var code = code().movRax(0x3202).pushRax().popFlags().raw(0xfa);
    try (var guest = new Guest(code)) {
      assertThat(guest.faultOfRun()).isEqualTo("13/0");
      assertThat(guest.registers.rip()).isEqualTo(CODE + 12);
      assertThat(guest.registers.rflags() & 0x3000).isZero();
      // The host may be told to set it (a signal handler's return), and does not.
      guest.load(code().raw(0xfa));
      guest.start(CODE);
      guest.registers.rflags(0x3202);
      assertThat(guest.faultOfRun()).isEqualTo("13/0");
      guest.load(code().syscall().raw(0xfa));
      guest.start(CODE);
      assertThat(guest.run()).isEqualTo(VmExit.SYSTEM_CALL);
      guest.registers.rflags(-1L & ~0x100); // all but TF
      assertThat(guest.faultOfRun()).isEqualTo("13/0");
      assertThat(guest.isSound()).isTrue();
    }
  }
}
