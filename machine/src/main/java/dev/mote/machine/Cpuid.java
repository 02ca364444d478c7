package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// What CPUID tells a guest: what the hypervisor supports, less what a guest without a kernel has
/// no use for, masked to a baseline.
///
/// Nothing of nested virtualization, performance counters or the hypervisor shows; there is one
/// processor; AMX is hidden because its state (8 KiB) does not fit the signal stacks that programs
/// make.
///
/// The table is `struct kvm_cpuid2`: a count (4 bytes), padding (4), then entries of 40 bytes.
///
/// ```
/// offset  type  field
///      0  u32   function (leaf)
///      4  u32   index (subleaf)
///      8  u32   flags
///     12  u32   eax
///     16  u32   ebx
///     20  u32   ecx
///     24  u32   edx
///     28  u32   padding[3]
/// ```
final class Cpuid {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final int HEADER = 8;
  private static final int ENTRY = 40;
  private static final int MAX_ENTRIES = 256;
  private static final int LEGACY_AND_HEADER = 576;
  private static final int LEAF = 0;
  private static final int SUBLEAF = 4;
  private static final int FLAGS = 8;
  private static final int SIGNIFICANT_SUBLEAF = 1; // KVM_CPUID_FLAG_SIGNIFCANT_INDEX
  private static final int EAX = 12;
  private static final int EBX = 16;
  private static final int ECX = 20;
  private static final int EDX = 24;

  // Leaf 1, ECX and EDX (Intel SDM volume 2, CPUID).
  private static final int SSE3 = 1;
  private static final int MONITOR = 1 << 3;
  private static final int VMX = 1 << 5;
  private static final int SSSE3 = 1 << 9;
  private static final int FMA = 1 << 12;
  private static final int CMPXCHG16B = 1 << 13;
  private static final int PDCM = 1 << 15;
  private static final int SSE41 = 1 << 19;
  private static final int SSE42 = 1 << 20;
  private static final int X2APIC = 1 << 21;
  private static final int MOVBE = 1 << 22;
  private static final int POPCNT = 1 << 23;
  private static final int TSC_DEADLINE = 1 << 24;
  static final int XSAVE = 1 << 26;
  private static final int OSXSAVE = 1 << 27;
  private static final int AVX = 1 << 28;
  private static final int F16C = 1 << 29;
  private static final int HYPERVISOR = 1 << 31;
  private static final int APIC = 1 << 9;
  private static final int HTT = 1 << 28;

  // Leaf 7.
  static final int FSGSBASE = 1;
  private static final int BMI1 = 1 << 3;
  private static final int AVX2 = 1 << 5;
  static final int SMEP = 1 << 7;
  private static final int BMI2 = 1 << 8;
  private static final int AVX512F = 1 << 16;
  private static final int AVX512DQ = 1 << 17;
  static final int SMAP = 1 << 20;
  private static final int AVX512CD = 1 << 28;
  private static final int AVX512BW = 1 << 30;
  private static final int AVX512VL = 1 << 31;
  static final int UMIP = 1 << 2;
  private static final int PKU = 1 << 3;
  private static final int OSPKE = 1 << 4;
  private static final int AMX = 1 << 22 | 1 << 24 | 1 << 25; // leaf 7, EDX: BF16, TILE, INT8
  private static final int AMX_FP16 = 1 << 21; // leaf 7.1, EAX
  private static final int AMX_COMPLEX = 1 << 8; // leaf 7.1, EDX
  private static final int AVX10 = 1 << 19; // leaf 7.1, EDX
  private static final int APX = 1 << 21; // leaf 7.1, EDX
  private static final int SHADOW_STACK = 1 << 7;
  private static final int KEY_LOCKER = 1 << 23;
  private static final int ENQCMD = 1 << 29;
  private static final int IBT = 1 << 20;

  // Leaf 0x8000_0001, ECX and EDX.
  private static final int LAHF = 1;
  private static final int SVM = 1 << 2;
  private static final int LZCNT = 1 << 5;
  private static final int AMD_COUNTERS = 1 << 23 | 1 << 24 | 1 << 28;
  private static final int RDTSCP = 1 << 27;

  /// x87, SSE, AVX, and the three components of AVX-512.
  static final long XCR0_X87_SSE = 3;

  static final long XCR0_AVX = 4;
  static final long XCR0_AVX512 = 0xe0;

  /// The table for KVM_SET_CPUID2.
  final MemorySegment table;

  /// The state components that a guest under this table may enable.
  final long xcr0;

  /// Bytes of extended state in its standard form when all of [#xcr0] is enabled.
  final int xsaveSize;

  /// Whether the hypervisor shows a guest other features than these, so that they hold only where
  /// CPUID faults and is answered out of this table ([#answer]).
  final boolean overridden;

  private Cpuid(MemorySegment table, long xcr0, boolean overridden) {
    this.table = table;
    this.xcr0 = xcr0;
    this.overridden = overridden;
    xsaveSize = xsaveSize(table, xcr0);
  }

  /// Whether that is leaf 1 of [CpuBaseline#X86_64_V2]: one processor, no hypervisor, no AVX.
  static boolean isSmallest(int ebx, int ecx) {
    return (ebx >>> 16 & 0xff) == 1 && (ecx & (HYPERVISOR | XSAVE | AVX)) == 0;
  }

  int leaf1Edx() {
    return register(1, 0, EDX);
  }

  boolean hasLeaf1Ecx(int bit) {
    return (register(1, 0, ECX) & bit) != 0;
  }

  boolean hasLeaf7Ebx(int bit) {
    return (register(7, 0, EBX) & bit) != 0;
  }

  boolean hasLeaf7Ecx(int bit) {
    return (register(7, 0, ECX) & bit) != 0;
  }

  /// What the guest is shown, in short.
  Processor processor() {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
    sha256.update(table.asSlice(0, HEADER + (long) table.get(INT, 0) * ENTRY).asByteBuffer());
    List<Integer> features =
        List.of(
            register(1, 0, ECX) & ~OSXSAVE,
            register(1, 0, EDX),
            register(7, 0, EBX),
            register(7, 0, ECX),
            register(7, 0, EDX),
            register(7, 1, EAX),
            register(0xd, 1, EAX),
            register(0x8000_0001, 0, ECX),
            register(0x8000_0001, 0, EDX));
    return new Processor(features, HexFormat.of().formatHex(sha256.digest()), xcr0, xsaveSize);
  }

  private int register(int leaf, int subleaf, int register) {
    long entry = find(table, leaf, subleaf);
    return entry < 0 ? 0 : table.get(INT, entry + register);
  }

  /// The offset of a leaf's entry, -1 if there is none.
  private static long find(MemorySegment table, int leaf, int subleaf) {
    for (int i = 0; i < table.get(INT, 0); i++) {
      long entry = HEADER + (long) i * ENTRY;
      if (table.get(INT, entry + LEAF) == leaf
          && ((table.get(INT, entry + FLAGS) & SIGNIFICANT_SUBLEAF) == 0
              || table.get(INT, entry + SUBLEAF) == subleaf)) {
        return entry;
      }
    }
    return -1;
  }

  /// Does in the registers what the instruction CPUID does under this table.
  void answer(Registers r) {
    int leaf = (int) r.rax();
    int subleaf = (int) r.rcx();
    r.rax(register(leaf, subleaf, EAX) & 0xffff_ffffL);
    r.rbx(register(leaf, subleaf, EBX) & 0xffff_ffffL);
    r.rcx(register(leaf, subleaf, ECX) & 0xffff_ffffL);
    r.rdx(register(leaf, subleaf, EDX) & 0xffff_ffffL);
  }

  /// Whether a vCPU that was given the one table shows features that are not in it, as PVM does
  /// with those that it cannot keep from working.
  ///
  /// @param given what KVM_SET_CPUID2 was given
  /// @param shown what KVM_GET_CPUID2 returned then
  static boolean differs(MemorySegment given, MemorySegment shown) {
    var wanted = new Cpuid(given, 0, false);
    var found = new Cpuid(shown, 0, false);
    return wanted.register(7, 0, EBX) != found.register(7, 0, EBX)
        || (wanted.register(1, 0, ECX) | OSXSAVE) != (found.register(1, 0, ECX) | OSXSAVE);
  }

  /// An empty table with room for what KVM_GET_SUPPORTED_CPUID returns.
  static MemorySegment empty() {
    var table = Arena.ofAuto().allocate(HEADER + (long) MAX_ENTRIES * ENTRY, 8);
    table.set(INT, 0, MAX_ENTRIES);
    return table;
  }

  /// Derives a guest's table.
  ///
  /// @param available what the hypervisor offers; not changed
  /// @param overridden the hypervisor shows features whether they are in the table or not, and CPL
  ///   3 runs under the host's own XCR0, which must then be told truly
  static Cpuid of(MemorySegment available, CpuBaseline baseline, boolean overridden) {
    MemorySegment table = empty();
    int count = 0;
    for (int i = 0; i < available.get(INT, 0); i++) {
      var entry = table.asSlice(HEADER + (long) count * ENTRY, ENTRY);
      entry.copyFrom(available.asSlice(HEADER + (long) i * ENTRY, ENTRY));
      int leaf = entry.get(INT, LEAF);
      int subleaf = entry.get(INT, SUBLEAF);
      if (hide(entry, leaf, subleaf)) {
        mask(entry, leaf, subleaf, baseline, overridden);
        count++;
      }
    }
    table.set(INT, 0, count);
    long components = XCR0_X87_SSE;
    long state = find(table, 0xd, 0);
    if (state >= 0) {
      components |= table.get(INT, state + EAX);
    }
    var cpuid = new Cpuid(table, components, overridden);
    if (state >= 0 && table.get(INT, state + EAX) != 0) {
      table.set(INT, state + EBX, cpuid.xsaveSize); // for what is enabled, which is all
      table.set(INT, state + ECX, cpuid.xsaveSize); // for what can be enabled
    }
    if (overridden && cpuid.hasLeaf1Ecx(XSAVE)) {
      long features = find(table, 1, 0); // elsewhere the hypervisor does it, when CR4 has the bit
      table.set(INT, features + ECX, table.get(INT, features + ECX) | OSXSAVE);
    }
    return cpuid;
  }

  /// Takes out what no guest shall see.
  ///
  /// @return false if the whole entry goes
  private static boolean hide(MemorySegment entry, int leaf, int subleaf) {
    if (leaf >= 0x4000_0000 && leaf < 0x5000_0000) {
      return false; // the hypervisor's own leaves
    }
    switch (leaf) {
      case 1 -> {
        entry.set(INT, EBX, (entry.get(INT, EBX) & 0xff00) | 1 << 16); // APIC 0, one processor
        clear(entry, ECX, VMX | MONITOR | PDCM | X2APIC | TSC_DEADLINE | HYPERVISOR | OSXSAVE);
        clear(entry, EDX, APIC | HTT);
      }
      case 4, 0x8000_001d -> entry.set(INT, EAX, entry.get(INT, EAX) & 0x3fff); // caches: one user
      case 5, 6, 0xa, 0x14, 0x19, 0x1c, 0x1d, 0x1e, 0x23, 0x24 -> zero(entry);
      case 7 -> {
        if (subleaf == 0) {
          clear(entry, ECX, PKU | OSPKE | SHADOW_STACK | KEY_LOCKER | ENQCMD);
          clear(entry, EDX, AMX | IBT);
        } else {
          clear(entry, EAX, AMX_FP16);
          clear(entry, EDX, AMX_COMPLEX | AVX10 | APX);
        }
      }
      case 0xb, 0x1f -> {
        entry.set(INT, EAX, 0);
        entry.set(INT, EBX, subleaf == 0 ? 1 : 0);
        entry.set(INT, EDX, 0);
      }
      case 0xd -> {
        if (subleaf == 0) {
          int components = entry.get(INT, EAX) & (int) (XCR0_X87_SSE | XCR0_AVX | XCR0_AVX512);
          entry.set(INT, EAX, components);
          entry.set(INT, EDX, 0);
        } else if (subleaf == 1) {
          entry.set(INT, ECX, 0); // supervisor state
          entry.set(INT, EDX, 0);
        } else if (subleaf > 1 && (subleaf > 7 || subleaf == 3 || subleaf == 4)) {
          return false;
        }
      }
      case 0x8000_0001 -> clear(entry, ECX, SVM | AMD_COUNTERS);
      case 0x8000_0008 -> entry.set(INT, ECX, 0); // one core
      case 0x8000_000a, 0x8000_001b, 0x8000_001f, 0x8000_0022 -> zero(entry);
      case 0x8000_001e -> zero(entry);
      default -> {}
    }
    return true;
  }

  private static void mask(
      MemorySegment entry, int leaf, int subleaf, CpuBaseline baseline, boolean overridden) {
    if (baseline == CpuBaseline.HOST) {
      return;
    }
    boolean v3 = baseline.compareTo(CpuBaseline.X86_64_V3) >= 0;
    boolean v4 = baseline.compareTo(CpuBaseline.X86_64_V4) >= 0;
    switch (leaf) {
      case 1 -> {
        int v2 = SSE3 | SSSE3 | CMPXCHG16B | SSE41 | SSE42 | POPCNT;
        keep(entry, ECX, v2 | (v3 ? XSAVE | AVX | F16C | FMA | MOVBE : 0));
      }
      case 7 -> {
        int avx512 = AVX512F | AVX512DQ | AVX512CD | AVX512BW | AVX512VL;
        boolean first = subleaf == 0;
        // SMEP, SMAP and UMIP are the supervisor's; a program cannot use them.
        keep(
            entry,
            EBX,
            !first ? 0 : SMEP | SMAP | (v3 ? BMI1 | AVX2 | BMI2 : 0) | (v4 ? avx512 : 0));
        keep(entry, ECX, first ? UMIP : 0);
        keep(entry, EDX, 0);
        entry.set(INT, EAX, 0);
      }
      case 0xd -> {
        if (!v3 || subleaf == 1) {
          zero(entry); // no XSAVE, or none of XSAVEOPT, XSAVEC, XSAVES
        } else if (!overridden && !v4) {
          if (subleaf == 0) {
            keep(entry, EAX, (int) (XCR0_X87_SSE | XCR0_AVX));
          } else if (subleaf > 2) {
            zero(entry);
          }
        }
      }
      case 0x8000_0001 -> {
        keep(entry, ECX, LAHF | (v3 ? LZCNT : 0));
        clear(entry, EDX, RDTSCP);
      }
      default -> {}
    }
  }

  /// Bytes of the standard form of XSAVE: the legacy area and the header, then each component where
  /// its subleaf of leaf 0xD says (the places differ between Intel and AMD).
  private static int xsaveSize(MemorySegment table, long components) {
    int size = LEGACY_AND_HEADER;
    for (int i = 0; i < table.get(INT, 0); i++) {
      var entry = table.asSlice(HEADER + (long) i * ENTRY, ENTRY);
      int component = entry.get(INT, SUBLEAF);
      if (entry.get(INT, LEAF) == 0xd && component >= 2 && (components & 1L << component) != 0) {
        size = Math.max(size, entry.get(INT, EBX) + entry.get(INT, EAX));
      }
    }
    return size;
  }

  private static void keep(MemorySegment entry, int register, int bits) {
    entry.set(INT, register, entry.get(INT, register) & bits);
  }

  private static void clear(MemorySegment entry, int register, int bits) {
    entry.set(INT, register, entry.get(INT, register) & ~bits);
  }

  private static void zero(MemorySegment entry) {
    entry.asSlice(EAX, 16).fill((byte) 0);
  }
}
