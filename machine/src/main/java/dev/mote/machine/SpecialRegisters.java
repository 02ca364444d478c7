package dev.mote.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// `struct kvm_sregs` of `linux/kvm.h`, in place: segments, tables and control registers.
///
/// ```
/// offset  type            field
///      0  kvm_segment[8]  cs ds es fs gs ss tr ldt (24 bytes each)
///    192  kvm_dtable      gdt (base u64, limit u16)
///    208  kvm_dtable      idt
///    224  u64             cr0
///    232  u64             cr2
///    240  u64             cr3
///    248  u64             cr4
///    264  u64             efer
///
/// kvm_segment:  0 base u64, 8 limit u32, 12 selector u16, 14 type u8, 15 present, 16 dpl, 17 db, 18 s, 19 l, 20 g, 21 avl,
///              22 unusable
/// ```
final class SpecialRegisters {
  static final long SIZE = 312;

  static final long CS = 0;
  static final long DS = 24;
  static final long ES = 48;
  static final long FS = 72;
  static final long GS = 96;
  static final long SS = 120;
  static final long TR = 144;
  static final long LDT = 168;
  static final long GDT = 192;
  static final long IDT = 208;
  static final long CR0 = 224;
  static final long CR2 = 232;
  static final long CR3 = 240;
  static final long CR4 = 248;
  static final long EFER = 264;

  // Bits, named as in the Intel SDM, volume 3, chapter 2.
  static final long CR0_PE = 1;
  static final long CR0_MP = 1 << 1;
  static final long CR0_ET = 1 << 4;
  static final long CR0_NE = 1 << 5;
  static final long CR0_WP = 1 << 16;
  static final long CR0_AM = 1 << 18;
  static final long CR0_PG = 1L << 31;
  static final long CR4_PAE = 1 << 5;
  static final long CR4_OSFXSR = 1 << 9;
  static final long CR4_OSXMMEXCPT = 1 << 10;
  static final long CR4_UMIP = 1 << 11;
  static final long CR4_FSGSBASE = 1 << 16;
  static final long CR4_OSXSAVE = 1 << 18;
  static final long CR4_SMEP = 1 << 20;
  static final long CR4_SMAP = 1 << 21;
  static final long EFER_SCE = 1;
  static final long EFER_LME = 1 << 8;
  static final long EFER_LMA = 1 << 10;
  static final long EFER_NXE = 1 << 11;

  /// Those that CPL 3 may load.
  static final long[] DATA_SEGMENTS = {DS, ES, FS, GS};

  private static final long SEGMENT_SIZE = 24;
  private static final int TYPE_LDT = 2;
  private static final int TYPE_DATA_WRITABLE_ACCESSED = 3;
  private static final int TYPE_CODE_READABLE_ACCESSED = 11;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final MemorySegment struct;

  /// @param struct [#SIZE] bytes, read and written in place
  SpecialRegisters(MemorySegment struct) {
    this.struct = struct;
  }

  MemorySegment segment() {
    return struct;
  }

  long get(long field) {
    return struct.get(LONG, field);
  }

  void set(long field, long value) {
    struct.set(LONG, field, value);
  }

  long base(long segment) {
    return struct.get(LONG, segment);
  }

  void base(long segment, long value) {
    struct.set(LONG, segment, value);
  }

  int selector(long segment) {
    return struct.get(SHORT, segment + 12) & 0xffff;
  }

  /// A data segment as loading its selector at CPL 3 makes it: one of the two data descriptors that
  /// there are, or none.
  void dataSegment(long at, int selector) {
    if ((selector & ~3) == (Supervisor.USER_SS & ~3)) {
      segment(at, selector, TYPE_DATA_WRITABLE_ACCESSED, false);
    } else {
      nullSegment(at);
      struct.set(SHORT, at + 12, (short) (selector & 3));
    }
  }

  /// The privilege level that the processor runs at.
  int cpl() {
    return struct.get(SHORT, CS + 12) & 3;
  }

  /// The state of a guest in 64-bit mode at CPL 3, on the supervisor's descriptors.
  ///
  /// @param cr4 what the processor has beyond what 64-bit mode demands
  void userMode(long cr4) {
    segment(CS, Supervisor.USER_CS, TYPE_CODE_READABLE_ACCESSED, true);
    segment(SS, Supervisor.USER_SS, TYPE_DATA_WRITABLE_ACCESSED, false);
    for (long data : DATA_SEGMENTS) {
      nullSegment(data); // as Linux starts a program; 64-bit mode uses no more than the bases
    }
    noLocalDescriptors();
    set(GDT, Supervisor.GDT);
    struct.set(SHORT, GDT + 8, (short) Supervisor.GDT_LIMIT);
    set(IDT, Supervisor.IDT);
    struct.set(SHORT, IDT + 8, (short) Supervisor.IDT_LIMIT);
    set(CR0, CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG);
    set(CR4, CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | cr4);
    set(EFER, EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE);
  }

  /// The task register. Intel's processors demand the type "busy" (11); QEMU's emulation of AMD's
  /// honours the I/O map only with "available" (9). KVM may report the one where the other was set,
  /// so it is set anew with every write.
  void taskRegister(int type) {
    base(TR, Supervisor.TSS);
    struct.set(INT, TR + 8, Supervisor.TSS_LIMIT);
    struct.set(SHORT, TR + 12, (short) Supervisor.TSS_SELECTOR);
    struct.set(BYTE, TR + 14, (byte) type);
    struct.set(BYTE, TR + 15, (byte) 1); // present
    struct.asSlice(TR + 16, 8).fill((byte) 0);
  }

  /// No local descriptor table. KVM starts a vCPU with one at address 0, where a program could
  /// write descriptors and gates of its own making.
  private void noLocalDescriptors() {
    struct.asSlice(LDT, SEGMENT_SIZE).fill((byte) 0);
    struct.set(BYTE, LDT + 14, (byte) TYPE_LDT);
    struct.set(BYTE, LDT + 22, (byte) 1); // unusable
  }

  private void nullSegment(long at) {
    struct.asSlice(at, 24).fill((byte) 0);
    struct.set(BYTE, at + 22, (byte) 1); // unusable
  }

  private void segment(long at, int selector, int type, boolean code) {
    base(at, 0);
    struct.set(INT, at + 8, -1);
    struct.set(SHORT, at + 12, (short) selector);
    // One field after the other: no object is made in a restore.
    struct.set(BYTE, at + 14, (byte) type);
    struct.set(BYTE, at + 15, (byte) 1); // present
    struct.set(BYTE, at + 16, (byte) 3); // dpl
    struct.set(BYTE, at + 17, (byte) (code ? 0 : 1)); // db
    struct.set(BYTE, at + 18, (byte) 1); // s
    struct.set(BYTE, at + 19, (byte) (code ? 1 : 0)); // l
    struct.set(BYTE, at + 20, (byte) 1); // g
    struct.set(SHORT, at + 21, (short) 0); // avl, unusable
  }
}
