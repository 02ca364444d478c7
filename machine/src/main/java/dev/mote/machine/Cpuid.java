package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

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
  // In ints, as are the places of an entry's parts below.
  private static final int HEADER = 2;
  private static final int ENTRY = 10;
  private static final int MAX_ENTRIES = 256;
  private static final int LEGACY_AND_HEADER = 576;
  private static final int LEAF = 0;
  private static final int SUBLEAF = 1;
  private static final int FLAGS = 2;
  private static final int SIGNIFICANT_SUBLEAF = 1; // KVM_CPUID_FLAG_SIGNIFCANT_INDEX
  private static final int EAX = 3;
  private static final int EBX = 4;
  private static final int ECX = 5;
  private static final int EDX = 6;

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

  // What it holds. Looked through as an array: as a segment, the three tables of a first machine
  // took some milliseconds of a JVM that has just started.
  private final int[] entries;

  /// The state components that a guest under this table may enable.
  final long xcr0;

  /// Bytes of extended state in its standard form when all of [#xcr0] is enabled.
  final int xsaveSize;

  /// Whether the hypervisor shows a guest other features than these, so that they hold only where
  /// CPUID faults and is answered out of this table ([#answer]).
  final boolean overridden;

  private Cpuid(int[] entries, long xcr0, int xsaveSize, boolean overridden) {
    this.entries = entries;
    this.xcr0 = xcr0;
    this.xsaveSize = xsaveSize;
    this.overridden = overridden;
    table = empty();
    MemorySegment.copy(entries, 0, table, INT, 0, entries.length);
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

  private int register(int leaf, int subleaf, int register) {
    return register(entries, leaf, subleaf, register);
  }

  private static int register(int[] entries, int leaf, int subleaf, int register) {
    int entry = find(entries, leaf, subleaf);
    return entry < 0 ? 0 : entries[entry + register];
  }

  /// The place of a leaf's entry, -1 if there is none.
  private static int find(int[] entries, int leaf, int subleaf) {
    for (int entry = HEADER; entry < entries.length; entry += ENTRY) {
      if (entries[entry + LEAF] == leaf
          && ((entries[entry + FLAGS] & SIGNIFICANT_SUBLEAF) == 0
              || entries[entry + SUBLEAF] == subleaf)) {
        return entry;
      }
    }
    return -1;
  }

  /// The entries that a table holds, behind its header.
  private static int[] read(MemorySegment table) {
    int count = table.get(INT, 0);
    return table.asSlice(0, (HEADER + (long) count * ENTRY) * Integer.BYTES).toArray(INT);
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
    int[] wanted = read(given);
    int[] found = read(shown);
    return register(wanted, 7, 0, EBX) != register(found, 7, 0, EBX)
        || (register(wanted, 1, 0, ECX) | OSXSAVE) != (register(found, 1, 0, ECX) | OSXSAVE);
  }

  /// An empty table with room for what KVM_GET_SUPPORTED_CPUID returns.
  static MemorySegment empty() {
    var table = Arena.ofAuto().allocate((HEADER + (long) MAX_ENTRIES * ENTRY) * Integer.BYTES, 8);
    table.set(INT, 0, MAX_ENTRIES);
    return table;
  }

  /// Derives a guest's table.
  ///
  /// @param available what the hypervisor offers; not changed
  /// @param overridden the hypervisor shows features whether they are in the table or not, and CPL
  ///   3 runs under the host's own XCR0, which must then be told truly
  static Cpuid of(MemorySegment available, CpuBaseline baseline, boolean overridden) {
    int[] offered = read(available);
    int[] entries = new int[offered.length];
    int end = HEADER;
    for (int from = HEADER; from < offered.length; from += ENTRY) {
      System.arraycopy(offered, from, entries, end, ENTRY);
      if (hide(entries, end)) {
        mask(entries, end, baseline, overridden);
        end += ENTRY;
      }
    }
    entries = Arrays.copyOf(entries, end);
    entries[0] = (end - HEADER) / ENTRY;
    long components = XCR0_X87_SSE;
    int state = find(entries, 0xd, 0);
    if (state >= 0) {
      components |= entries[state + EAX];
    }
    int xsaveSize = xsaveSize(entries, components);
    if (state >= 0 && entries[state + EAX] != 0) {
      entries[state + EBX] = xsaveSize; // for what is enabled, which is all
      entries[state + ECX] = xsaveSize; // for what can be enabled
    }
    int features = find(entries, 1, 0);
    if (overridden && features >= 0 && (entries[features + ECX] & XSAVE) != 0) {
      entries[features + ECX] |= OSXSAVE; // elsewhere the hypervisor does it, when CR4 has the bit
    }
    return new Cpuid(entries, components, xsaveSize, overridden);
  }

  /// Takes out what no guest shall see.
  ///
  /// @return false if the whole entry goes
  private static boolean hide(int[] e, int at) {
    int leaf = e[at + LEAF];
    int subleaf = e[at + SUBLEAF];
    if (leaf >= 0x4000_0000 && leaf < 0x5000_0000) {
      return false; // the hypervisor's own leaves
    }
    switch (leaf) {
      case 1 -> {
        e[at + EBX] = (e[at + EBX] & 0xff00) | 1 << 16; // APIC 0, one processor
        clear(e, at, ECX, VMX | MONITOR | PDCM | X2APIC | TSC_DEADLINE | HYPERVISOR | OSXSAVE);
        clear(e, at, EDX, APIC | HTT);
      }
      case 4, 0x8000_001d -> e[at + EAX] = e[at + EAX] & 0x3fff; // caches: one user
      case 5, 6, 0xa, 0x14, 0x19, 0x1c, 0x1d, 0x1e, 0x23, 0x24 -> zero(e, at);
      case 7 -> {
        if (subleaf == 0) {
          clear(e, at, ECX, PKU | OSPKE | SHADOW_STACK | KEY_LOCKER | ENQCMD);
          clear(e, at, EDX, AMX | IBT);
        } else {
          clear(e, at, EAX, AMX_FP16);
          clear(e, at, EDX, AMX_COMPLEX | AVX10 | APX);
        }
      }
      case 0xb, 0x1f -> {
        e[at + EAX] = 0;
        e[at + EBX] = subleaf == 0 ? 1 : 0;
        e[at + EDX] = 0;
      }
      case 0xd -> {
        if (subleaf == 0) {
          int components = e[at + EAX] & (int) (XCR0_X87_SSE | XCR0_AVX | XCR0_AVX512);
          e[at + EAX] = components;
          e[at + EDX] = 0;
        } else if (subleaf == 1) {
          e[at + ECX] = 0; // supervisor state
          e[at + EDX] = 0;
        } else if (subleaf > 1 && (subleaf > 7 || subleaf == 3 || subleaf == 4)) {
          return false;
        }
      }
      case 0x8000_0001 -> clear(e, at, ECX, SVM | AMD_COUNTERS);
      case 0x8000_0008 -> e[at + ECX] = 0; // one core
      case 0x8000_000a, 0x8000_001b, 0x8000_001f, 0x8000_0022 -> zero(e, at);
      case 0x8000_001e -> zero(e, at);
      default -> {}
    }
    return true;
  }

  private static void mask(int[] e, int at, CpuBaseline baseline, boolean overridden) {
    if (baseline == CpuBaseline.HOST) {
      return;
    }
    int leaf = e[at + LEAF];
    int subleaf = e[at + SUBLEAF];
    boolean v3 = baseline.compareTo(CpuBaseline.X86_64_V3) >= 0;
    boolean v4 = baseline.compareTo(CpuBaseline.X86_64_V4) >= 0;
    switch (leaf) {
      case 1 -> {
        int v2 = SSE3 | SSSE3 | CMPXCHG16B | SSE41 | SSE42 | POPCNT;
        keep(e, at, ECX, v2 | (v3 ? XSAVE | AVX | F16C | FMA | MOVBE : 0));
      }
      case 7 -> {
        int avx512 = AVX512F | AVX512DQ | AVX512CD | AVX512BW | AVX512VL;
        boolean first = subleaf == 0;
        // SMEP, SMAP and UMIP are the supervisor's; a program cannot use them.
        keep(
            e,
            at,
            EBX,
            !first ? 0 : SMEP | SMAP | (v3 ? BMI1 | AVX2 | BMI2 : 0) | (v4 ? avx512 : 0));
        keep(e, at, ECX, first ? UMIP : 0);
        keep(e, at, EDX, 0);
        e[at + EAX] = 0;
      }
      case 0xd -> {
        if (!v3 || subleaf == 1) {
          zero(e, at); // no XSAVE, or none of XSAVEOPT, XSAVEC, XSAVES
        } else if (!overridden && !v4) {
          if (subleaf == 0) {
            keep(e, at, EAX, (int) (XCR0_X87_SSE | XCR0_AVX));
          } else if (subleaf > 2) {
            zero(e, at);
          }
        }
      }
      case 0x8000_0001 -> {
        keep(e, at, ECX, LAHF | (v3 ? LZCNT : 0));
        clear(e, at, EDX, RDTSCP);
      }
      default -> {}
    }
  }

  /// Bytes of the standard form of XSAVE: the legacy area and the header, then each component where
  /// its subleaf of leaf 0xD says (the places differ between Intel and AMD).
  private static int xsaveSize(int[] entries, long components) {
    int size = LEGACY_AND_HEADER;
    for (int entry = HEADER; entry < entries.length; entry += ENTRY) {
      int component = entries[entry + SUBLEAF];
      if (entries[entry + LEAF] == 0xd && component >= 2 && (components & 1L << component) != 0) {
        size = Math.max(size, entries[entry + EBX] + entries[entry + EAX]);
      }
    }
    return size;
  }

  private static void keep(int[] e, int at, int register, int bits) {
    e[at + register] &= bits;
  }

  private static void clear(int[] e, int at, int register, int bits) {
    e[at + register] &= ~bits;
  }

  private static void zero(int[] e, int at) {
    Arrays.fill(e, at + EAX, at + EDX + 1, 0);
  }
}
