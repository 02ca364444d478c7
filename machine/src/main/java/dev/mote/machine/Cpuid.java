package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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

  /// Leaf 1, EDX.
  final int leaf1Edx;

  private final int leaf7Ebx;
  private final int leaf7Ecx;

  private Cpuid(
      MemorySegment table, long xcr0, int xsaveSize, int leaf1Edx, int leaf7Ebx, int leaf7Ecx) {
    this.table = table;
    this.xcr0 = xcr0;
    this.xsaveSize = xsaveSize;
    this.leaf1Edx = leaf1Edx;
    this.leaf7Ebx = leaf7Ebx;
    this.leaf7Ecx = leaf7Ecx;
  }

  boolean hasLeaf7Ebx(int bit) {
    return (leaf7Ebx & bit) != 0;
  }

  boolean hasLeaf7Ecx(int bit) {
    return (leaf7Ecx & bit) != 0;
  }

  /// An empty table with room for what KVM_GET_SUPPORTED_CPUID returns.
  static MemorySegment empty() {
    var table = Arena.ofAuto().allocate(HEADER + (long) MAX_ENTRIES * ENTRY, 8);
    table.set(INT, 0, MAX_ENTRIES);
    return table;
  }

  /// Derives a guest's table.
  ///
  /// @param supported what KVM_GET_SUPPORTED_CPUID returned; not changed
  static Cpuid of(MemorySegment supported, CpuBaseline baseline) {
    MemorySegment table = empty();
    int count = 0;
    long xcr0 = XCR0_X87_SSE;
    int edx1 = 0;
    int ebx7 = 0;
    int ecx7 = 0;
    for (int i = 0; i < supported.get(INT, 0); i++) {
      var entry = table.asSlice(HEADER + (long) count * ENTRY, ENTRY);
      entry.copyFrom(supported.asSlice(HEADER + (long) i * ENTRY, ENTRY));
      int leaf = entry.get(INT, 0);
      int subleaf = entry.get(INT, 4);
      if (!hide(entry, leaf, subleaf)) {
        continue;
      }
      mask(entry, leaf, subleaf, baseline);
      if (leaf == 1) {
        edx1 = entry.get(INT, EDX);
      }
      if (leaf == 7 && subleaf == 0) {
        ebx7 = entry.get(INT, EBX);
        ecx7 = entry.get(INT, ECX);
      }
      if (leaf == 0xd && subleaf == 0) {
        xcr0 = entry.get(INT, EAX);
      }
      count++;
    }
    table.set(INT, 0, count);
    int xsaveSize = xsaveSize(table, count, xcr0);
    for (int i = 0; i < count; i++) {
      var entry = table.asSlice(HEADER + (long) i * ENTRY, ENTRY);
      if (entry.get(INT, 0) == 0xd && entry.get(INT, 4) == 0) {
        entry.set(INT, ECX, xsaveSize);
      }
    }
    return new Cpuid(table, xcr0, xsaveSize, edx1, ebx7, ecx7);
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

  private static void mask(MemorySegment entry, int leaf, int subleaf, CpuBaseline baseline) {
    if (baseline == CpuBaseline.HOST) {
      return;
    }
    boolean v3 = baseline.compareTo(CpuBaseline.X86_64_V3) >= 0;
    boolean v4 = baseline.compareTo(CpuBaseline.X86_64_V4) >= 0;
    switch (leaf) {
      case 1 -> {
        int v2 = SSE3 | SSSE3 | CMPXCHG16B | SSE41 | SSE42 | POPCNT | XSAVE;
        keep(entry, ECX, v2 | (v3 ? AVX | F16C | FMA | MOVBE : 0));
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
        if (subleaf == 0) {
          long components = XCR0_X87_SSE | (v3 ? XCR0_AVX : 0) | (v4 ? XCR0_AVX512 : 0);
          keep(entry, EAX, (int) components);
        } else if (subleaf == 1) {
          zero(entry); // no XSAVEOPT, XSAVEC, XSAVES
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
  private static int xsaveSize(MemorySegment table, int count, long components) {
    int size = LEGACY_AND_HEADER;
    for (int i = 0; i < count; i++) {
      var entry = table.asSlice(HEADER + (long) i * ENTRY, ENTRY);
      int component = entry.get(INT, 4);
      if (entry.get(INT, 0) == 0xd && component >= 2 && (components & 1L << component) != 0) {
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
