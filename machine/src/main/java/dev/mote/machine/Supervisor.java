package dev.mote.machine;

/// What stands at CPL 0: descriptors and stubs of a few bytes, each of which only causes a VM exit.
/// There is no code besides, and the guest program can neither read nor write nor execute any of
/// it.
///
/// The stubs never return by themselves. The host reads what the processor pushed, and enters the
/// guest again by pointing `rip` at the lone IRETQ below an interrupt frame that it wrote itself;
/// so each entry to CPL 3, after a system call, a fault, a signal or a switch of threads, is the
/// same one instruction.
///
/// ```
/// GPA      virtual address       holds                                                         rights at CPL 0
/// 0x0000   (never mapped)        frame 0 stands for "no frame"
/// 0x1000   BASE + 0x1000         GDT, TSS with its I/O map, IDT                                read
/// 0x2000   BASE + 0x2000         stubs                                                         execute
/// 0x3000   BASE + 0x3000         the stack that every exception starts on (IST 1)              read, write
/// 0x4000   -                     page tables of the above: PDPT, page directory, page table
/// 0x7000   -                     first frame that is free for the guest
/// ```
///
/// All of it lies in the upper half of the address space, like a kernel; the lower half is the
/// program's.
final class Supervisor {
  /// The first address of the upper half: entry 256 of the top-level table.
  static final long BASE = 0xffff_8000_0000_0000L;

  static final int ROOT_ENTRY = 256;
  static final int FIRST_FREE_FRAME = 7;

  private static final long DESCRIPTORS_GPA = 0x1000;
  private static final long STUBS_GPA = 0x2000;
  private static final long STACK_GPA = 0x3000;
  static final long PDPT_GPA = 0x4000;
  private static final long DIRECTORY_GPA = 0x5000;
  private static final long TABLE_GPA = 0x6000;

  // Selectors, as Linux has them where a program can see them (CS and SS).
  static final int KERNEL_CS = 0x10;
  static final int KERNEL_SS = 0x18;
  static final int USER_SS = 0x2b;
  static final int USER_CS = 0x33;
  static final int TSS_SELECTOR = 0x40;

  static final long GDT = BASE + DESCRIPTORS_GPA;
  static final int GDT_LIMIT = 10 * 8 - 1;
  private static final int TSS_OFFSET = 0x80;
  static final long TSS = GDT + TSS_OFFSET;
  private static final int TSS_SIZE = 0x68;

  /// The I/O map covers the ports up to the guest-call port and no more: ports beyond the limit are
  /// refused. The processor reads two bytes of it at a time, hence the byte behind.
  private static final int IO_MAP_SIZE = VirtualMachine.GUEST_CALL_PORT / 8 + 2;

  static final int TSS_LIMIT = TSS_SIZE + IO_MAP_SIZE - 1;
  private static final int IDT_OFFSET = 0x200;
  static final long IDT = GDT + IDT_OFFSET;
  private static final int VECTORS = 32;
  static final int IDT_LIMIT = VECTORS * 16 - 1;

  private static final long STUBS = BASE + STUBS_GPA;
  private static final int STUB_SIZE = 16;

  /// Where SYSCALL enters (the MSR LSTAR).
  static final long SYSCALL_ENTRY = STUBS + VECTORS * STUB_SIZE;

  /// The IRETQ by which every entry to CPL 3 from here goes.
  static final long IRETQ = SYSCALL_ENTRY + STUB_SIZE;

  static final int EXCEPTION_PORT = 0x81;
  static final int SYSCALL_PORT = 0x82;

  private static final long STACK_TOP = BASE + STACK_GPA + GuestMemory.PAGE_SIZE;
  private static final long STACK_TOP_GPA = STACK_GPA + GuestMemory.PAGE_SIZE;

  /// The interrupt frame at the top of the stack: rip, cs, rflags, rsp, ss.
  static final long FRAME = STACK_TOP - 40;

  static final long FRAME_GPA = STACK_TOP_GPA - 40;
  static final int FRAME_RIP = 0;
  static final int FRAME_CS = 8;
  static final int FRAME_RFLAGS = 16;
  static final int FRAME_RSP = 24;
  static final int FRAME_SS = 32;

  /// Below it, what a stub adds: the error code and the vector.
  static final long ERROR_CODE_GPA = FRAME_GPA - 8;

  static final long VECTOR_GPA = FRAME_GPA - 16;

  // Page-table entry bits, Intel SDM volume 3, table 4-20.
  private static final long PRESENT = 1;
  private static final long WRITABLE = 2;
  private static final long ACCESSED = 0x20;
  private static final long DIRTY = 0x40;
  private static final long NO_EXECUTE = 1L << 63;

  private Supervisor() {}

  /// Whether an address lies in the supervisor's pages.
  static boolean contains(long address) {
    return address >= BASE && address < BASE + TABLE_GPA + GuestMemory.PAGE_SIZE;
  }

  static void build(GuestMemory memory) {
    buildPageTables(memory);
    buildDescriptors(memory);
    buildStubs(memory);
  }

  private static void buildPageTables(GuestMemory memory) {
    long table = PRESENT | WRITABLE | ACCESSED;
    memory.setLong(PDPT_GPA, DIRECTORY_GPA | table);
    memory.setLong(DIRECTORY_GPA, TABLE_GPA | table);
    entry(memory, DESCRIPTORS_GPA, PRESENT | ACCESSED | NO_EXECUTE);
    entry(memory, STUBS_GPA, PRESENT | ACCESSED);
    entry(memory, STACK_GPA, PRESENT | WRITABLE | ACCESSED | DIRTY | NO_EXECUTE);
  }

  private static void entry(GuestMemory memory, long gpa, long bits) {
    memory.setLong(TABLE_GPA + (gpa >>> GuestMemory.PAGE_SHIFT) * 8, gpa | bits);
  }

  private static void buildDescriptors(GuestMemory memory) {
    // Segment descriptors, SDM volume 3, figure 3-8; the accessed bit is set, so that the processor
    // need not write it.
    // There is no 32-bit code segment: a program cannot leave 64-bit mode.
    memory.setLong(DESCRIPTORS_GPA + KERNEL_CS, 0x00af_9b00_0000_ffffL);
    memory.setLong(DESCRIPTORS_GPA + KERNEL_SS, 0x00cf_9300_0000_ffffL);
    memory.setLong(DESCRIPTORS_GPA + (USER_SS & ~7), 0x00cf_f300_0000_ffffL);
    memory.setLong(DESCRIPTORS_GPA + (USER_CS & ~7), 0x00af_fb00_0000_ffffL);
    memory.setLong(DESCRIPTORS_GPA + TSS_SELECTOR, tssDescriptor(TSS));
    memory.setLong(DESCRIPTORS_GPA + TSS_SELECTOR + 8, TSS >>> 32);

    long tss = DESCRIPTORS_GPA + TSS_OFFSET;
    memory.setLong(tss + 0x04, STACK_TOP); // RSP0
    memory.setLong(tss + 0x24, STACK_TOP); // IST1
    memory.setShort(tss + 0x66, (short) TSS_SIZE); // where the I/O map begins
    for (int i = 0; i < IO_MAP_SIZE; i++) {
      memory.setByte(tss + TSS_SIZE + i, (byte) 0xff);
    }
    int port = VirtualMachine.GUEST_CALL_PORT;
    memory.setByte(tss + TSS_SIZE + port / 8, (byte) ~(1 << port % 8));

    for (int vector = 0; vector < VECTORS; vector++) {
      long stub = STUBS + (long) vector * STUB_SIZE;
      // INT3 and INTO may be executed at CPL 3; every other INT n is a general protection fault.
      long level = vector == Fault.BREAKPOINT || vector == Fault.OVERFLOW ? 3 : 0;
      long gate = DESCRIPTORS_GPA + IDT_OFFSET + vector * 16L;
      memory.setLong(
          gate,
          (stub & 0xffff)
              | (long) KERNEL_CS << 16
              | 1L << 32 // IST 1
              | (0x8e | level << 5) << 40 // present interrupt gate
              | (stub >>> 16 & 0xffff) << 48);
      memory.setLong(gate + 8, stub >>> 32);
    }
  }

  /// The first half of a TSS descriptor (SDM volume 3, figure 8-4); the second holds the upper half
  /// of the base.
  private static long tssDescriptor(long base) {
    long presentAvailable = 0x89L << 40;
    return TSS_LIMIT | (base & 0xff_ffff) << 16 | presentAvailable | (base >>> 24 & 0xff) << 56;
  }

  private static void buildStubs(GuestMemory memory) {
    memory.fill(STUBS_GPA, GuestMemory.PAGE_SIZE, (byte) 0xcc);
    for (int vector = 0; vector < VECTORS; vector++) {
      long at = STUBS_GPA + (long) vector * STUB_SIZE;
      if (!hasErrorCode(vector)) {
        at = emit(memory, at, 0x6a, 0); // push 0
      }
      at = emit(memory, at, 0x6a, vector); // push vector
      emit(memory, at, 0xe6, EXCEPTION_PORT); // out EXCEPTION_PORT, al
    }
    emit(memory, STUBS_GPA + (SYSCALL_ENTRY - STUBS), 0xe6, SYSCALL_PORT); // out SYSCALL_PORT, al
    emit(memory, STUBS_GPA + (IRETQ - STUBS), 0x48, 0xcf); // iretq
  }

  private static long emit(GuestMemory memory, long gpa, int first, int second) {
    memory.setByte(gpa, (byte) first);
    memory.setByte(gpa + 1, (byte) second);
    return gpa + 2;
  }

  private static boolean hasErrorCode(int vector) {
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
  }
}
